import { describe, expect, it } from "vitest";
import { cellText, cellWrites, finderOf, isWritable, parseCell, parseMinutes, type Product } from "./cells";
import { parseTsv, toTsv } from "./clipboard";
import type { Content, Shot } from "./content";
import { duration, linesOf, NO_SCENE, sectionsOf } from "./lines";
import { at, blockOf, contains, placesOf, settled, stepped, wholeRows } from "./selection";

const shot = (id: string, over: Partial<Shot> = {}): Shot => ({ id, sceneId: "A", rank: id, description: id, minutes: null, status: "todo", notes: "", products: [], ...over });
const PRODUCTS: Product[] = [
  { id: "p1", sku: "OMB-01", name: "Opera coat" },
  { id: "p2", sku: "OMB-02", name: "Cape" },
  { id: "p3", sku: "OMB-03", name: "Cape" },
];
const content: Content = {
  scenes: new Map([
    ["B", { id: "B", rank: "a1", title: "The iron stair", description: "Wind" }],
    ["A", { id: "A", rank: "a0", title: "Among the panes", description: "" }],
  ]),
  shots: new Map(
    [
      shot("s2", { minutes: 30, status: "done", products: ["p2"] }),
      shot("s1", { minutes: 45, products: ["p1", "p2"] }),
      shot("s3", { minutes: 20, status: "skipped" }),
      shot("s4"),
      shot("s5", { sceneId: "gone", minutes: 5 }),
    ].map((one) => [one.id, one]),
  ),
  locks: new Map(),
};
const lines = linesOf(sectionsOf(content));
const places = placesOf(lines);

describe("F020: scenes, shots and their sums", () => {
  it("stand in the order of ranks, shots of no scene at the end", () => {
    expect(lines.map(({ id, number }) => `${number} ${id}`)).toEqual(["1 A", "1.1 s1", "1.2 s2", "1.3 s3", "1.4 s4", "2 B", "– " + NO_SCENE, "–.1 s5"]);
  });

  it("a scene's sum leaves out what is skipped, and says what is left and not estimated", () => {
    expect(lines[0]!.section.sums).toEqual({ shots: 4, done: 1, skipped: 1, minutes: 75, minutesLeft: 45, unestimated: 1 });
    expect(cellText(lines[0]!, "minutes", new Map())).toBe("1 h 15");
    expect([0, 45, 60, 125].map(duration)).toEqual(["0 min", "45 min", "1 h", "2 h 05"]);
  });

  it("F022: a scene lists the products of its shots, each once", () => {
    expect(cellText(lines[0]!, "products", new Map(PRODUCTS.map((product) => [product.id, product])))).toBe("OMB-01, OMB-02");
  });

  it("heads and sums are not typed", () => {
    expect(["description", "products", "minutes", "status", "notes"].map((column) => isWritable(lines[0]!, column as "notes"))).toEqual([true, false, false, false, true]);
    expect(isWritable(lines[6]!, "description")).toBe(false);
    expect(cellWrites(lines[0]!, "description", "")).toEqual([]);
  });
});

