import * as Y from "yjs";
import type { LinkKind } from "./links";
import { byRank } from "./ranks";

export type ShotStatus = "todo" | "shooting" | "done" | "skipped";
export const STATUSES: readonly ShotStatus[] = ["todo", "shooting", "done", "skipped"];

/** A planned photograph. */
export interface Shot {
  readonly id: string;
  readonly sceneId: string | null;
  readonly rank: string;
  readonly description: string;
  readonly minutes: number | null;
  readonly status: ShotStatus;
  readonly notes: string;
  /** Product ids in their order. */
  readonly products: readonly string[];
  /** Ids of model profiles in their order. */
  readonly models: readonly string[];
}

/** Shots that belong together. */
export interface Scene {
  readonly id: string;
  readonly rank: string;
  readonly title: string;
  readonly description: string;
}

/** Somebody keeps a shot for themselves for a while. */
export interface Lock {
  readonly by: string;
  readonly name: string;
  /** Epoch ms of the hub's clock. */
  readonly until: number;
}

/** Everything a shot list says. Immutable; what did not change is the same object. */
export interface Content {
  readonly scenes: ReadonlyMap<string, Scene>;
  readonly shots: ReadonlyMap<string, Shot>;
  readonly locks: ReadonlyMap<string, Lock>;
}

export const NOTHING: Content = { scenes: new Map(), shots: new Map(), locks: new Map() };

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** A shot as the document has it; what a foreign client wrote wrongly reads as nothing. */
export function readShot(id: string, map: Y.Map<unknown>): Shot {
  const minutes = map.get("time_est_minutes");
  const status = map.get("status");
  return {
    id,
    sceneId: text(map.get("scene_id")) || null,
    rank: text(map.get("rank")),
    description: text(map.get("description")),
    // Numbers that are whole may come as big integers from other implementations.
    minutes: typeof minutes === "bigint" ? Number(minutes) : typeof minutes === "number" && Number.isFinite(minutes) ? minutes : null,
    status: STATUSES.find((known) => known === status) ?? "todo",
    notes: text(map.get("notes")),
    products: readLinks(map, "products"),
    models: readLinks(map, "models"),
  };
}

function readLinks(map: Y.Map<unknown>, kind: LinkKind): string[] {
  const links = map.get(kind);
  const ranked = links instanceof Y.Map ? [...links.entries()].map(([id, rank]) => ({ id, rank: text(rank) })) : [];
  return ranked.sort(byRank).map(({ id }) => id);
}

export function readScene(id: string, map: Y.Map<unknown>): Scene {
  return { id, rank: text(map.get("rank")), title: text(map.get("title")), description: text(map.get("description")) };
}

function readLock(value: unknown): Lock | null {
  const lock = (value instanceof Y.Map ? value.toJSON() : value) as { by?: unknown; name?: unknown; until?: unknown } | null;
  if (typeof lock !== "object" || lock === null || typeof lock.by !== "string") return null;
  return { by: lock.by, name: text(lock.name), until: Number(lock.until) || 0 };
}

/** Follows a document and keeps its content ready to be shown. A signal: `get` and `subscribe`. */
export class ContentStore {
  #content: Content = NOTHING;
  readonly #listeners = new Set<() => void>();
  readonly #ends: (() => void)[] = [];

  constructor(doc: Y.Doc) {
    const scenes = doc.getMap<Y.Map<unknown>>("scenes");
    const shots = doc.getMap<Y.Map<unknown>>("shots");
    const locks = doc.getMap("locks");
    const touched = { scenes: new Set<string>(), shots: new Set<string>(), locks: new Set<string>() };
    const watch = (root: Y.Map<unknown>, name: keyof typeof touched) => {
      const seen = (events: Y.YEvent<Y.AbstractType<unknown>>[]) => {
        for (const event of events) {
          if (event.path.length > 0) touched[name].add(String(event.path[0]));
          else for (const key of event.keys.keys()) touched[name].add(key);
        }
      };
      root.observeDeep(seen);
      this.#ends.push(() => root.unobserveDeep(seen));
    };
    watch(scenes as Y.Map<unknown>, "scenes");
    watch(shots as Y.Map<unknown>, "shots");
    watch(locks, "locks");
    // Once a transaction, however many cells it wrote: nobody sees half of a paste.
    const settle = () => {
      const next = {
        scenes: replaced(this.#content.scenes, touched.scenes, (id) => asMap(scenes.get(id), (map) => readScene(id, map))),
        shots: replaced(this.#content.shots, touched.shots, (id) => asMap(shots.get(id), (map) => readShot(id, map))),
        locks: replaced(this.#content.locks, touched.locks, (id) => readLock(locks.get(id))),
      };
      for (const set of Object.values(touched)) set.clear();
      const same = next.scenes === this.#content.scenes && next.shots === this.#content.shots && next.locks === this.#content.locks;
      if (same) return;
      this.#content = next;
      for (const listener of [...this.#listeners]) listener();
    };
    doc.on("afterTransaction", settle);
    this.#ends.push(() => doc.off("afterTransaction", settle));
    for (const [root, set] of [[scenes, touched.scenes], [shots, touched.shots], [locks, touched.locks]] as const) for (const key of root.keys()) set.add(key);
    settle();
  }

  get = (): Content => this.#content;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

function asMap<T>(value: unknown, read: (map: Y.Map<unknown>) => T): T | null {
  return value instanceof Y.Map ? read(value) : null;
}

function replaced<T>(before: ReadonlyMap<string, T>, ids: ReadonlySet<string>, read: (id: string) => T | null): ReadonlyMap<string, T> {
  if (ids.size === 0) return before;
  const next = new Map(before);
  for (const id of ids) {
    const value = read(id);
    if (value === null) next.delete(id);
    else next.set(id, value);
  }
  return next;
}
