import { COLUMNS, cellValue, cellWrites, isWritable } from "./cells";
import type { Content, Scene, Shot } from "./content";
import { LAST, type RowValues, type Write } from "./edits";
import { NO_SCENE, type Line, type Section } from "./lines";
import type { Linked, LinkKind } from "./links";
import { byRank, place } from "./ranks";
import type { Block } from "./selection";

/** Makes ids for new rows; v7, so that they sort by time. */
export type MakeId = () => string;

/** New shots behind one of a scene (null: at its start, `end`: at its end), in their order. */
export interface NewShots {
  readonly sceneId: string | null;
  readonly after: string | null | "end";
  readonly values: readonly RowValues[];
}

const rankWrites = (of: "scenes" | "shots", ranks: ReadonlyMap<string, string>, known: ReadonlySet<string>): Write[] =>
  [...ranks].filter(([row]) => known.has(row)).map(([row, rank]) => ({ do: "set", of, row, key: "rank", value: rank }));

/** Where new things come to stand behind another one. */
function indexAfter(list: readonly { readonly id: string }[], after: string | null | "end"): number {
  if (after === "end") return list.length;
  return after === null ? 0 : list.findIndex(({ id }) => id === after) + 1;
}

/** The shots of a section as the document has them; shots whose scene is gone belong to none. */
function shotsOf(content: Content, sceneId: string | null): Shot[] {
  const inScene = (shot: Shot) => (shot.sceneId !== null && content.scenes.has(shot.sceneId) ? shot.sceneId : null) === sceneId;
  return [...content.shots.values()].filter(inScene).sort(byRank);
}

export function newShots(content: Content, { sceneId, after, values }: NewShots, makeId: MakeId): { writes: Write[]; ids: string[] } {
  const list = shotsOf(content, sceneId);
  const ids = values.map(() => makeId());
  const ranks = place(list, ids, indexAfter(list, after));
  const writes: Write[] = [
    ...rankWrites("shots", ranks, new Set(content.shots.keys())),
    ...ids.map((row, n) => ({ do: "insert", of: "shots", row, values: { description: "", status: "todo", scene_id: sceneId, ...values[n], rank: ranks.get(row)! } }) as const),
  ];
  return { writes, ids };
}

/** New scenes behind one, or at the end. */
export function newScenes(content: Content, after: string | null | "end", titles: readonly string[], makeId: MakeId): { writes: Write[]; ids: string[] } {
  const list = [...content.scenes.values()].sort(byRank);
  const ids = titles.map(() => makeId());
  const ranks = place(list, ids, indexAfter(list, after));
  const writes: Write[] = [
    ...rankWrites("scenes", ranks, new Set(content.scenes.keys())),
    ...ids.map((row, n) => ({ do: "insert", of: "scenes", row, values: { title: titles[n]!, description: "", rank: ranks.get(row)! } }) as const),
  ];
  return { writes, ids };
}

/** Deletes lines. The shots of a scene that goes stay, without a scene, unless they are deleted too. */
export function deletion(lines: readonly Line[]): Write[] {
  const gone = new Set(lines.map(({ id }) => id));
  return lines.flatMap((line): Write[] => {
    if (line.kind === "shot") return [{ do: "delete", of: "shots", row: line.id }];
    if (!line.scene) return [];
    const left = line.section.shots.filter(({ id }) => !gone.has(id));
    return [...left.map(({ id }) => ({ do: "set", of: "shots", row: id, key: "scene_id", value: null }) as const), { do: "delete", of: "scenes", row: line.id }];
  });
}

/** Puts shots, in the order in which they stand, into a scene, behind one of its shots (null: first). */
export function moveShots(content: Content, sections: readonly Section[], ids: ReadonlySet<string>, sceneId: string | null, after: string | null): Write[] {
  const moving = sections.flatMap(({ shots }) => shots).filter(({ id }) => ids.has(id));
  const all = shotsOf(content, sceneId);
  const rest = all.filter(({ id }) => !ids.has(id));
  // Dropped on one of themselves: behind whoever stands before it.
  const before = all.slice(0, after === null ? 0 : all.findIndex(({ id }) => id === after) + 1).filter(({ id }) => !ids.has(id));
  const wanted = [...before, ...moving, ...rest.slice(before.length)];
  if (wanted.length === all.length && wanted.every(({ id }, n) => id === all[n]!.id)) return [];
  const ranks = place(rest, moving.map(({ id }) => id), before.length);
  return [
    ...moving.filter((shot) => shot.sceneId !== sceneId).map((shot) => ({ do: "set", of: "shots", row: shot.id, key: "scene_id", value: sceneId }) as const),
    ...rankWrites("shots", ranks, new Set(content.shots.keys())),
  ];
}

