/** How many round trips are remembered. */
const REMEMBERED = 30;
/** Of those, the quickest that vote. */
const VOTING = 5;
/** How fast the shown clock may be corrected: 5 ms in 100 ms. */
const SLEW = 0.05;
/** A difference that is jumped over instead, ms. */
const STEP_MS = 1000;
/** Allowance for drift between two samples and for rounding to whole ms. */
const TOLERANCE_MS = 20;

interface Sample {
  /** Hub time minus monotonic time, ms. */
  readonly offset: number;
  readonly rtt: number;
}

/**
 * The hub's clock, estimated from heartbeats. It rests on a monotonic clock, so setting the device's clock changes
 * nothing. Half the round trip bounds the error of a sample, so the quickest samples are the truest;
 * their median is followed slowly, so that no countdown jumps.
 */
export class HubClock {
  readonly #monotonic: () => number;
  #samples: Sample[] = [];
  #target: number;
  #shown: number;
  #shownAt: number;
  #synced = false;

  /** Both arguments give ms; `wall` is the device's idea of epoch time, used until the first sample. */
  constructor(monotonic: () => number = () => performance.now(), wall: () => number = Date.now) {
    this.#monotonic = monotonic;
    this.#shownAt = monotonic();
    this.#target = wall() - this.#shownAt;
    this.#shown = this.#target;
  }

  /** Takes a round trip: monotonic times of sending and receiving, and the hub's clock in between. */
  sample(sentAt: number, receivedAt: number, serverTime: number): void {
    const rtt = Math.max(0, receivedAt - sentAt);
    const sample = { offset: serverTime - (sentAt + receivedAt) / 2, rtt };
    const best = this.#samples.reduce<Sample | null>((a, b) => (a && a.rtt <= b.rtt ? a : b), null);
    // Both cannot be true of one pair of clocks: one was set, or this device slept. The old samples mean nothing now.
    if (best && Math.abs(sample.offset - best.offset) > (rtt + best.rtt) / 2 + TOLERANCE_MS) this.#samples = [];
    this.#samples.push(sample);
    if (this.#samples.length > REMEMBERED) this.#samples.shift();
    const offsets = [...this.#samples]
      .sort((a, b) => a.rtt - b.rtt)
      .slice(0, VOTING)
      .map((vote) => vote.offset)
      .sort((a, b) => a - b);
    const middle = offsets.length >> 1;
    const target = offsets.length % 2 ? offsets[middle]! : (offsets[middle - 1]! + offsets[middle]!) / 2;
    this.#advance();
    this.#target = target;
    if (!this.#synced || Math.abs(target - this.#shown) > STEP_MS) this.#shown = target;
    this.#synced = true;
  }

  /** Forgets the samples, not the time: another connection may take another way. */
  forget(): void {
    this.#samples = [];
  }

  /** The hub's clock now, epoch ms, with fractions. */
  now(): number {
    return this.#advance() + this.#shown;
  }

  /** A past reading of the monotonic clock on the hub's scale, epoch ms. */
  at(monotonic: number): number {
    return monotonic + this.#shown;
  }

  #advance(): number {
    const now = this.#monotonic();
    const most = Math.max(0, now - this.#shownAt) * SLEW;
    this.#shown += Math.max(-most, Math.min(most, this.#target - this.#shown));
    this.#shownAt = now;
    return now;
  }
}
