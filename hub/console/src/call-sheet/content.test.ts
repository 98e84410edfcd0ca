import { describe, expect, it } from "vitest";
import { readSheet, sheetOf, type Sources } from "./content";

type SheetShot = Sources["shots"] extends Iterable<infer S> ? S : never;
const shot = (id: string, over: Partial<SheetShot> = {}): SheetShot => ({ id, shoot_id: "S", scene_id: "A", description: id, time_est_minutes: 10, rank: id, status: "todo", notes: null, ...over });
const sources = (): Sources => ({
  shoot: { id: "S", title: "Glasshouse", shoot_type: "Lookbook", starts_at: "2026-12-01T07:00:00Z", ends_at: null, time_zone: "Europe/Paris", location: "Gate 2" },
  venue: { name: "Verrière", address: "Quai 4" },
  lists: [{ id: "L", shoot_id: "S" }, { id: "other", shoot_id: "T" }],
  scenes: [
    { id: "B", shot_list_id: "L", title: "Stair", description: null, rank: "a1" },
    { id: "A", shot_list_id: "L", title: "Panes", description: "No flash", rank: "a0" },
    { id: "C", shot_list_id: "other", title: "Elsewhere", description: null, rank: "a2" },
  ],
  shots: [shot("a2"), shot("a1", { time_est_minutes: null }), shot("a3", { status: "done" }), shot("b1", { scene_id: "B" }), shot("c1", { scene_id: null }), shot("x", { shoot_id: "T" })],
  shotProducts: [{ id: "1", shot_id: "a1", product_id: "p2", rank: "b" }, { id: "2", shot_id: "a1", product_id: "p1", rank: "a" }, { id: "3", shot_id: "a1", product_id: "gone", rank: "c" }],
  products: new Map([["p1", { sku: "1", name: "Coat" }], ["p2", { sku: "2", name: "Cape" }]]),
  shotModels: [{ id: "1", shot_id: "a2", model_profile_id: "m1", rank: "b" }, { id: "2", shot_id: "a2", model_profile_id: "m3", rank: "a" }, { id: "3", shot_id: "a2", model_profile_id: "gone", rank: "c" }],
  models: [{ shoot_id: "S", model_profile_id: "m1", role: "lead", status: "confirmed" }, { shoot_id: "S", model_profile_id: "m2", role: null, status: "declined" }],
  calls: [
    { shoot_id: "S", call_at: "2026-12-01T07:00:00+00:00", location: null, notes: null, model_profile_id: null, designer_profile_id: null, stakeholder_id: null, staff_id: "st" },
    { shoot_id: "S", call_at: "2026-12-01T07:00:00+02:00", location: "Make-up", notes: null, model_profile_id: "m1", designer_profile_id: null, stakeholder_id: null, staff_id: null },
    { shoot_id: null, call_at: "2026-12-01T05:00:00Z", location: null, notes: null, model_profile_id: "m2", designer_profile_id: null, stakeholder_id: null, staff_id: null },
  ],
  names: new Map([["m1", "Nyadak"], ["m3", "Signe"], ["st", "Joris"]]),
  extra: { call: "07:00", lunch: "12:30", weather: "", remarks: "" },
});

describe("F033: a call sheet from the shoot's rows", () => {
  const sheet = sheetOf(sources());
  it("has scenes and open shots in their order, with products, of this shoot alone", () => {
    expect(sheet.scenes.map(({ number, title, minutes, shots }) => [number, title, minutes, shots.map((one) => `${one.number} ${one.description}`)])).toEqual([
      ["1", "Panes", 10, ["1.1 a1", "1.2 a2"]],
      ["2", "Stair", 10, ["2.1 b1"]],
      ["–", "Without a scene", 10, ["–.1 c1"]],
    ]);
    expect(sheet.scenes[0]!.shots[0]!.products.map(({ name }) => name)).toEqual(["Coat", "Cape"]);
  });
  it("F041: has the models of each shot in their order", () => {
    expect(sheet.scenes[0]!.shots.map(({ models }) => models)).toEqual([[], [{ name: "Signe" }, { name: "Nyadak" }]]);
  });
  it("has the calls in the order of the clock, whatever their zone, and who is cast", () => {
    expect(sheet.calls.map(({ who, as }) => `${who} ${as}`)).toEqual(["Nyadak Model", "Joris Crew"]);
    expect(sheet.cast).toEqual([{ name: "Nyadak", role: "lead", status: "confirmed" }]);
    expect(sheet.location).toEqual({ name: "Verrière", address: "Quai 4", note: "Gate 2" });
  });
  it("is read again as it was, and foreign ones are not taken for one", () => {
    expect(readSheet(JSON.parse(JSON.stringify(sheet)))).toEqual(sheet);
    for (const foreign of [null, {}, { call: "07:00", lunch: "12:30" }, "text"]) expect(readSheet(foreign)).toBeNull();
  });
});
