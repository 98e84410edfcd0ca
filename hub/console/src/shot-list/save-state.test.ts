import { describe, expect, it } from "vitest";
import { colourOf, initials, PERSON_COLOURS, readPresence } from "./presence";
import { saveWords } from "./save-state";
import type { DocumentState } from "./shared-document";
import { gridAction } from "./grid-keys";

const state = (over: Partial<DocumentState>): DocumentState => ({ link: "online", loaded: true, readOnly: false, waiting: 0, kept: true, reason: null, ...over });

describe("what is not saved never looks saved", () => {
  it("says saved only when the hub has it all", () => {
    expect(saveWords(state({})).text).toBe("All changes saved");
    for (const link of ["connecting", "offline", "denied"] as const) expect(saveWords(state({ link })).text).not.toContain("saved");
    for (const link of ["connecting", "online", "offline", "denied"] as const) expect(saveWords(state({ link, waiting: 2 })).text).not.toBe("All changes saved");
  });
  it("says how many wait, and whether this device keeps them", () => {
    expect(saveWords(state({ link: "offline", waiting: 1 }))).toEqual({ text: "1 change on this device, not saved yet", tone: "wait" });
    expect(saveWords(state({ link: "offline", waiting: 1_200, kept: false }))).toEqual({ text: "1,200 changes not saved: keep this page open", tone: "stop" });
  });
});

describe("others in the list", () => {
  it("have one colour each, wherever they are seen", () => {
    const colours = Array.from({ length: 500 }, (_, n) => colourOf(`user-${n}`));
    expect(new Set(colours).size).toBe(PERSON_COLOURS);
    expect(colourOf("user-7")).toBe(colours[7]);
  });
  it("are read from whatever their window sends", () => {
    expect(readPresence(4, { user: { id: "u", name: "Bea" }, cell: { row: "s1", column: "notes" }, selection: ["s1", 5] })).toMatchObject({ name: "Bea", cell: { row: "s1", column: "notes" }, rows: ["s1"] });
    expect(readPresence(4, { user: { id: "u" }, cell: { row: "s1", column: "secret" }, selection: "all" })).toMatchObject({ name: "Somebody", cell: null, rows: [] });
    for (const nobody of [null, {}, { user: null }, { user: { name: "x" } }, "text"]) expect(readPresence(4, nobody)).toBeNull();
    expect([initials("Ada Demir"), initials("  bea "), initials("")]).toEqual(["AD", "B", ""]);
  });
});

describe("keys of the sheet", () => {
  const press = (key: string, held = "") => gridAction({ key, shiftKey: held.includes("S"), ctrlKey: held.includes("C"), metaKey: false, altKey: held.includes("A") });
  it("mean what spreadsheets taught people", () => {
    expect(press("ArrowDown")).toEqual({ do: "step", step: "down", extend: false });
    expect(press("ArrowDown", "S")).toEqual({ do: "step", step: "down", extend: true });
    expect(press("ArrowDown", "C")).toEqual({ do: "step", step: "next-scene", extend: false });
    expect(press("ArrowDown", "A")).toEqual({ do: "shift", by: 1 });
    expect(press("Tab", "S")).toEqual({ do: "step", step: "previous", extend: false });
    expect([press("Enter"), press("F2"), press("x"), press("É"), press("Process")].map((action) => action?.do)).toEqual(["edit", "edit", "type", "type", "type"]);
    expect([press("z", "C"), press("z", "CS"), press("y", "C"), press("d", "C"), press("Delete"), press("Delete", "C")].map((action) => action?.do)).toEqual(["undo", "redo", "redo", "fill", "clear", "delete"]);
  });
  it("leave the browser its own", () => {
    for (const [key, held] of [["c", "C"], ["v", "C"], ["f", "C"], ["r", "C"], ["F5", ""], ["Shift", ""], ["ArrowLeft", "A"]] as const) expect(press(key, held)).toBeNull();
  });
});
