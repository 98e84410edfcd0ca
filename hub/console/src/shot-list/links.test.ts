import { describe, expect, it } from "vitest";
import { anyNamed } from "./any-named";
import { castOf } from "./cast";
import { type Known, type Linked, namesIn, namesOf, offered } from "./links";
import { linkWords } from "./words";

const model = (id: string, name: string): Linked => ({ id, name, sku: null });
const byId = (...all: Linked[]): Known => new Map(all.map((linked) => [linked.id, linked]));
const MODELS = byId(model("m1", "Signe Holm"), model("m2", "Nyadak Deng"), model("m3", "Ottilie Brandt"), model("m4", "Maren Voss"));

describe("F041: who is cast is offered first", () => {
  const cast = new Set(["m1", "m2", "unnamed"]);
  const all = [...MODELS.values()];

  it("by name, and then so many others", () => {
    expect(offered(MODELS, cast, "", all, 1).map(({ name }) => name)).toEqual(["Nyadak Deng", "Signe Holm", "Ottilie Brandt"]);
    expect(offered(MODELS, cast, " HOLM si ", [], 8).map(({ name }) => name)).toEqual(["Signe Holm"]);
  });
  it("also where the hub finds them by words that are not in the name", () => {
    expect(offered(MODELS, cast, "tall", [MODELS.get("m4")!, MODELS.get("m1")!], 8).map(({ id }) => id)).toEqual(["m1", "m4"]);
  });
  it("comes from the shoot of the list, and has nobody who declined", () => {
    const of = (shoot_id: string, model_profile_id: string, status: "selected" | "confirmed" | "declined") => ({ shoot_id, model_profile_id, status });
    const lists = [{ id: "L", shoot_id: "S", title: "", status: "draft" as const }];
    expect(castOf({ lists, cast: [of("S", "m2", "confirmed"), of("T", "m3", "confirmed"), of("S", "m4", "declined"), of("S", "m1", "selected")] }, "L")).toEqual([["m1", "selected"], ["m2", "confirmed"]]);
    expect(castOf({ lists }, "L")).toEqual([]);
  });
});

describe("names that are looked up", () => {
  it("are the parts of a cell and the cell itself, each once", () => {
    expect(namesIn(["Vega, Pilar", " Pilar ", "", "x".repeat(201)])).toEqual(["Vega, Pilar", "Vega", "Pilar"]);
  });
  it("F041: mean nothing but themselves to the hub, whatever they hold", () => {
    expect(anyNamed(["Signe Holm", 'Ana "100%" _*\\', "O'Hara, (Ada)"])).toBe(`(name.ilike."Signe Holm",name.ilike."Ana _100__ ___",name.ilike."O'Hara, (Ada)")`);
  });
  it("are left out where they are not known here", () => {
    expect(namesOf(["m2", "gone", "m1"], MODELS)).toBe("Nyadak Deng, Signe Holm");
  });
});

describe("the history of links", () => {
  const known = { products: byId({ id: "p1", sku: "S1", name: "Cape" }), models: MODELS };
  it.each([
    ["models.m2", null, "a0", "Nyadak Deng put in"],
    ["models.m2", "a0", null, "Nyadak Deng taken out"],
    ["models.m2", "a0", "a1", "Nyadak Deng moved"],
    ["models.gone", null, "a0", "a model put in"],
    ["products.p1", null, "a0", "Cape put on"],
    ["products.gone", "a0", null, "a product taken off"],
    ["status", "todo", "done", null],
    ["", null, null, null],
  ])("%s from %s to %s: %s", (column, old, now, words) => {
    expect(linkWords({ column, old, new: now }, known)).toBe(words);
  });
});
