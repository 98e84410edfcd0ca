import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { client, startDemo } from "../hub.js";

let hub;
let supabase;

before(async () => {
  hub = await startDemo();
  supabase = await client(hub);
});
after(async () => {
  await hub?.stop();
});

/** The data of an answer that is none of an error. */
const data = async (query) => {
  const answer = await query;
  assert.equal(answer.error, null, JSON.stringify(answer.error));
  return answer.data;
};

const rows = (number) => Array.from({ length: number }, (_, n) => ({ name: `Test venue ${n}`, capacity: n + 1, city: n % 2 ? "Lyon" : null }));

test("rows are made, read, changed and deleted", async () => {
  const made = await supabase.from("venues").insert({ name: "Silo", capacity: 300, amenities: ["bar"] });
  assert.deepEqual([made.status, made.data, made.error], [201, null, null]);
  const read = await data(supabase.from("venues").select("name, capacity, amenities, created_by").eq("name", "Silo").single());
  assert.deepEqual([read.name, read.capacity, read.amenities], ["Silo", 300, ["bar"]]);
  assert.match(read.created_by, /^[0-9a-f-]{36}$/);
  const changed = await data(supabase.from("venues").update({ capacity: 301 }).eq("name", "Silo").select("capacity"));
  assert.deepEqual(changed, [{ capacity: 301 }]);
  const removed = await supabase.from("venues").delete({ count: "exact" }).eq("name", "Silo");
  assert.deepEqual([removed.status, removed.count], [204, 1]);
  assert.equal(await data(supabase.from("venues").select().eq("name", "Silo").maybeSingle()), null);
});

test("many rows at once, each with what it has", async () => {
  const made = await data(supabase.from("venues").insert([...rows(4), { name: "Test venue with a zone", time_zone: "Asia/Tokyo" }], { defaultToNull: false }).select("name, city, time_zone"));
  assert.equal(made.length, 5);
  assert.deepEqual(made.map((row) => row.time_zone), ["UTC", "UTC", "UTC", "UTC", "Asia/Tokyo"]);
  const names = await data(
    supabase.from("venues").select("name").like("name", "Test venue%").or("city.eq.Lyon,capacity.is.null").order("name", { ascending: false }).range(0, 1),
  );
  assert.deepEqual(names, [{ name: "Test venue with a zone" }, { name: "Test venue 3" }]);
  await data(supabase.from("venues").delete().like("name", "Test venue%"));
});

test("upsert by id is safe to repeat, and by other columns too", async () => {
  const id = randomUUID();
  for (const name of ["Once", "Once", "Twice"]) {
    assert.deepEqual(await data(supabase.from("venues").upsert({ id, name }).select("id, name").single()), { id, name });
  }
  const ignored = await data(supabase.from("venues").upsert({ id, name: "Thrice" }, { ignoreDuplicates: true }).select());
  assert.deepEqual(ignored, []);
  const gate = { event_id: hub.eventId, name: "North" };
  const merged = await data(supabase.from("event_gates").upsert([gate, { ...gate, name: "Loading dock" }], { onConflict: "event_id,name" }).select("name"));
  assert.deepEqual(merged, [{ name: "North" }, { name: "Loading dock" }]);
  const gates = await data(supabase.from("event_gates").select("count").eq("event_id", hub.eventId));
  assert.deepEqual(gates, [{ count: 5 }], "North was there already");
  await data(supabase.from("event_gates").delete().eq("name", "Loading dock"));
  await data(supabase.from("venues").delete().eq("id", id));
});

test("relations come along, filtered, ordered and counted", async () => {
  const event = await data(
    supabase
      .from("events")
      .select("title, venue:venues(name), ticket_tiers(name, registrations(count)), organizer:users!organizer_id(full_name)")
      .eq("id", hub.eventId)
      .order("name", { referencedTable: "ticket_tiers" })
      .limit(2, { referencedTable: "ticket_tiers" })
      .single(),
  );
  assert.equal(event.venue.name, "Halle Saint-Aubin");
  assert.deepEqual(event.ticket_tiers.map((tier) => tier.name), ["Buyers", "Friends"]);
  assert.ok(event.ticket_tiers[0].registrations[0].count > 100);
  assert.equal(typeof event.organizer.full_name, "string");
  const guests = await data(
    supabase.from("registrations").select("attendee_name, ticket_tiers!inner(name)").eq("ticket_tiers.name", "Press").not("attendee_name", "is", null).limit(5),
  );
  assert.equal(guests.length, 5);
  assert.ok(guests.every((guest) => guest.ticket_tiers.name === "Press" && guest.attendee_name));
  const gates = await data(supabase.from("event_gates").select("name, ticket_tiers(name)").eq("name", "Press"));
  assert.deepEqual(gates, [{ name: "Press", ticket_tiers: [{ name: "Press" }] }]);
});

test("counts and pages", async () => {
  const head = await supabase.from("registrations").select("*", { count: "exact", head: true }).eq("event_id", hub.eventId);
  assert.equal(head.error, null);
  assert.ok(head.count >= 1200);
  const page = await supabase.from("registrations").select("id", { count: "exact" }).order("id").range(10, 19);
  assert.deepEqual([page.status, page.data.length, page.count >= 1200], [206, 10, true]);
  const all = await data(supabase.from("registrations").select("id"));
  assert.equal(all.length, 1000);
  const beyond = await supabase.from("registrations").select("id", { count: "exact" }).range(100_000, 100_009);
  assert.equal(beyond.error.code, "PGRST103");
});

