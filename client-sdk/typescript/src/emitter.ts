import { reportError } from "./signal.js";

/** Listeners by the name of what they listen to. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<(told: never) => void>>();

  on<E extends keyof Events>(event: E, listener: (told: Events[E]) => void): () => void {
    const own = (told: Events[E]) => listener(told);
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(own);
    return () => set.delete(own);
  }

  /** A listener that throws spoils it for nobody else. */
  emit<E extends keyof Events>(event: E, told: Events[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as (told: Events[E]) => void)(told);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
