import { expect, it } from "vitest";
import { uuidv7 } from "./uuid.js";

it("makes ids of version 7 that hold the time", () => {
  const made = uuidv7(Date.UTC(2100, 0, 1));
  expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(made.replaceAll("-", "").slice(0, 12), 16)).toBe(Date.UTC(2100, 0, 1));
});

it("sorts ids by their making, within a millisecond and when the clock steps back", () => {
  const now = Date.UTC(2101, 0, 1);
  const made = Array.from({ length: 10_000 }, (_, i) => uuidv7(now - i));
  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
});
