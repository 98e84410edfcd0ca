import type { Content, Scene, Shot } from "./content";
import type { LinkKind } from "./links";
import { byRank } from "./ranks";

/** What stands together under one head: a scene, or the shots that have none (`scene` is null). */
export interface Section {
  readonly scene: Scene | null;
  readonly shots: readonly Shot[];
  readonly sums: Sums;
}

/** One line of the sheet. */
export type Line =
  | { readonly kind: "scene"; readonly id: string; readonly number: string; readonly scene: Scene | null; readonly section: Section }
  | { readonly kind: "shot"; readonly id: string; readonly number: string; readonly shot: Shot; readonly section: Section };

/** What some shots come to. Times are minutes. */
export interface Sums {
  readonly shots: number;
  readonly done: number;
  readonly skipped: number;
  readonly minutes: number;
  /** Of shots that are neither done nor skipped. */
  readonly minutesLeft: number;
  /** Shots without an estimate that are still to do: the sum is short of them. */
  readonly unestimated: number;
}

/** The id of the head above shots without a scene. */
export const NO_SCENE = "no-scene";

export function sumsOf(shots: Iterable<Shot>): Sums {
  const sums = { shots: 0, done: 0, skipped: 0, minutes: 0, minutesLeft: 0, unestimated: 0 };
  for (const shot of shots) {
    const open = shot.status !== "done" && shot.status !== "skipped";
    sums.shots += 1;
    if (shot.status === "done") sums.done += 1;
    if (shot.status === "skipped") sums.skipped += 1;
    // What is skipped takes no time of the day.
    if (shot.status !== "skipped") sums.minutes += shot.minutes ?? 0;
    if (open) sums.minutesLeft += shot.minutes ?? 0;
    if (open && shot.minutes === null) sums.unestimated += 1;
  }
  return sums;
}

/** Scenes in their order with their shots; shots of no scene, or of one that is gone, at the end. */
export function sectionsOf(content: Content): Section[] {
  const byScene = new Map<string | null, Shot[]>();
  for (const shot of content.shots.values()) {
    const key = shot.sceneId !== null && content.scenes.has(shot.sceneId) ? shot.sceneId : null;
    const list = byScene.get(key);
    if (list) list.push(shot);
    else byScene.set(key, [shot]);
  }
  const section = (scene: Scene | null): Section => {
    const shots = (byScene.get(scene?.id ?? null) ?? []).sort(byRank);
    return { scene, shots, sums: sumsOf(shots) };
  };
  const sections = [...content.scenes.values()].sort(byRank).map(section);
  if (byScene.has(null)) sections.push(section(null));
  return sections;
}

export function linesOf(sections: readonly Section[]): Line[] {
  const lines: Line[] = [];
  sections.forEach((section, n) => {
    const number = section.scene ? String(n + 1) : "–";
    lines.push({ kind: "scene", id: section.scene?.id ?? NO_SCENE, number, scene: section.scene, section });
    section.shots.forEach((shot, m) => lines.push({ kind: "shot", id: shot.id, number: `${section.scene ? n + 1 : "–"}.${m + 1}`, shot, section }));
  });
  return lines;
}

/** The products or models of some shots, each once, in the order in which they first appear. */
export function linkedIn(shots: Iterable<Shot>, kind: LinkKind): string[] {
  return [...new Set([...shots].flatMap((shot) => shot[kind]))];
}

/** `45 min`, `2 h`, `3 h 25`. */
export function duration(minutes: number): string {
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (h === 0) return `${m} min`;
  return m === 0 ? `${h} h` : `${h} h ${String(m).padStart(2, "0")}`;
}
