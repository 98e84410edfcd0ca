// What is tested here is tested by the compiler (`npm run check`): the types of the tables, as programs use them.
import { describe, expectTypeOf, it } from "vitest";
import type { Json, Tables, TablesInsert, TablesUpdate } from "../src/database.js";
import type { Database } from "../src/index.js";

type Events = Database["public"]["Tables"]["events"];
type Guests = Database["public"]["Tables"]["registrations"];

/** The shape that supabase-js asks of a schema (`GenericSchema` of postgrest-js). */
interface Relationship {
  foreignKeyName: string;
  columns: string[];
  isOneToOne?: boolean;
  referencedRelation: string;
  referencedColumns: string[];
}
type Columns = Record<string, unknown>;
interface Table {
  Row: Columns;
  Insert: Columns;
  Update: Columns;
  Relationships: Relationship[];
}
interface View {
  Row: Columns;
  Insert?: Columns;
  Update?: Columns;
  Relationships: Relationship[];
}
interface Schema {
  Tables: Record<string, Table>;
  Views: Record<string, View>;
  Functions: Record<string, { Args: Columns | never; Returns: unknown }>;
}

describe("the types of the tables", () => {
  it("are a schema as supabase-js wants one", () => {
    expectTypeOf<Database["public"]>().toExtend<Schema>();
    expectTypeOf<keyof Database>().toEqualTypeOf<"public">();
    expectTypeOf<Database["public"]["Enums"][never]>().toBeNever();
  });

  it("say what is null, and hold the words of lists", () => {
    expectTypeOf<Events["Row"]["title"]>().toEqualTypeOf<string>();
    expectTypeOf<Events["Row"]["capacity_limit"]>().toEqualTypeOf<number | null>();
    expectTypeOf<Events["Row"]["status"]>().toEqualTypeOf<"draft" | "published" | "cancelled" | "completed">();
    expectTypeOf<Events["Row"]["meta_data"]>().toEqualTypeOf<Json>();
    expectTypeOf<Events["Row"]["search"]>().toBeUnknown();
    expectTypeOf<Tables<"accounts">["types"][number]>().toEqualTypeOf<
      "sponsor" | "buyer" | "media" | "client" | "vendor" | "other"
    >();
    expectTypeOf<Guests["Row"]["unit_price"]>().toEqualTypeOf<number>();
    expectTypeOf<Tables<"venue_availability">["during"]>().toEqualTypeOf<string | null>();
  });

  it("ask of an insert what the database asks", () => {
    expectTypeOf<{ title: string; slug: string }>().toExtend<TablesInsert<"events">>();
    expectTypeOf<{ title: string }>().not.toExtend<TablesInsert<"events">>();
    expectTypeOf<{ title: string; slug: string; status: "open" }>().not.toExtend<TablesInsert<"events">>();
    expectTypeOf<{ title: null }>().not.toExtend<TablesUpdate<"events">>();
    expectTypeOf<{ status: "published" }>().toExtend<TablesUpdate<"events">>();
    // The place in the list and the parent's project are filled in.
    expectTypeOf<{ shot_list_id: string; title: string }>().toExtend<TablesInsert<"scenes">>();
    expectTypeOf<"event_date">().not.toExtend<keyof Events["Insert"] | keyof Events["Update"]>();
    expectTypeOf<"event_date">().toExtend<keyof Events["Row"]>();
  });

  it("name sealed columns plainly, and secrets not at all", () => {
    expectTypeOf<Guests["Row"]["attendee_name"]>().toEqualTypeOf<string | null>();
    expectTypeOf<Guests["Insert"]["attendee_name"]>().toEqualTypeOf<string>();
    expectTypeOf<Guests["Insert"]["attendee_email"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Extract<keyof Guests["Row"], `${string}_enc` | `${string}_bidx`>>().toBeNever();
    expectTypeOf<Extract<keyof Tables<"devices">, "token_hash">>().toBeNever();
    expectTypeOf<Extract<keyof Tables<"plugin_connections">, `access_token${string}`>>().toBeNever();
    expectTypeOf<Extract<keyof Database["public"]["Tables"], "user_credentials" | "encryption_keys">>().toBeNever();
  });

  it("let nobody write what only the hub writes", () => {
    expectTypeOf<TablesInsert<"event_counters">>().toBeNever();
    expectTypeOf<TablesUpdate<"gate_counters">>().toBeNever();
    expectTypeOf<Extract<keyof Database["public"]["Views"]["tickets"], "Insert">>().toBeNever();
    expectTypeOf<NonNullable<Tables<"ticket_types">["price"]>>().toBeNumber();
  });

  it("know which table refers to which", () => {
    type To<T extends { Relationships: Relationship[] }> = T["Relationships"][number]["referencedRelation"];
    expectTypeOf<"venues" | "organizations">().toExtend<To<Events>>();
    expectTypeOf<"plugins">().not.toExtend<To<Events>>();
    type Counter = Database["public"]["Tables"]["event_counters"]["Relationships"][number];
    expectTypeOf<Extract<Counter, { referencedRelation: "events" }>["isOneToOne"]>().toEqualTypeOf<true>();
    type OfGuests = Extract<Guests["Relationships"][number], { referencedRelation: "events" }>;
    expectTypeOf<OfGuests["isOneToOne"]>().toEqualTypeOf<false>();
    expectTypeOf<OfGuests["columns"]>().toEqualTypeOf<["organization_id", "event_id"]>();
  });
});
