// What is tested here is tested by the compiler: F265, what supabase-js makes of the types of the tables. Nothing runs.
import type { Database, Tables } from "@fashionos/hub/database";
import { createClient } from "@supabase/supabase-js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Takes a value whose type is exactly this one, whichever way it is written. */
const is = <Expected>() => <Actual>(_: Actual, ..._same: Same<Flat<Actual>, Flat<Expected>> extends true ? [] : [never]) => {};
type Flat<T> = T extends readonly (infer Item)[] ? Flat<Item>[] : T extends object ? { [K in keyof T]: Flat<T[K]> } : T;

const supabase = createClient<Database>("https://hub.example", "any-key");
/** The rows of an answer. */
const rows = <Data>(answer: { data: Data }) => answer.data as NonNullable<Data>;
type EventStatus = "draft" | "published" | "cancelled" | "completed";

export async function reading() {
  const all = rows(await supabase.from("events").select());
  is<Tables<"events">[]>()(all);

  const some = rows(await supabase.from("events").select("title, capacity_limit, status, at:start_time"));
  is<{ title: string; capacity_limit: number | null; status: EventStatus; at: string | null }[]>()(some);
  // @ts-expect-error a column that was not asked for
  some[0]?.slug;

  const one = rows(await supabase.from("registrations").select("attendee_name").eq("status", "attended").single());
  is<{ attendee_name: string | null }>()(one);
  const perhaps = (await supabase.from("venues").select("name").maybeSingle()).data;
  is<{ name: string } | null>()(perhaps);

  // @ts-expect-error there is no such table
  supabase.from("guests");
  // @ts-expect-error nor do secrets have a name
  supabase.from("encryption_keys");
  // @ts-expect-error a number is not a text
  supabase.from("venues").select().eq("capacity", "many");
  // @ts-expect-error the list of words is closed
  supabase.from("events").select().eq("status", "open");
  // A name that is none shows in the type of the rows.
  const wrong = (await supabase.from("events").select("titel")).data;
  // @ts-expect-error so nothing can be read of them
  wrong?.[0]?.titel;
}

export async function embedding() {
  const events = rows(
    await supabase.from("events").select("title, venues(name, city), ticket_tiers(name, registrations(attendee_name)), event_counters(arrived_people)"),
  );
  const event = events[0]!;
  is<string>()(event.title);
  // Nothing, one, or many: by the keys. An event need not have a venue.
  is<{ name: string; city: string | null } | null>()(event.venues);
  is<{ name: string; registrations: { attendee_name: string | null }[] }[]>()(event.ticket_tiers);
  is<number | undefined>()(event.event_counters?.arrived_people);

  const named = rows(await supabase.from("events").select("organizer:users!organizer_id(full_name), venue:venues!inner(name)"));
  is<{ full_name: string } | undefined>()(named[0]?.organizer);
  is<string | undefined>()(named[0]?.venue.name);
  const counted = rows(await supabase.from("events").select("registrations(count)"));
  is<number | undefined>()(counted[0]?.registrations[0]?.count);

  const guests = rows(await supabase.from("registrations").select("id, ticket_tiers(name, events(title))"));
  is<{ id: string; ticket_tiers: { name: string; events: { title: string } } }[]>()(guests);
  // @ts-expect-error one tier, not many
  guests[0]?.ticket_tiers[0];

  const views = rows(await supabase.from("tickets").select("qr_code, events(title)"));
  is<string | null | undefined>()(views[0]?.qr_code);
}

export async function writing() {
  await supabase.from("venues").insert({ name: "Silo" });
  await supabase.from("venues").insert([{ name: "Silo", capacity: 300 }, { name: "Hall" }]);
  await supabase.from("events").update({ status: "published" }).eq("id", "x");
  await supabase.from("event_gates").upsert({ event_id: "x", name: "North" }, { onConflict: "event_id,name" });
  const made = rows(await supabase.from("venues").insert({ name: "Silo" }).select("id, capacity").single());
  is<{ id: string; capacity: number | null }>()(made);

  // @ts-expect-error a venue has a name
  await supabase.from("venues").insert({ capacity: 300 });
  // @ts-expect-error a capacity is a number
  await supabase.from("venues").insert({ name: "Silo", capacity: "300" });
  // @ts-expect-error no such column
  await supabase.from("venues").insert({ name: "Silo", nothing: 1 });
  // @ts-expect-error a name is not taken away
  await supabase.from("venues").update({ name: null });
  // @ts-expect-error the database computes it
  await supabase.from("events").update({ event_date: "2026-03-01" });
  // @ts-expect-error only the hub counts
  await supabase.from("event_counters").update({ arrived_people: 1 });
  // @ts-expect-error a view that takes no rows
  await supabase.from("tickets").insert({ qr_code: "x" });
}

/** Functions as `hub types` writes them, of a house that has granted some. */
type WithFunctions = {
  public: Omit<Database["public"], "Functions"> & {
    Functions: {
      nearby: { Args: { venue: string; at_most?: number }; Returns: Database["public"]["Tables"]["venues"]["Row"][] };
      double: { Args: { n: number }; Returns: number };
      touch_nothing: { Args: Record<PropertyKey, never>; Returns: undefined };
    };
  };
};

export async function calling() {
  const house = createClient<WithFunctions>("https://hub.example", "any-key");
  is<number>()(rows(await house.rpc("double", { n: 21 })));
  is<Tables<"venues">[]>()(rows(await house.rpc("nearby", { venue: "x" })));
  is<{ name: string; city: string | null }[]>()(rows(await house.rpc("nearby", { venue: "x", at_most: 3 }).select("name, city")));
  await house.rpc("touch_nothing");
  // @ts-expect-error it takes a number
  await house.rpc("double", { n: "21" });
  // @ts-expect-error it takes something
  await house.rpc("nearby", { at_most: 3 });
  // @ts-expect-error nobody granted it
  await house.rpc("halve", { n: 21 });
  // @ts-expect-error the hub's own schema grants none
  await supabase.rpc("double", { n: 21 });
}
