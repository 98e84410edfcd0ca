import { describe, expect, it } from "vitest";
import { behind, conditionText, filterText, orderText, type PlainQuery, placeOf, selectText, termsOf, wordsText } from "./query_text.js";

const query: PlainQuery = {
  table: "venues",
  columns: ["name"],
  order: [{ column: "city" }, { column: "capacity", descending: true }],
};

describe("an order", () => {
  it("says everything, and ends with the key", () => {
    expect(orderText(termsOf(query))).toBe("city.asc.nullslast,capacity.desc.nullsfirst,id.asc.nullslast");
    expect(orderText(termsOf(query, true))).toBe("city.desc.nullsfirst,capacity.asc.nullslast,id.desc.nullsfirst");
    expect(orderText(termsOf({ table: "event_counters", columns: [] }))).toBe("event_id.asc.nullslast");
  });

  it("ends where the key stands in it", () => {
    const order = [{ column: "id", descending: true }, { column: "name" }];
    expect(orderText(termsOf({ ...query, order }))).toBe("id.desc.nullsfirst");
  });

  it("brings along what a place is made of, as text", () => {
    const terms = termsOf(query);
    expect(selectText(query, terms)).toBe("name,_key:id::text,_at0:city::text,_at1:capacity::text,_at2:id::text");
    expect(placeOf({ name: "n", _at0: null, _at1: "7", _at2: "k" }, terms)).toEqual([null, "7", "k"]);
  });
});

describe("what stands behind a place", () => {
  const terms = termsOf(query);

  it("is greater by the first column that differs", () => {
    expect(behind(terms, ["Lyon", "7", "k"])).toBe(
      'or(or(city.gt."Lyon",city.is.null),and(city.eq."Lyon",capacity.lt."7"),and(city.eq."Lyon",capacity.eq."7",or(id.gt."k",id.is.null)))',
    );
  });

  it("knows where nulls stand", () => {
    expect(behind(terms, [null, null, "k"])).toBe(
      'or(and(city.is.null,capacity.not.is.null),and(city.is.null,capacity.is.null,or(id.gt."k",id.is.null)))',
    );
    expect(behind(termsOf(query, true), [null, "7", "k"])).toContain("city.not.is.null");
  });
});

describe("conditions", () => {
  it("hold whatever is in their values", () => {
    expect(conditionText({ column: "city", is: "eq", value: 'a",b)\\' })).toBe('city.eq."a\\",b)\\\\"');
    expect(conditionText({ column: "city", is: "in", value: ["a,b", 'q"'] })).toBe('city.in.("a,b","q\\"")');
    expect(conditionText({ column: "tags", is: "has", value: ['a"', "b"] })).toBe(
      'tags.cs."{\\"a\\\\\\"\\",\\"b\\"}"',
    );
    expect(conditionText({ column: "amenities", is: "contains", value: ['a"'] })).toBe('amenities.cs."[\\"a\\\\\\"\\"]"');
    expect(conditionText({ column: "name", is: "has_text", value: "5% (a.b)" })).toBe('name.imatch."5% \\\\(a\\\\.b\\\\)"');
    expect(conditionText({ any: [{ column: "a", is: "null" }, { all: [{ column: "b", is: "gt", value: 1 }] }] })).toBe(
      'or(a.is.null,and(b.gt."1"))',
    );
    expect(() => conditionText({ any: [] })).toThrow(RangeError);
  });

  it("stand beside words and a place", () => {
    expect(filterText(query)).toBeUndefined();
    expect(filterText({ ...query, search: " " })).toBeUndefined();
    expect(filterText({ ...query, search: "silo", where: [{ column: "a", is: "null" }] }, ["b.is.null"])).toBe(
      `(a.is.null,search.fts."'silo':*",b.is.null)`,
    );
  });
});

it("words of a search are beginnings, and nothing else", () => {
  expect(wordsText("  Zuz  O'Neil ")).toBe("'Zuz':* & 'O''Neil':*");
  expect(wordsText("a\\ | & ! b")).toBe("'a\\\\':* & 'b':*");
  expect(wordsText(Array.from({ length: 30 }, (_, n) => `w${n}`).join(" ")).split(" & ")).toHaveLength(20);
});
