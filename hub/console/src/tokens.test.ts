import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PERSON_COLOURS } from "./shot-list/presence";

const root = new URL(".", import.meta.url).pathname;
const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(tsx?|css)$/.test(name) && !name.includes(".test."))
  .filter((name) => name !== "tokens.css");

const forbidden: [string, RegExp][] = [
  ["a colour", /#[0-9a-f]{3,8}\b(?![^\n]*Route)|\b(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch)\(/i],
  ["a font", /font-family|fontFamily|font-\[/],
  ["a shadow", /box-shadow|boxShadow|\bshadow-|drop-shadow/],
  ["a private Tailwind colour", /\b(?:bg|text|border|fill|stroke|outline|accent)-\[#?(?!length)[a-z(]*(?:#|rgb|var\(--(?!color))/],
];

/** The tokens of `@theme`, with those of the night surface over them. */
function nightTokens(): Map<string, string> {
  const text = readFileSync(join(root, "tokens.css"), "utf8");
  const [theme, night] = [/@theme \{([\s\S]*?)\n\}/.exec(text)![1]!, /\[data-surface="night"\] \{([\s\S]*?)\n\}/.exec(text)![1]!];
  return new Map([...`${theme}${night}`.matchAll(/--color-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

/** WCAG 2 contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, bl] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * bl!;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

describe("F049: walls are read from 5 m", () => {
  const tokens = nightTokens();
  it.each(["ink", "quiet", "go", "wait", "stop"])("%s on the night surface is 7:1 or better", (name) => {
    expect(contrast(tokens.get(name)!, tokens.get("paper")!)).toBeGreaterThanOrEqual(7);
  });
  it.each([
    ["on-go", "go-field", 4.5],
    ["on-wait", "wait-field", 7],
    ["on-stop", "stop-field", 4.5],
  ])("%s on %s is %d:1 or better", (text, field, least) => {
    expect(contrast(tokens.get(text)!, tokens.get(field)!)).toBeGreaterThanOrEqual(least);
  });
});

describe("people beside each other are told apart, and their names are read", () => {
  const text = readFileSync(join(root, "tokens.css"), "utf8");
  const day = new Map([.../@theme \{([\s\S]*?)\n\}/.exec(text)![1]!.matchAll(/--color-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
  it.each([["paper", day], ["night", nightTokens()]] as const)("on %s", (_, tokens) => {
    const people = Array.from({ length: PERSON_COLOURS }, (_, n) => tokens.get(`person-${n + 1}`)!);
    expect(new Set(people).size).toBe(PERSON_COLOURS);
    for (const colour of people) {
      expect(contrast(tokens.get("on-person")!, colour)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(tokens.get("paper")!, colour)).toBeGreaterThanOrEqual(3);
    }
  });
});

describe("F003: one set of design tokens", () => {
  it("finds the screens' sources", () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  it.each(sources)("%s carries no private colour, font or shadow", (name) => {
    const text = readFileSync(join(root, name), "utf8");
    for (const [what, pattern] of forbidden) expect(pattern.exec(text)?.[0], what).toBeUndefined();
  });
});
