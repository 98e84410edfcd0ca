import { beforeEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { parseTsv } from "./clipboard";
import { ContentStore } from "./content";
import { copiedOf, readCopied } from "./copied-links";
import { History } from "./history";
import { linesOf, sectionsOf } from "./lines";
import { findersOf, type Linked } from "./links";
import { asNewShots, check, linkTexts, namesModels, overCells, understand, type Pasted } from "./paste";
import { deletion, dropPlace, fillDown, linkOnScene, linksOnShots, moveScene, moveShots, newScenes, newShots, shifted } from "./rows";
import { placesOf } from "./selection";
import type { Write } from "./edits";

let doc: Y.Doc;
let history: History;
let store: ContentStore;
let ids: number;
const makeId = () => `n${String((ids += 1)).padStart(3, "0")}`;
const sections = () => sectionsOf(store.get());
const lines = () => linesOf(sections());
const shown = () => lines().map((line) => (line.kind === "scene" ? `[${line.scene?.title ?? "none"}]` : line.shot.description)).join(" ");
const line = (name: string) => lines().find((one) => (one.kind === "scene" ? one.scene?.title : one.shot.description) === name)!;
const idsOf = (...names: string[]) => new Set(names.map((name) => line(name).id));
const run = (writes: readonly Write[]) => history.do("test", writes);

beforeEach(() => {
  doc = new Y.Doc();
  history = new History(doc);
  store = new ContentStore(doc);
  ids = 0;
  const scenes = newScenes(store.get(), "end", ["A", "B"], makeId);
  run(scenes.writes);
  for (const [scene, names] of [[scenes.ids[0]!, "a b c"], [scenes.ids[1]!, "d e"]] as const) {
    run(newShots(store.get(), { sceneId: scene, after: "end", values: names.split(" ").map((description) => ({ description })) }, makeId).writes);
  }
});

describe("F020: rows are added, moved and deleted", () => {
  it("adds behind the current line", () => {
    expect(shown()).toBe("[A] a b c [B] d e");
    run(newShots(store.get(), { sceneId: line("A").id, after: line("a").id, values: [{ description: "x" }, { description: "y" }] }, makeId).writes);
    run(newScenes(store.get(), line("A").id, ["M"], makeId).writes);
    run(newShots(store.get(), { sceneId: null, after: "end", values: [{ description: "z" }] }, makeId).writes);
    expect(shown()).toBe("[A] a x y b c [M] [B] d e [none] z");
  });

  it("moves shots over the heads of scenes, one step at a time and back", () => {
    const step = (name: string, by: 1 | -1, count = 1) => {
      const at = lines().findIndex(({ id }) => id === line(name).id);
      return run(shifted(store.get(), sections(), lines(), { top: at, bottom: at + count - 1, left: 0, right: 0 }, lines()[at]!, by));
    };
    step("b", 1, 2);
    expect(shown()).toBe("[A] a [B] b c d e");
    step("b", 1, 2);
    expect(shown()).toBe("[A] a [B] d b c e");
    step("a", 1);
    expect(shown()).toBe("[A] [B] a d b c e");
    step("a", -1);
    expect(shown()).toBe("[A] a [B] d b c e");
    expect(step("a", -1)).toBe(0);
    step("B", -1);
    expect(shown()).toBe("[B] d b c e [A] a");
    expect(step("B", -1)).toBe(0);
    step("B", 1);
    expect(shown()).toBe("[A] a [B] d b c e");
  });

  it("drops a dragged block where the gap is, and does nothing on itself", () => {
    const drop = (gap: number, ...names: string[]) => {
      const to = dropPlace(lines(), gap, "shot")!;
      return run(moveShots(store.get(), sections(), idsOf(...names), to.sceneId, to.after));
    };
    drop(5, "a", "c");
    expect(shown()).toBe("[A] b [B] a c d e");
    drop(1, "e");
    expect(shown()).toBe("[A] e b [B] a c d");
    expect(drop(5, "a", "c")).toBe(0);
    expect(dropPlace(lines(), 0, "shot")).toBeNull();
    const to = dropPlace(lines(), 0, "scene")!;
    run(moveScene(store.get(), line("B").id, to.after));
    expect(shown()).toBe("[B] a c d [A] e b");
  });

  it("deletes lines; shots of a deleted scene stay, and undo brings all back", () => {
    run(deletion([line("A"), line("b")]));
    expect(shown()).toBe("[B] d e [none] a c");
    history.undo();
    expect(shown()).toBe("[A] a b c [B] d e");
  });

  it("fills down, from the line above when one line is chosen", () => {
    run([{ do: "set", of: "shots", row: line("a").id, key: "time_est_minutes", value: 15 }]);
    run(fillDown(lines(), { top: 1, bottom: 5, left: 3, right: 4 }));
    expect(lines().flatMap((one) => (one.kind === "shot" ? [one.shot.minutes] : []))).toEqual([15, 15, 15, 15, null]);
    run(fillDown(lines(), { top: 6, bottom: 6, left: 3, right: 3 }));
    expect(lines().flatMap((one) => (one.kind === "shot" ? [one.shot.minutes] : []))).toEqual([15, 15, 15, 15, 15]);
  });
});

describe("F021, F022, F026: products, and F041: models", () => {
  const product: Linked = { id: "p1", sku: "S1", name: "Cape" };
  it("one let go on a scene goes to its first shot without any, and then to a new one", () => {
    for (let n = 0; n < 4; n += 1) run(linkOnScene(store.get(), line("A").section, "products", product, makeId));
    expect(line("A").section.shots.map(({ description, products }) => `${description}:${products.join()}`)).toEqual(["a:p1", "b:p1", "c:p1", "Cape:p1"]);
  });
  it("several are put on all chosen shots at once, and none twice", () => {
    run(linksOnShots([line("a"), line("B"), line("d")], "products", ["p1", "p2"]));
    run(linksOnShots([line("a")], "products", ["p2", "p3"]));
    expect([line("a"), line("d"), line("b")].map((one) => (one.kind === "shot" ? one.shot.products : null))).toEqual([["p1", "p2", "p3"], ["p1", "p2"], []]);
  });
  it("a model is put in shots beside their products, and is no product of theirs", () => {
    run(linksOnShots([line("a")], "products", ["p1"]));
    run(linksOnShots([line("a"), line("b")], "models", ["m1", "m2"]));
    run(linkOnScene(store.get(), line("A").section, "models", { id: "m3", name: "Signe Holm", sku: null }, makeId));
    run(linkOnScene(store.get(), line("A").section, "models", { id: "m3", name: "Signe Holm", sku: null }, makeId));
    expect(line("A").section.shots.map(({ description, products, models }) => `${description}:${products}:${models}`)).toEqual(["a:p1:m1,m2", "b::m1,m2", "c::m3", "Signe Holm::m3"]);
  });
  it("fills links down as they are in the line above", () => {
    run(linksOnShots([line("a")], "models", ["m2", "m1"]));
    run(linksOnShots([line("b")], "models", ["m3"]));
    run(fillDown(lines(), { top: 1, bottom: 3, left: 1, right: 2 }));
    expect(line("A").section.shots.map(({ models }) => models)).toEqual([["m2", "m1"], ["m2", "m1"], ["m2", "m1"]]);
    history.undo();
    expect(line("A").section.shots.map(({ models }) => models)).toEqual([["m2", "m1"], ["m3"], []]);
  });
});

describe("pasting from a spreadsheet", () => {
  const model = (id: string, name: string): [string, Linked] => [id, { id, name, sku: null }];
  const find = findersOf({ products: new Map([["p1", { id: "p1", sku: "S1", name: "Cape" }]]), models: new Map([model("m1", "Nyadak Deng"), model("m2", "Ana"), model("m3", "Ana")]) });
  const paste = (text: string, first = 0) => understand(parseTsv(text), first) as Pasted;

  it("knows columns by their names", () => {
    const pasted = paste("Scene\tShot\tMin\tSKU\tShutter\nB\tx\t10\tS1\t1/60");
    expect(pasted.targets).toEqual(["scene", "description", "minutes", "products", null]);
    expect(linkTexts(pasted)).toEqual({ products: ["S1"], models: [] });
    expect(paste("Shot\tTalent\nx\tNyadak Deng").targets).toEqual(["description", "models"]);
    expect(paste("10\n20", 3).targets).toEqual(["minutes"]);
    expect(paste("Status\ndone", 4)).toMatchObject({ heads: ["Status"], targets: ["status"] });
    expect(understand(parseTsv(`${"x\n".repeat(2_001)}`), 0)).toBe("too_large");
    expect(understand([], 0)).toBe("empty");
  });

  it("makes shots in their scenes, makes scenes that are not there, as one step", () => {
    const pasted = paste("Scene\tShot\tTime\tProducts\nb\tx\t1:30\tCape\n\ty\t\t\nNew\tz\t5\tS1");
    const made = asNewShots(store.get(), pasted, check(pasted, find), line("a"), makeId);
    run(made.writes);
    expect(shown()).toBe("[A] a b c [B] d e x y [New] z");
    expect(line("x")).toMatchObject({ shot: { minutes: 90, products: ["p1"], status: "todo" } });
    history.undo();
    expect(shown()).toBe("[A] a b c [B] d e");
  });

  it("names every cell that is wrong, and leaves it out when told to go on", () => {
    const pasted = paste("x\tS9\tAna\tsoon\tdone\ny\tS1\tnyadak deng\t5\tmaybe");
    const checked = check(pasted, find);
    expect(checked.wrong).toBe(4);
    expect(checked.rows.map((row) => row.map(({ error }) => error !== null))).toEqual([[false, true, true, true, false], [false, false, false, false, true]]);
    run(asNewShots(store.get(), pasted, checked, line("A"), makeId).writes);
    expect(shown()).toBe("[A] x y a b c [B] d e");
    expect(line("x")).toMatchObject({ shot: { minutes: null, products: [], models: [], status: "done" } });
    expect(line("y")).toMatchObject({ shot: { products: ["p1"], models: ["m1"] } });
  });

  it("writes over the cells from here on; sums and heads stay; what reaches past the end is new", () => {
    const pasted = paste("7\tdone\n8\tdone\n9\tdone\n10\tdone", 3);
    const places = placesOf(lines());
    run(overCells(store.get(), pasted, check(pasted, find), lines(), places, line("c").id, makeId).writes);
    expect(lines().flatMap((one) => (one.kind === "shot" ? [`${one.shot.description}:${one.shot.minutes}:${one.shot.status}`] : []))).toEqual(
      ["a:null:todo", "b:null:todo", "c:7:done", "d:9:done", "e:10:done"],
    );
    const beyond = paste("1\n2\n3", 3);
    run(overCells(store.get(), beyond, check(beyond, find), lines(), places, line("e").id, makeId).writes);
    expect(lines().flatMap((one) => (one.kind === "shot" ? [one.shot.minutes] : []))).toEqual([null, null, 7, 9, 1, 2, 3]);
  });

  it("F041: looks up every text that may be a model's name, and puts them in their order", () => {
    const pasted = paste("Shot\tModels\nx\tVega, Pilar; Ana\ny\tAna\nz\t");
    expect(linkTexts(pasted)).toEqual({ products: [], models: ["Vega, Pilar; Ana", "Vega", "Pilar", "Ana"] });
    const models = new Map(Array.from({ length: 50 }, (_, n) => model(`m${n}`, `Model ${n}`)));
    const all = paste(`Shot\tModels\nall\t${[...models.values()].map(({ name }) => name).join(", ")}`);
    const checked = check(all, findersOf({ products: new Map(), models }));
    run(asNewShots(store.get(), all, checked, undefined, makeId).writes);
    expect(line("all")).toMatchObject({ shot: { models: [...models.keys()] } });
  });

  it("F041: what was copied here is put back as it was, also where two have one name", () => {
    const model = (id: string, name: string): [string, Linked] => [id, { id, name, sku: null }];
    const known = { products: new Map(), models: new Map([model("m2", "Ana"), model("m3", "Ana")]) };
    run(linksOnShots([line("a")], "models", ["m3"]));
    const copied = JSON.stringify(copiedOf([line("a"), line("A")], ["models", "notes"]));
    expect(JSON.parse(copied)).toEqual([[{ kind: "models", ids: ["m3"] }, null], [{ kind: "models", ids: ["m3"] }, null]]);
    const pasted = { ...paste("Ana\tx", 2), targets: ["models", "notes"] as const };
    const checked = (text: string, targets: Pasted["targets"] = pasted.targets) => check({ ...pasted, targets, copied: readCopied(text, known) }, findersOf(known));
    expect(checked(copied)).toMatchObject({ wrong: 0, rows: [[{ value: ["m3"] }, { value: "x" }]] });
    expect(namesModels({ ...pasted, copied: readCopied(copied, known) })).toBe(false);
    expect([pasted, { ...pasted, targets: ["notes", "models"] as const, copied: readCopied(copied, known) }, paste("x\t"), paste("\tx", 2)].map(namesModels)).toEqual([true, true, false, false]);
    // Under another column, or from elsewhere, it is no more than a text.
    expect(checked(copied, ["notes", null]).rows[0]![0]).toMatchObject({ value: "Ana", error: null });
    for (const foreign of ["", "5", "{", "[[null]]", '[[{"kind":"models","ids":["m9"]}]]', '[[{"kind":"shots","ids":[]}]]', '[[{"kind":"models","ids":"m2"}]]']) expect(checked(foreign).wrong).toBe(1);
  });

  it("writes models over the cells from here on", () => {
    run(linksOnShots([line("d")], "models", ["m2", "m3"]));
    const pasted = paste("Nyadak Deng\n\nNyadak Deng", 2);
    run(overCells(store.get(), pasted, check(pasted, find), lines(), placesOf(lines()), line("c").id, makeId).writes);
    expect([line("c"), line("d"), line("e")].map((one) => (one.kind === "shot" ? one.shot.models : null))).toEqual([["m1"], ["m1"], []]);
  });

  it("takes 200 rows of 8 columns as one step", () => {
    const rows = Array.from({ length: 200 }, (_, n) => [`Scene ${n % 7}`, `Shot ${n}`, "S1", String(n % 60), "done", "note", "x", "y"].join("\t"));
    const pasted = paste(["Scene\tShot\tSKU\tTime\tStatus\tNotes\tLens\tLight", ...rows].join("\n"));
    expect(pasted.rows).toHaveLength(200);
    const made = asNewShots(store.get(), pasted, check(pasted, find), undefined, makeId);
    run(made.writes);
    expect(made.ids).toHaveLength(200);
    expect(store.get().shots.size).toBe(205);
    expect(store.get().scenes.size).toBe(9);
  });
});
