/**
 * A keyboard-wedge scanner types its code like a very fast hand and ends with Enter (or Tab). This tells such a
 * burst from a person's typing by speed alone, so that a scan is caught wherever the focus is.
 */
export interface WedgeKey {
  /** `KeyboardEvent.key`. */
  key: string;
  /** When it was pressed, milliseconds on any monotonic clock. */
  at: number;
}

/** What the keys so far mean. `burst`: too fast for a hand, keep it from the page; `code`: a scanner has finished. */
export type WedgeReading = { is: "typing" } | { is: "burst" } | { is: "code"; code: string; beganAt: number };

/** A scanner seldom pauses longer than this within a code; people seldom press two keys in less. */
const LONGEST_GAP_MS = 80;
/** Radio links stutter: a run that is a scanner's beyond doubt may pause this long and is still one code. */
const LONGEST_STUTTER_MS = 400;
/** The mean gap of a scanner's burst is far below what the fastest typists reach (about 60 ms). */
const LONGEST_MEAN_GAP_MS = 40;
/** Shorter bursts may be a hand rolling over two or three keys. */
const SHORTEST_CODE = 5;
/** From here on a burst is kept from the page: a space in a code must not press a focused button. */
const KEYS_BEFORE_CAPTURE = 4;
/** The hub takes codes of at most 512 bytes. */
const LONGEST_CODE = 512;

const MODIFIERS = new Set(["Shift", "CapsLock", "AltGraph", "Dead", "Process", "Unidentified"]);

export class WedgeDetector {
  #keys = "";
  #beganAt = 0;
  /** Of all pauses that were stutters, which say nothing of the scanner's speed. */
  #stutteredMs = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** Takes the next key that was pressed anywhere. */
  press({ key, at }: WedgeKey): WedgeReading {
    if (MODIFIERS.has(key)) return { is: "typing" };
    const gap = at - this.#lastAt;
    if (gap > LONGEST_GAP_MS) {
      if (gap <= LONGEST_STUTTER_MS && this.#isBurst(this.#lastAt)) this.#stutteredMs += gap;
      else this.#keys = "";
    }
    if (this.#keys.length >= LONGEST_CODE) this.#keys = "";
    const ends = key === "Enter" || key === "Tab";
    if (ends) {
      const reading = this.#finish(at);
      this.reset();
      return reading;
    }
    if ([...key].length !== 1) {
      this.reset();
      return { is: "typing" };
    }
    if (this.#keys === "") {
      this.#beganAt = at;
      this.#stutteredMs = 0;
    }
    this.#keys += key;
    this.#lastAt = at;
    return this.#isBurst(at) ? { is: "burst" } : { is: "typing" };
  }

  /** Whether a key that was just pressed began a run: what stood in a field before it is what a scan leaves there. */
  beganWith({ at }: Pick<WedgeKey, "at">): boolean {
    return this.#keys.length === 1 && this.#beganAt === at;
  }

  /** Forgets the keys so far: the focus moved, or a dialog took the keyboard. */
  reset(): void {
    this.#keys = "";
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }

  #finish(at: number): WedgeReading {
    if (this.#keys.length < SHORTEST_CODE || !this.#isFast(at)) return { is: "typing" };
    const code = this.#keys.trim();
    return code === "" ? { is: "typing" } : { is: "code", code, beganAt: this.#beganAt };
  }

  #isBurst(at: number): boolean {
    return this.#keys.length >= KEYS_BEFORE_CAPTURE && this.#isFast(at);
  }

  #isFast(at: number): boolean {
    return (at - this.#beganAt - this.#stutteredMs) / this.#keys.length <= LONGEST_MEAN_GAP_MS;
  }
}