test("a guest is found by an address that the database does not hold in the clear", async () => {
  const tier = await data(supabase.from("ticket_tiers").select("id").eq("name", "Guests").single());
  const guest = {
    event_id: hub.eventId, ticket_tier_id: tier.id, attendee_name: "Zora Neale", attendee_email: "zora@example.com",
    qr_code_data: `FH1.${randomUUID()}${randomUUID()}`, status: "pending",
  };
  const made = await data(supabase.from("registrations").insert(guest).select("id, attendee_name").single());
  assert.equal(made.attendee_name, "Zora Neale");
  const found = await data(supabase.from("registrations").select("id, attendee_email").eq("attendee_email", "ZORA@example.com"));
  assert.deepEqual(found, [{ id: made.id, attendee_email: "zora@example.com" }]);
  const listed = await data(supabase.from("registrations").select("id").in("attendee_email", ["zora@example.com", "x@example.com"]));
  assert.deepEqual(listed, [{ id: made.id }]);
  const renamed = await data(supabase.from("registrations").update({ attendee_name: "Zora Hurston" }).eq("id", made.id).select("attendee_name").single());
  assert.equal(renamed.attendee_name, "Zora Hurston");
  const pattern = await supabase.from("registrations").select("id").like("attendee_email", "zora%");
  assert.equal(pattern.error.code, "HUB106");
  await data(supabase.from("registrations").delete().eq("id", made.id));
});

test("searching, matching, JSON and lists", async () => {
  const found = await data(supabase.from("events").select("title").textSearch("search", "winter show", { type: "websearch", config: "simple" }));
  assert.deepEqual(found, [{ title: "Nocturne: Winter Show" }]);
  await data(supabase.from("venues").insert({ name: "Json hall", facilities: { rooms: 3, dock: { doors: 2 } }, amenities: ["bar", "stage"] }));
  const one = (query) => data(query.eq("name", "Json hall").select("name, rooms:facilities->rooms, doors:facilities->dock->>doors"));
  const expected = [{ name: "Json hall", rooms: 3, doors: "2" }];
  const venues = () => ({ eq: (column, value) => ({ select: (columns) => supabase.from("venues").select(columns).eq(column, value) }) });
  assert.deepEqual(await one(venues()), expected);
  for (const narrow of [
    (query) => query.contains("facilities", { rooms: 3 }),
    (query) => query.eq("facilities->>rooms", "3"),
    (query) => query.ilike("name", "json%"),
    (query) => query.match({ name: "Json hall", time_zone: "UTC" }),
    (query) => query.filter("name", "in", '("Json hall","x, y")'),
    (query) => query.is("city", null).gte("created_at", "2020-01-01").like("name", "Json%"),
    (query) => query.likeAnyOf("name", ["Json%", "Keller%"]),
  ]) {
    assert.deepEqual(await data(narrow(supabase.from("venues").select("name"))), [{ name: "Json hall" }], String(narrow));
  }
  const csv = await data(supabase.from("venues").select("name,capacity").eq("name", "Json hall").csv());
  assert.equal(csv, "name,capacity\nJson hall,\n");
  await data(supabase.from("venues").delete().eq("name", "Json hall"));
});

test("functions that were granted are called", async () => {
  await hub.psql(`
    create function guests_of(tier text) returns setof registrations language sql stable
      as $$ select r.* from registrations r join ticket_tiers t on t.id = r.ticket_tier_id where t.name = tier $$;
    create function double(n int) returns int language sql immutable as 'select n * 2';
    create function touch_nothing() returns void language sql as 'select';
    grant execute on function guests_of, double, touch_nothing to hub_app;`);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.equal(await data(supabase.rpc("double", { n: 21 })), 42);
  assert.equal(await data(supabase.rpc("double", { n: 21 }, { get: true })), 42);
  assert.equal((await supabase.rpc("touch_nothing")).status, 204);
  const guests = await data(supabase.rpc("guests_of", { tier: "Press" }).select("attendee_name, ticket_tiers(name)").order("id").limit(2));
  assert.equal(guests.length, 2);
  assert.ok(guests.every((guest) => guest.attendee_name && guest.ticket_tiers.name === "Press"));
});

test("errors have the codes that dashboards know", async () => {
  const code = async (query) => {
    const { error, status } = await query;
    return [status, error?.code];
  };
  assert.deepEqual(await code(supabase.from("nothing").select()), [404, "PGRST205"]);
  assert.deepEqual(await code(supabase.from("venues").select("nothing")), [400, "42703"]);
  assert.deepEqual(await code(supabase.from("events").select("users(id)")), [300, "PGRST201"]);
  assert.deepEqual(await code(supabase.from("venues").select("tasks(id)")), [400, "PGRST200"]);
  assert.deepEqual(await code(supabase.from("venues").select().eq("capacity", "many")), [400, "22P02"]);
  assert.deepEqual(await code(supabase.from("venues").insert({ nothing: 1 })), [400, "PGRST204"]);
  assert.deepEqual(await code(supabase.from("venues").insert({ city: "no name" })), [400, "23502"]);
  assert.deepEqual(await code(supabase.from("registrations").select().single()), [406, "PGRST116"]);
  assert.deepEqual(await code(supabase.from("venues").select().eq("name", "none").single()), [406, "PGRST116"]);
  assert.deepEqual(await code(supabase.from("organizations").insert({ name: "Mine", slug: "mine", owner_id: randomUUID() })), [403, "42501"]);
  assert.deepEqual(await code(supabase.rpc("nothing")), [404, "PGRST202"]);
  assert.deepEqual(await code(supabase.schema("app").from("masks").select()), [406, "PGRST106"]);
  assert.deepEqual(await code((await client(hub, { anonymous: true })).from("venues").select()), [401, "PGRST302"]);
});
