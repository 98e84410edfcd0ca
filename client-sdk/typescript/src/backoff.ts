const FLOOR_MS = 250;
const FIRST_CEILING_MS = 1000;
const CEILING_MS = 10_000;
const GROWTH = 1.7;

/** Waits between attempts: 250-1000 ms at first, the upper end growing to 10 s, anything in between equally likely. */
export class Backoff {
  readonly #random: () => number;
  #ceiling = FIRST_CEILING_MS;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** How long to wait before the next attempt, ms. */
  next(): number {
    const wait = FLOOR_MS + this.#random() * (this.#ceiling - FLOOR_MS);
    this.#ceiling = Math.min(CEILING_MS, this.#ceiling * GROWTH);
    return wait;
  }

  /** Begins again, after something has worked. */
  reset(): void {
    this.#ceiling = FIRST_CEILING_MS;
  }
}
