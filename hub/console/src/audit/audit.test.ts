import { expect, test } from "vitest";
import { problems } from "./audit-filters";
import { differences } from "./differences";

test("a change shows what it changed, and not that it did", () => {
  expect(differences({ old: { price: 10, rev: 1, note: null }, new: { price: 12, rev: 2, note: "later" } })).toEqual([
    { column: "price", before: "10", after: "12" },
    { column: "note", before: null, after: "later" },
  ]);
  expect(differences({ old: null, new: { id: "x", name: "[personal]", tags: ["a"], seat: null } })).toEqual([
    { column: "name", before: null, after: "[personal]" },
    { column: "tags", before: null, after: '["a"]' },
  ]);
  expect(differences({ old: { text: "x".repeat(500) }, new: null })[0]!.before).toHaveLength(161);
});

test("what cannot be looked for is told before it is asked", () => {
  const id = "0190a0b0-0000-7000-8000-00000000000a";
  expect(problems({ table: "registrations", row: id, person: "ada@example.com" })).toEqual({});
  expect(problems({ table: "", row: "", person: "" })).toEqual({});
  expect(Object.keys(problems({ table: "a table", row: "7", person: "Ada" }))).toEqual(["table", "row", "person"]);
});
