/** A value that changes over time. `get` returns the same object until the value has changed. */
export interface Signal<T> {
  /** The value now. */
  get(): T;
  /** Calls `listener` after every change, never right away. Returns what ends it. */
  subscribe(listener: () => void): () => void;
}

/** A {@link Signal} and the right to change it. */
export class Value<T> implements Signal<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  subscribe = (listener: () => void): (() => void) => {
    // Wrapped, so that one function subscribed twice counts twice and each is ended by itself.
    const own = () => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  };

  /** Replaces the value; tells nobody when it is the same object. */
  set(value: T): void {
    if (Object.is(this.#value, value)) return;
    this.#value = value;
    this.notify();
  }

  /** Tells everybody. A listener that throws spoils it for nobody else. */
  notify(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        reportError(error);
      }
    }
  }
}

/** Hands an exception of the application to the platform, as if nobody had caught it. */
export function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
