import { describe, expect, it } from "vitest";
import { cellText, cellWrites, isWritable, parseCell, parseMinutes } from "./cells";
import { parseTsv, toTsv } from "./clipboard";
import type { Content, Shot } from "./content";
import { LAST } from "./edits";
import { duration, linesOf, NO_SCENE, sectionsOf } from "./lines";
import { findersOf, type Known, type Linked, type OfLinks } from "./links";
import { at, blockOf, contains, placesOf, settled, stepped, wholeRows } from "./selection";

const shot = (id: string, over: Partial<Shot> = {}): Shot => ({ id, sceneId: "A", rank: id, description: id, minutes: null, status: "todo", notes: "", products: [], models: [], ...over });
const byId = (...all: Linked[]): Known => new Map(all.map((linked) => [linked.id, linked]));
const model = (id: string, name: string): Linked => ({ id, name, sku: null });
const KNOWN: OfLinks<Known> = {
  products: byId({ id: "p1", sku: "OMB-01", name: "Opera coat" }, { id: "p2", sku: "OMB-02", name: "Cape" }, { id: "p3", sku: "OMB-03", name: "Cape" }),
  models: byId(model("m1", "Nyadak Deng"), model("m2", "Signe Holm"), model("m3", "Signe"), model("m4", "Ana Ruiz"), model("m5", "ana ruiz"), model("m6", "Vega, Pilar")),
};
const NOTHING_KNOWN: OfLinks<Known> = { products: new Map(), models: new Map() };
const content: Content = {
  scenes: new Map([
    ["B", { id: "B", rank: "a1", title: "The iron stair", description: "Wind" }],
    ["A", { id: "A", rank: "a0", title: "Among the panes", description: "" }],
  ]),
  shots: new Map(
    [
      shot("s2", { minutes: 30, status: "done", products: ["p2"], models: ["m2"] }),
      shot("s1", { minutes: 45, products: ["p1", "p2"], models: ["m2", "m1"] }),
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
    expect(cellText(lines[0]!, "minutes", NOTHING_KNOWN)).toBe("1 h 15");
    expect([0, 45, 60, 125].map(duration)).toEqual(["0 min", "45 min", "1 h", "2 h 05"]);
  });

  it("F022: a scene lists the products of its shots, each once", () => {
    expect(cellText(lines[0]!, "products", KNOWN)).toBe("OMB-01, OMB-02");
  });

  it("F041: a shot shows its models by name, in their order, and a scene those of its shots, each once", () => {
    expect([lines[1]!, lines[2]!, lines[3]!, lines[0]!].map((one) => cellText(one, "models", KNOWN))).toEqual(["Signe Holm, Nyadak Deng", "Signe Holm", "", "Signe Holm, Nyadak Deng"]);
    expect(cellText(lines[1]!, "models", NOTHING_KNOWN)).toBe("…, …");
  });

  it("heads and sums are not typed", () => {
    expect(["description", "products", "models", "minutes", "status", "notes"].map((column) => isWritable(lines[0]!, column as "notes"))).toEqual([true, false, false, false, false, true]);
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
    const find = findersOf(KNOWN);
    expect(parseCell("minutes", "soon", find)).toMatchObject({ ok: false, code: "not_a_time" });
    expect(parseCell("minutes", "2000", find)).toMatchObject({ ok: false, code: "too_long" });
    expect(parseCell("status", "perhaps", find)).toMatchObject({ ok: false, code: "not_a_status" });
    expect(parseCell("products", "OMB-01, OMB-99", find)).toMatchObject({ ok: false, code: "unknown_product" });
    expect(parseCell("products", "cape", find)).toMatchObject({ ok: false, code: "ambiguous_product" });
    expect(parseCell("models", "Nyadak Deng, Nobody", find)).toMatchObject({ ok: false, code: "unknown_model", message: "There is no model “Nobody”" });
    expect(parseCell("models", "Ana Ruiz", find)).toMatchObject({ ok: false, code: "ambiguous_model" });
    expect(parseCell("description", "x".repeat(2_001), find)).toMatchObject({ ok: false, code: "too_long" });
  });
  it("F021: names products by SKU or by name, each once", () => {
    expect(parseCell("products", "opera coat; omb-03, OMB-01", findersOf(KNOWN))).toEqual({ ok: true, value: ["p1", "p3"] });
    expect(parseCell("status", "To do", findersOf(NOTHING_KNOWN))).toEqual({ ok: true, value: "todo" });
    expect(parseCell("minutes", " ", findersOf(NOTHING_KNOWN))).toEqual({ ok: true, value: null });
  });
  it("F041: names models by their whole name, whatever the case, each once", () => {
    const find = findersOf(KNOWN);
    expect(parseCell("models", "signe holm; Nyadak Deng\nSIGNE HOLM", find)).toEqual({ ok: true, value: ["m2", "m1"] });
    expect(parseCell("models", "", find)).toEqual({ ok: true, value: [] });
    // The first word of a name is somebody else's name.
    expect(parseCell("models", "Signe Larsen", find)).toMatchObject({ ok: false, code: "unknown_model" });
    // A comma may be part of a name.
    expect(parseCell("models", "Vega, Pilar", find)).toEqual({ ok: true, value: ["m6"] });
  });
  it("takes as many links in a shot as the hub does", () => {
    const many = byId(...Array.from({ length: 51 }, (_, n) => model(`m${n}`, `Model ${n}`)));
    const find = findersOf({ ...NOTHING_KNOWN, models: many });
    const names = [...many.values()].map(({ name }) => name);
    expect(parseCell("models", names.slice(0, 50).join(", "), find)).toMatchObject({ ok: true });
    expect(parseCell("models", names.join(", "), find)).toMatchObject({ ok: false, code: "too_many_models", message: "A shot has at most 50 models" });
  });
  it("F021: writes only what differs of a shot's products", () => {
    const [line] = lines.filter(({ id }) => id === "s1");
    expect(cellWrites(line!, "products", ["p1", "p2", "p3"])).toEqual([{ do: "link", kind: "products", row: "s1", id: "p3", rank: LAST }]);
    expect(cellWrites(line!, "products", ["p2"])).toEqual([{ do: "link", kind: "products", row: "s1", id: "p1", rank: null }]);
    expect(cellWrites(line!, "products", ["p2", "p1"])).toEqual([
      { do: "link", kind: "products", row: "s1", id: "p2", rank: "a0" },
      { do: "link", kind: "products", row: "s1", id: "p1", rank: "a1" },
    ]);
    expect(cellWrites(line!, "models", ["m2", "m3"])).toEqual([
      { do: "link", kind: "models", row: "s1", id: "m1", rank: null },
      { do: "link", kind: "models", row: "s1", id: "m3", rank: LAST },
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
    expect(go(["s1", 5], "right").focus).toEqual({ row: "s1", column: 5 });
    expect(go(["s1", 5], "next").focus).toEqual({ row: "s2", column: 0 });
    expect(go(["s1", 0], "previous").focus).toEqual({ row: "A", column: 5 });
    expect(go(["s1", 1], "next-scene").focus).toEqual({ row: "B", column: 1 });
    expect(go(["B", 1], "previous-scene").focus).toEqual({ row: "A", column: 1 });
    expect(go(["s4", 2], "page-down").focus).toEqual({ row: "s5", column: 2 });
    expect(go(["s4", 2], "bottom").focus).toEqual({ row: "s5", column: 5 });
  });
  it("reaches from the anchor to the focus, in any direction", () => {
    const block = blockOf(go(["s2", 2], "up", true), places);
    expect(block).toEqual({ top: 1, bottom: 2, left: 2, right: 2 });
    expect(contains(block, 1, 2) && !contains(block, 1, 3)).toBe(true);
    expect(blockOf(wholeRows("s3", "s1"), places)).toEqual({ top: 1, bottom: 3, left: 0, right: 5 });
  });
  it("goes to the line that took the place of one that is gone", () => {
    expect(settled(at("deleted", 3), lines, places, 2).focus).toEqual({ row: "s2", column: 3 });
    expect(settled(at("deleted", 3), lines, places, 99).focus).toEqual({ row: "s5", column: 3 });
    expect(settled({ anchor: { row: "deleted", column: 0 }, focus: { row: "s1", column: 1 } }, lines, places, 2)).toEqual(at("s1", 1));
  });
});
