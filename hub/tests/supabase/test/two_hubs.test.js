// Two hubs of one database are one to the unmodified client: what is said, who is there and which rows change at one is heard at the other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inbox, subscribed } from "../channels.js";
import { live, startDemo, until } from "../hub.js";

let hub;
let ann;
let bob;

before(async () => {
  hub = await startDemo();
  ann = await live(hub);
  bob = await live(await hub.another());
});
after(async () => {
  await Promise.all([ann, bob].map((supabase) => supabase?.realtime.disconnect()));
  await hub?.stop();
});

// F246
test("a broadcast reaches the other hub, confirmed, once, and in order", async () => {
  const heard = inbox();
  await subscribed(bob.channel("lobby").on("broadcast", { event: "*" }, heard.put));
  const lobby = ann.channel("lobby", { config: { broadcast: { ack: true } } });
  await subscribed(lobby);
  const said = Array.from({ length: 50 }, (_, n) => n);
  for (const n of said) assert.equal(await lobby.send({ type: "broadcast", event: "cue", payload: { n } }), "ok");
  assert.equal(await lobby.send({ type: "broadcast", event: "raw", payload: new Uint8Array([0, 255, 7]).buffer }), "ok");
  assert.equal((await lobby.httpSend("http", { look: "été" })).success, true);
  const numbers = [];
  for (const _ of said) numbers.push((await heard.take()).payload.n);
  assert.deepEqual(numbers, said);
  assert.deepEqual(new Uint8Array((await heard.take()).payload), new Uint8Array([0, 255, 7]));
  assert.deepEqual((await heard.take()).payload, { look: "été" });
  assert.deepEqual(heard.items, []);
});

// F246
test("who is at the other hub is there, and gone when they are", async () => {
  const [joins, leaves] = [inbox(), inbox()];
  const seen = (supabase, key) =>
    supabase.channel("desk", { config: { presence: { key } } }).on("presence", { event: "join" }, joins.put).on("presence", { event: "leave" }, leaves.put);
  const watching = seen(bob, "bob");
  await subscribed(watching);
  assert.equal(await watching.track({ at: "backstage" }), "ok");
  assert.equal((await joins.take()).key, "bob");
  const late = ann.channel("desk", { config: { presence: { key: "ann" } } }).on("presence", { event: "sync" }, () => {});
  await subscribed(late);
  await until("whoever comes later sees who was there", () => Object.keys(late.presenceState()).includes("bob"));
  assert.equal(await late.track({ at: "door" }), "ok");
  assert.deepEqual((await joins.take()).newPresences.map((meta) => meta.at), ["door"]);
  assert.deepEqual(Object.keys(watching.presenceState()).sort(), ["ann", "bob"]);
  await ann.removeChannel(late);
  assert.equal((await leaves.take()).key, "ann");
  assert.deepEqual(Object.keys(watching.presenceState()), ["bob"]);
});

// F246, F252
test("a row that is changed at one hub is told at the other, filtered as it asked", async () => {
  const changes = inbox();
  const channel = bob.channel("tasks").on("postgres_changes", { event: "*", schema: "public", table: "tasks", filter: "status=eq.todo" }, changes.put);
  assert.deepEqual(await subscribed(channel), ["SUBSCRIBED"]);
  const made = await ann.from("tasks").insert({ event_id: hub.eventId, title: "Steam the coats", status: "todo" }).select("id").single();
  assert.equal(made.error, null);
  const inserted = await changes.take();
  assert.deepEqual([inserted.eventType, inserted.new.id], ["INSERT", made.data.id]);
  assert.equal((await ann.from("tasks").update({ status: "blocked" }).eq("id", made.data.id)).error, null);
  const left = await changes.take();
  assert.deepEqual([left.eventType, left.old], ["DELETE", { id: made.data.id }]);
  assert.deepEqual(changes.items, []);
});
