import { describe, expect, it } from "vitest";
import { actionOf, KEYS, parseTime } from "./keys";

const press = (key: string, more = {}) => actionOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

describe("F140: the caller's keys", () => {
  it("each listed key does what the list says", () => {
    for (const line of KEYS) expect(press(line.key, { shiftKey: line.shift ?? line.key === "?" }), line.cap).toBe(line.action);
  });

  it("no two lines share a key", () => {
    expect(new Set(KEYS.map((line) => `${line.shift ?? false} ${line.key}`)).size).toBe(KEYS.length);
  });

  it("Shift makes a minute of the half", () => {
    expect([press("ArrowRight"), press("ArrowRight", { shiftKey: true })]).toEqual(["later", "later-more"]);
  });

  it("caps lock changes nothing, the browser's shortcuts stay the browser's", () => {
    expect([press("H"), press("h", { ctrlKey: true }), press("r", { metaKey: true }), press("q")]).toEqual(["hold", null, null, null]);
  });

  it("a key held down never repeats a command", () => {
    expect([press(" ", { repeat: true }), press("ArrowRight", { repeat: true }), press("ArrowDown", { repeat: true })]).toEqual([null, null, "down"]);
  });
});

describe("times that a caller types", () => {
  it.each([
    ["+1:30", 90_000],
    ["-0:20", -20_000],
    ["45", 45_000],
    ["−2m", -120_000],
    ["90 s", 90_000],
    ["24:00", 1_440_000],
  ])("%s", (text, ms) => expect(parseTime(text)).toBe(ms));

  it.each(["", "0", "1:75", "soon", "1:2:3", "99999", "--5", "1440:01"])("%j is none", (text) => expect(parseTime(text)).toBeNull());
});
