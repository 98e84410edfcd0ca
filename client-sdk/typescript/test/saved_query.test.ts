// The types of saved queries, tested by the compiler (`npm run check`), and what they say at run time.
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  guestList,
  type HttpClient,
  type Hub,
  LISTS,
  type LiveTable,
  list,
  liveList,
  type RowOfQuery,
  type SearchedTable,
  savedQuery,
} from "../src/index.js";

const venues = savedQuery({
  table: "venues",
  columns: ["id", "name", "capacity"],
  where: [{ column: "capacity", is: "gte", value: 100 }, { any: [{ column: "city", is: "null" }, { column: "amenities", is: "contains", value: ["bar"] }] }],
  order: [{ column: "capacity", descending: true }],
});

describe("a saved query", () => {
  it("F265: has the types of its rows", () => {
    expectTypeOf<RowOfQuery<typeof venues>>().toEqualTypeOf<Readonly<{ id: string; name: string; capacity: number | null }>>();
    const pages = () => list({} as HttpClient, venues).page();
    expectTypeOf<Awaited<ReturnType<typeof pages>>["rows"][number]["capacity"]>().toEqualTypeOf<number | null>();
    type Guest = RowOfQuery<ReturnType<typeof guestList>>;
    expectTypeOf<Guest["status"]>().toEqualTypeOf<"pending" | "confirmed" | "attended" | "cancelled" | "refunded">();
    const live = (hub: Hub) => liveList(hub, { kind: "organization", id: "o" }, { ...LISTS.contacts, search: "vogue" });
    type Contact = ReturnType<ReturnType<typeof live>["state"]["get"]>["rows"][number];
    expectTypeOf<Contact["name"]>().toEqualTypeOf<string>();
  });

  it("F265: names only what there is", () => {
    // @ts-expect-error no such table
    savedQuery({ table: "guests", columns: ["id"] });
    // @ts-expect-error no such column
    savedQuery({ table: "venues", columns: ["id", "nothing"] });
    // @ts-expect-error words are searched, not shown
    savedQuery({ table: "venues", columns: ["search"] });
    // @ts-expect-error a capacity is a number
    savedQuery({ table: "venues", columns: ["id"], where: [{ column: "capacity", is: "eq", value: "many" }] });
    // @ts-expect-error a status is one of a list
    savedQuery({ table: "events", columns: ["id"], where: [{ column: "status", is: "in", value: ["open"] }] });
    // @ts-expect-error only lists have members
    savedQuery({ table: "venues", columns: ["id"], where: [{ column: "name", is: "has", value: ["a"] }] });
    // @ts-expect-error JSON is not compared
    savedQuery({ table: "venues", columns: ["id"], where: [{ column: "amenities", is: "eq", value: ["a"] }] });
    savedQuery({ table: "contacts", columns: ["id"], where: [{ column: "tags", is: "has", value: ["press"] }] });
    // @ts-expect-error a sealed column is found by equality only
    savedQuery({ table: "registrations", columns: ["id"], where: [{ column: "attendee_email", is: "has_text", value: "a" }] });
    // @ts-expect-error and orders nothing
    savedQuery({ table: "registrations", columns: ["id"], order: [{ column: "attendee_name" }] });
    // @ts-expect-error guests have no words that the database could search
    savedQuery({ table: "registrations", columns: ["id"], search: "ada" });
    savedQuery({ table: "registrations", columns: ["id"], where: [{ column: "attendee_email", is: "eq", value: "ada@example.com" }] });
  });

  it("F265: is live in the topics that its rows belong to", () => {
    expectTypeOf<"tasks">().toExtend<LiveTable<"event"> & LiveTable<"project"> & LiveTable<"organization">>();
    expectTypeOf<"registrations">().not.toExtend<LiveTable<"organization">>();
    expectTypeOf<"venues">().not.toExtend<LiveTable<"event">>();
  });

  it("is a value", () => {
    expect(JSON.parse(JSON.stringify(venues))).toEqual(venues);
  });
});

it("F023, F042, F108, F150, F180: every table with words to search has a list", () => {
  type Listed = (typeof LISTS)[keyof typeof LISTS]["table"];
  expectTypeOf<Listed>().toEqualTypeOf<SearchedTable>();
  expect(new Set(Object.values(LISTS).map(({ table }) => table)).size).toBe(Object.keys(LISTS).length);
});
