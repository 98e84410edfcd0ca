import { describe, expect, it } from "vitest";
import { WedgeDetector, type WedgeReading } from "./wedge";

/** Presses `keys` with the same gap and gives the last reading. */
function type(detector: WedgeDetector, keys: string[], gap: number, from = 1_000): WedgeReading {
  let last: WedgeReading = { is: "typing" };
  keys.forEach((key, n) => (last = detector.press({ key, at: from + n * gap })));
  return last;
}

describe("F079: a wedge scanner is told from a hand by its speed", () => {
  it.each([
    ["a USB scanner", 1, "FH1.Zm9vYmFy"],
    ["a slow Bluetooth scanner", 35, "FH1.Zm9vYmFy"],
    ["a short code", 5, "A2345"],
    ["a code with a space", 5, "AB 12 CD"],
  ])("%s gives its code", (_, gap, code) => {
    expect(type(new WedgeDetector(), [...code, "Enter"], gap)).toMatchObject({ is: "code", code, beganAt: 1_000 });
  });

  it.each([
    ["a fast typist", 60, "marchesa"],
    ["a slow typist", 200, "marchesa"],
    ["a hand rolling over keys", 10, "the"],
  ])("%s is left alone", (_, gap, word) => {
    expect(type(new WedgeDetector(), [...word, "Enter"], gap)).toEqual({ is: "typing" });
  });

  it("takes the page's keys away only once it is sure", () => {
    const detector = new WedgeDetector();
    const readings = [..."FH1.Zm"].map((key, n) => detector.press({ key, at: 1_000 + n * 4 }).is);
    expect(readings).toEqual(["typing", "typing", "typing", "burst", "burst", "burst"]);
  });

  it("keeps capitals: the scanner's Shift is no key of the code", () => {
    expect(type(new WedgeDetector(), ["Shift", "F", "Shift", "H", "1", "-", "9", "Enter"], 3)).toMatchObject({ code: "FH1-9" });
  });

  it("starts anew after a pause, so that typed letters never join a scan", () => {
    const detector = new WedgeDetector();
    type(detector, [..."mar"], 150);
    expect(type(detector, [..."FH1.abc", "Enter"], 4, 5_000)).toMatchObject({ is: "code", code: "FH1.abc" });
  });

  it("takes a code whole whose radio link stutters, and a hand that goes on typing for a hand", () => {
    const stuttering = new WedgeDetector();
    type(stuttering, [..."FH1.Zm"], 5);
    expect(type(stuttering, [..."9vYmFy", "Enter"], 5, 1_325)).toMatchObject({ is: "code", code: "FH1.Zm9vYmFy", beganAt: 1_000 });
    const late = new WedgeDetector();
    type(late, [..."FH1.Zm"], 5);
    expect(type(late, [..."9vYmFy", "Enter"], 5, 1_500)).toMatchObject({ is: "code", code: "9vYmFy" });
    const hand = new WedgeDetector();
    type(hand, [..."mar"], 60);
    expect(type(hand, [..."chesa", "Enter"], 60, 1_300)).toEqual({ is: "typing" });
  });

  it("knows which key began a run", () => {
    const detector = new WedgeDetector();
    const began = (key: string, at: number) => {
      detector.press({ key, at });
      return detector.beganWith({ at });
    };
    expect([began("m", 0), began("F", 200), began("H", 205), began("1", 210), began(".", 215), began("Z", 500), began("x", 1_200)]).toEqual([true, true, false, false, false, false, true]);
  });

  it("gives two scans in a row as two codes", () => {
    const detector = new WedgeDetector();
    expect(type(detector, [..."FH1.one", "Enter"], 4, 1_000)).toMatchObject({ code: "FH1.one" });
    expect(type(detector, [..."FH1.two", "Tab"], 4, 1_060)).toMatchObject({ code: "FH1.two" });
  });

  it("forgets a burst that an arrow or Escape interrupts", () => {
    expect(type(new WedgeDetector(), [..."FH1.", "Escape", "a", "b", "Enter"], 4)).toEqual({ is: "typing" });
  });

  it("never gathers more than the hub takes", () => {
    const reading = type(new WedgeDetector(), [..."x".repeat(600), "Enter"], 1);
    expect(reading.is === "code" && reading.code.length).toBe(600 - 512);
  });
});
