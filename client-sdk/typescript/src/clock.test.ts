import { describe, expect, it } from "vitest";
import { HubClock } from "./clock.js";

/** Numbers that look random and are the same every time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A device: its own monotonic clock, a wall clock that is wrong, and a way to the hub. */
class Device {
  monotonic: number;
  readonly clock: HubClock;
  readonly #zero: number;

  constructor(zero: number, wallError: number, began = 1_790_000_000_000) {
    this.monotonic = zero;
    this.#zero = began - zero;
    this.clock = new HubClock(
      () => this.monotonic,
      () => this.truth + wallError,
    );
  }

  /** The hub's clock. */
  get truth(): number {
    return this.#zero + this.monotonic;
  }

  beat(there: number, back: number, hubStep = 0): void {
    const sent = this.monotonic;
    this.monotonic += there;
    const stamp = Math.floor(this.truth + hubStep);
    this.monotonic += back;
    this.clock.sample(sent, this.monotonic, stamp);
  }
}

describe("the hub's clock", () => {
  it("does not depend on the device's wall clock", () => {
    for (const wallError of [-300_000, 0, 300_000, 86_400_000]) {
      const device = new Device(5000, wallError);
      device.beat(2, 2);
      expect(Math.abs(device.clock.now() - device.truth)).toBeLessThanOrEqual(1);
    }
  });

  it("is shown alike by two screens with different clocks on a bad and one-sided network", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const roll = dice(seed);
      const screens = [new Device(0, -300_000), new Device(9_999_999, 300_000)];
      for (let beat = 0; beat < 60; beat++) {
        for (const screen of screens) {
          // Mostly 5-30 ms each way; one answer in three is up to 400 ms late.
          const late = roll() < 0.33 ? roll() * 400 : 0;
          screen.beat(5 + roll() * 25, 5 + roll() * 25 + late);
          screen.monotonic += 1000;
        }
        if (beat < 5) continue;
        const errors = screens.map((screen) => screen.clock.now() - screen.truth);
        expect(Math.abs(errors[0]! - errors[1]!), `seed ${seed}, beat ${beat}`).toBeLessThan(100);
      }
    }
  });

  it("is never further from the truth than half of a quick round trip", () => {
    const device = new Device(0, 0);
    for (let i = 0; i < 10; i++) device.beat(0, 40);
    device.monotonic += 60_000;
    expect(Math.abs(device.clock.now() - device.truth)).toBeLessThanOrEqual(21);
  });

  it("is corrected slowly, without a jump and never backwards", () => {
    const device = new Device(0, 0);
    device.beat(0, 500);
    const wrong = device.truth - device.clock.now();
    expect(wrong).toBeGreaterThan(200);
    for (let i = 0; i < 6; i++) device.beat(1, 1);
    let before = device.clock.now();
    for (let i = 0; i < 100; i++) {
      device.monotonic += 100;
      const now = device.clock.now();
      expect(Math.abs(now - before - 100)).toBeLessThanOrEqual(5.001);
      before = now;
    }
    expect(Math.abs(device.clock.now() - device.truth)).toBeLessThanOrEqual(2);
  });

  it("follows at once when it is more than a second off: the device slept, or the hub's clock was set", () => {
    const device = new Device(0, 0);
    for (let i = 0; i < 30; i++) device.beat(1, 1);
    device.beat(1, 1, 60_000);
    expect(Math.abs(device.clock.now() - device.truth - 60_000)).toBeLessThanOrEqual(2);
  });

  it("is the device's own before anything is known", () => {
    const device = new Device(77, 1234);
    expect(device.clock.now() - device.truth).toBe(1234);
  });
});
