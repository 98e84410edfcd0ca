import { describe, expect, it } from "vitest";
import { slugOf } from "./slug";

describe("F010: names as parts of addresses", () => {
  it.each([
    ["Maison Vérane", "maison-verane"],
    ["  A/W 27 — Nocturne! ", "a-w-27-nocturne"],
    ["日本", ""],
    ["x".repeat(80), "x".repeat(60)],
  ])("%j", (name, slug) => expect(slugOf(name)).toBe(slug));
});