describe("what is typed into a cell", () => {
  it.each([["15", 15], ["15 min", 15], ["1:30", 90], ["1h", 60], ["1 h 30", 90], ["1.5h", 90], ["1,5 h", 90], ["45′", 45], ["0", 0]])("%s is %d minutes", (text, minutes) => {
    expect(parseMinutes(text)).toBe(minutes);
  });
  it.each(["ten", "1:75", "-5", "1.5", "15 s", ""])("%s is no time", (text) => {
    expect(parseMinutes(text)).toBeNull();
  });
  it("is refused with a code where it means nothing", () => {
    const find = finderOf(PRODUCTS);
    expect(parseCell("minutes", "soon", find)).toMatchObject({ ok: false, code: "not_a_time" });
    expect(parseCell("minutes", "2000", find)).toMatchObject({ ok: false, code: "too_long" });
    expect(parseCell("status", "perhaps", find)).toMatchObject({ ok: false, code: "not_a_status" });
    expect(parseCell("products", "OMB-01, OMB-99", find)).toMatchObject({ ok: false, code: "unknown_product" });
    expect(parseCell("products", "cape", find)).toMatchObject({ ok: false, code: "ambiguous_product" });
    expect(parseCell("description", "x".repeat(2_001), find)).toMatchObject({ ok: false, code: "too_long" });
  });
  it("F021: names products by SKU or by name, each once", () => {
    expect(parseCell("products", "opera coat; omb-03, OMB-01", finderOf(PRODUCTS))).toEqual({ ok: true, value: ["p1", "p3"] });
    expect(parseCell("status", "To do", finderOf([]))).toEqual({ ok: true, value: "todo" });
    expect(parseCell("minutes", " ", finderOf([]))).toEqual({ ok: true, value: null });
  });
  it("F021: writes only what differs of a shot's products", () => {
    const [line] = lines.filter(({ id }) => id === "s1");
    expect(cellWrites(line!, "products", ["p1", "p2", "p3"])).toEqual([{ do: "product", row: "s1", product: "p3", rank: "a2" }]);
    expect(cellWrites(line!, "products", ["p2"])).toEqual([{ do: "product", row: "s1", product: "p1", rank: null }]);
    expect(cellWrites(line!, "products", ["p2", "p1"])).toEqual([
      { do: "product", row: "s1", product: "p2", rank: "a0" },
      { do: "product", row: "s1", product: "p1", rank: "a1" },
    ]);
  });
});

describe("the clipboard of spreadsheets", () => {
  it("comes back as it went", () => {
    const cells = [["a", 'b "c"', "d\te"], ["f\ng", "", "h"], ["", "\r\n", "i"]];
    expect(parseTsv(toTsv(cells))).toEqual(cells);
  });
  it("reads what Excel, LibreOffice and people write", () => {
    expect(parseTsv('1\t2\r\n3\t"4\n5"\r\n\r\n')).toEqual([["1", "2"], ["3", "4\n5"]]);
    expect(parseTsv('5" lens\t"half')).toEqual([['5" lens', '"half']]);
    expect(parseTsv('"quoted" word\tx')).toEqual([['"quoted" word', "x"]]);
    expect(parseTsv("a\t")).toEqual([["a", ""]]);
    expect(parseTsv("")).toEqual([]);
  });
});

describe("moving through the sheet", () => {
  const go = (from: [string, number], step: Parameters<typeof stepped>[1], extend = false) => stepped(at(...from), step, lines, places, extend, 3);
  it("stays inside, jumps by scene, and runs on into the next line", () => {
    expect(go(["A", 0], "up").focus).toEqual({ row: "A", column: 0 });
    expect(go(["s1", 4], "right").focus).toEqual({ row: "s1", column: 4 });
    expect(go(["s1", 4], "next").focus).toEqual({ row: "s2", column: 0 });
    expect(go(["s1", 0], "previous").focus).toEqual({ row: "A", column: 4 });
    expect(go(["s1", 1], "next-scene").focus).toEqual({ row: "B", column: 1 });
    expect(go(["B", 1], "previous-scene").focus).toEqual({ row: "A", column: 1 });
    expect(go(["s4", 2], "page-down").focus).toEqual({ row: "s5", column: 2 });
    expect(go(["s4", 2], "bottom").focus).toEqual({ row: "s5", column: 4 });
  });
  it("reaches from the anchor to the focus, in any direction", () => {
    const block = blockOf(go(["s2", 2], "up", true), places);
    expect(block).toEqual({ top: 1, bottom: 2, left: 2, right: 2 });
    expect(contains(block, 1, 2) && !contains(block, 1, 3)).toBe(true);
    expect(blockOf(wholeRows("s3", "s1"), places)).toEqual({ top: 1, bottom: 3, left: 0, right: 4 });
  });
  it("goes to the line that took the place of one that is gone", () => {
    expect(settled(at("deleted", 3), lines, places, 2).focus).toEqual({ row: "s2", column: 3 });
    expect(settled(at("deleted", 3), lines, places, 99).focus).toEqual({ row: "s5", column: 3 });
    expect(settled({ anchor: { row: "deleted", column: 0 }, focus: { row: "s1", column: 1 } }, lines, places, 2)).toEqual(at("s1", 1));
  });
});