/** Puts a scene behind another one (null: first). */
export function moveScene(content: Content, id: string, after: string | null): Write[] {
  const all = [...content.scenes.values()].sort(byRank);
  const rest = all.filter((scene) => scene.id !== id);
  const index = after === id ? all.findIndex((scene) => scene.id === id) : indexAfter(rest, after);
  if (all[index]?.id === id) return [];
  return rankWrites("scenes", place(rest, [id], index), new Set(content.scenes.keys()));
}

/** Lines moved one place up or down, over the heads of scenes too. A head takes its scene along. */
export function shifted(content: Content, sections: readonly Section[], lines: readonly Line[], block: Block, focus: Line, by: 1 | -1): Write[] {
  if (focus.kind === "scene") {
    const scenes = sections.flatMap(({ scene }) => scene ?? []);
    const from = scenes.findIndex(({ id }) => id === focus.id);
    const to = from + by;
    if (from < 0 || to < 0 || to >= scenes.length) return [];
    const rest: Scene[] = scenes.filter(({ id }) => id !== focus.id);
    return moveScene(content, focus.id, rest[to - 1]?.id ?? null);
  }
  const chosen = lines.slice(block.top, block.bottom + 1).filter((line) => line.kind === "shot");
  const ids = new Set(chosen.map(({ id }) => id));
  const edge = by < 0 ? chosen[0]! : chosen.at(-1)!;
  const section = sections.findIndex(({ scene }) => scene?.id === edge.section.scene?.id);
  const { shots } = edge.section;
  const index = shots.findIndex(({ id }) => id === edge.id) + by;
  if (index >= 0 && index < shots.length) {
    const after = by < 0 ? (shots[index - 1]?.id ?? null) : shots[index]!.id;
    return moveShots(content, sections, ids, edge.section.scene?.id ?? null, after);
  }
  const next = sections[section + by];
  if (!next) return [];
  return moveShots(content, sections, ids, next.scene?.id ?? null, by < 0 ? (next.shots.at(-1)?.id ?? null) : null);
}

/** Where something that is let go before line `gap` comes to stand; null: nowhere. */
export function dropPlace(lines: readonly Line[], gap: number, what: "shot" | "scene"): { sceneId: string | null; after: string | null } | null {
  const above = lines[gap - 1];
  if (what === "shot") {
    if (!above) return null;
    return { sceneId: above.section.scene?.id ?? null, after: above.kind === "shot" ? above.id : null };
  }
  const scene = lines.slice(0, gap).findLast((line) => line.kind === "scene" && line.scene !== null);
  return { sceneId: null, after: scene?.id ?? null };
}

/** The first line of a block written into the others; of a block of one line, the line above written into it. */
export function fillDown(lines: readonly Line[], block: Block): Write[] {
  const from = block.top === block.bottom ? block.top - 1 : block.top;
  const source = lines[from];
  if (!source || source.kind === "scene") return [];
  const columns = COLUMNS.slice(block.left, block.right + 1);
  return lines
    .slice(from + 1, block.bottom + 1)
    .filter((line) => line.kind === "shot")
    .flatMap((line) => columns.filter((column) => isWritable(line, column)).flatMap((column) => cellWrites(line, column, cellValue(source, column))));
}

/** A shot of one product or model, by its name. */
export function shotOf(kind: LinkKind, linked: Linked): RowValues {
  return { description: linked.name, [kind]: { [linked.id]: "a0" } };
}

/** A product or model let go on a scene: its first shot that has none takes it, or a new one does. */
export function linkOnScene(content: Content, section: Section, kind: LinkKind, linked: Linked, makeId: MakeId): Write[] {
  const free = section.shots.find((shot) => shot[kind].length === 0);
  if (free) return [{ do: "link", kind, row: free.id, id: linked.id, rank: LAST }];
  return newShots(content, { sceneId: section.scene?.id ?? null, after: "end", values: [shotOf(kind, linked)] }, makeId).writes;
}

/** Products or models put on every chosen shot, those that are there already left out. */
export function linksOnShots(lines: readonly Line[], kind: LinkKind, ids: readonly string[]): Write[] {
  return lines.flatMap((line) => (line.kind === "shot" ? cellWrites(line, kind, [...line.shot[kind], ...ids.filter((id) => !line.shot[kind].includes(id))]) : []));
}

/** The scene and the shot behind which something new comes when this line is the current one. */
export function placeBehind(line: Line | undefined): { sceneId: string | null; after: string | null | "end" } {
  if (!line) return { sceneId: null, after: "end" };
  const sceneId = line.id === NO_SCENE ? null : (line.section.scene?.id ?? null);
  return { sceneId, after: line.kind === "shot" ? line.id : null };
}
