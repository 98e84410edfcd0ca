import type * as Y from "yjs";
import { revert, write, type Change, type Kept, type Write } from "./edits";

/** One step of work, as the person sees it. */
interface Step {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** What an undo or redo did; null: there was nothing to do. */
export interface Outcome {
  readonly name: string;
  readonly changed: number;
  readonly kept: readonly Kept[];
}

const MOST_STEPS = 200;

/**
 * The steps of one person in one document, to be undone and done again. Not Yjs' own undo, which puts an old value back
 * over what somebody else has written since.
 */
export class History {
  readonly #doc: Y.Doc;
  #done: Step[] = [];
  #undone: Step[] = [];
  readonly #listeners = new Set<() => void>();
  #state = { undo: null as string | null, redo: null as string | null };

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  /** The names of the steps that can be undone and done again. A signal. */
  get = (): { readonly undo: string | null; readonly redo: string | null } => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Writes as one step. Returns how many changes that made. */
  do(name: string, writes: readonly Write[]): number {
    const changes = write(this.#doc, writes);
    if (changes.length > 0) {
      this.#done = [...this.#done, { name, changes }].slice(-MOST_STEPS);
      this.#undone = [];
      this.#tell();
    }
    return changes.length;
  }

  undo(): Outcome | null {
    return this.#turn("undo");
  }

  redo(): Outcome | null {
    return this.#turn("redo");
  }

  #turn(direction: "undo" | "redo"): Outcome | null {
    const step = (direction === "undo" ? this.#done : this.#undone).pop();
    if (!step) return null;
    const { reverted, kept } = revert(this.#doc, step.changes, direction);
    // What somebody else wrote over is theirs now: it takes no part in the way back either.
    if (reverted.length > 0) (direction === "undo" ? this.#undone : this.#done).push({ name: step.name, changes: reverted });
    this.#tell();
    return { name: step.name, changed: reverted.length, kept };
  }

  #tell(): void {
    this.#state = { undo: this.#done.at(-1)?.name ?? null, redo: this.#undone.at(-1)?.name ?? null };
    for (const listener of [...this.#listeners]) listener();
  }
}
