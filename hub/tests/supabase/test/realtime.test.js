import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inbox, subscribed } from "../channels.js";
import { live, startDemo } from "../hub.js";

let hub;
const open = [];

before(async () => {
  hub = await startDemo();
});
after(async () => {
  await Promise.all(open.map((supabase) => supabase.realtime.disconnect()));
  await hub?.stop();
});

/** A client of its own, that is disconnected in the end. */
const connect = async (options) => {
  const supabase = await live(hub, options);
  open.push(supabase);
  return supabase;
};

// F246, F252
test("a row that is written when the channel is live arrives, in the right callbacks only", async () => {
  const supabase = await connect();
  for (let run = 0; run < 100; run++) {
    const [todo, done, all] = [inbox(), inbox(), inbox()];
    const channel = supabase
      .channel(`run-${run}`)
      .on("postgres_changes", { event: "*", schema: "public", table: "tasks", filter: "status=eq.todo" }, todo.put)
      .on("postgres_changes", { event: "INSERT", schema: "public", table: "tasks", filter: "status=eq.done" }, done.put)
      .on("postgres_changes", { event: "*", schema: "public" }, all.put);
    assert.deepEqual(await subscribed(channel), ["SUBSCRIBED"]);
    const made = await supabase.from("tasks").insert({ event_id: hub.eventId, title: `Task ${run}`, status: "todo" }).select("id").single();
    assert.equal(made.error, null);
    const change = await todo.take();
    assert.deepEqual([change.eventType, change.table, change.new.id, change.old], ["INSERT", "tasks", made.data.id, {}]);
    assert.match(change.commit_timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
    const ours = async () => {
      for (;;) {
        const change = await all.take();
        if (change.table === "tasks" && (change.new.id ?? change.old.id) === made.data.id) return change;
      }
    };
    assert.equal((await ours()).eventType, "INSERT");
    await supabase.from("tasks").update({ status: "blocked" }).eq("id", made.data.id);
    const gone = await todo.take();
    assert.deepEqual([gone.eventType, gone.old, gone.new], ["DELETE", { id: made.data.id }, {}]);
    const update = await ours();
    assert.deepEqual([update.eventType, update.new.status, update.old.status], ["UPDATE", "blocked", "todo"]);
    assert.deepEqual([todo.items, done.items], [[], []]);
    await supabase.removeChannel(channel);
  }
  assert.deepEqual(supabase.getChannels(), []);
});

// F246
test("broadcasts: texts, bytes, its own, confirmed, before subscribing", async () => {
  const [ann, bob] = [await connect(), await connect()];
  const [heard, own] = [inbox(), inbox()];
  const listener = bob.channel("lobby").on("broadcast", { event: "*" }, heard.put);
  await subscribed(listener);
  const before = ann.channel("lobby", { config: { broadcast: { self: true, ack: true } } }).on("broadcast", { event: "défilé" }, own.put);
  assert.equal(await before.send({ type: "broadcast", event: "early", payload: { n: 0 } }), "ok");
  const early = await heard.take();
  assert.deepEqual([early.event, early.payload], ["early", { n: 0 }]);
  await subscribed(before);
  assert.equal(await before.send({ type: "broadcast", event: "défilé", payload: { look: "été" } }), "ok");
  for (const box of [heard, own]) assert.deepEqual((await box.take()).payload, { look: "été" });
  assert.equal(await before.send({ type: "broadcast", event: "raw", payload: new Uint8Array([0, 255, 7]).buffer }), "ok");
  assert.deepEqual(new Uint8Array((await heard.take()).payload), new Uint8Array([0, 255, 7]));
  const sent = await before.httpSend("http", { n: 1 });
  assert.equal(sent.success, true);
  assert.deepEqual((await heard.take()).payload, { n: 1 });
  assert.deepEqual(heard.items, []);
});

// F246
test("presence: who is there, who joins, who leaves", async () => {
  const [ann, bob] = [await connect(), await connect()];
  const [joins, leaves] = [inbox(), inbox()];
  const watching = ann
    .channel("desk", { config: { presence: { key: "ann" } } })
    .on("presence", { event: "join" }, joins.put)
    .on("presence", { event: "leave" }, leaves.put);
  await subscribed(watching);
  assert.equal(await watching.track({ at: "door" }), "ok");
  assert.equal((await joins.take()).key, "ann");
  const other = bob.channel("desk", { config: { presence: { key: "bob" } } }).on("presence", { event: "sync" }, () => {});
  await subscribed(other);
  assert.equal(await other.track({ at: "backstage" }), "ok");
  assert.deepEqual((await joins.take()).newPresences.map((meta) => meta.at), ["backstage"]);
  assert.deepEqual(Object.keys(watching.presenceState()).sort(), ["ann", "bob"]);
  assert.equal(await other.track({ at: "runway" }), "ok");
  assert.deepEqual((await joins.take()).newPresences.map((meta) => meta.at), ["runway"]);
  assert.deepEqual((await leaves.take()).leftPresences.map((meta) => meta.at), ["backstage"]);
  assert.deepEqual(watching.presenceState().bob.map((meta) => meta.at), ["runway"]);
  await bob.realtime.disconnect();
  assert.equal((await leaves.take()).key, "bob");
  assert.deepEqual(Object.keys(watching.presenceState()), ["ann"]);
});

// F275
test("private channels, with the token set first or on its way", async () => {
  const name = `event:${hub.eventId}:backstage`;
  const config = { private: true, broadcast: { ack: true, self: true } };
  for (const first of [true, false]) {
    const supabase = await connect();
    if (first) await supabase.realtime.setAuth();
    const heard = inbox();
    const channel = supabase.channel(name, { config: { ...config } }).on("broadcast", { event: "cue" }, heard.put);
    const statuses = await subscribed(channel);
    if (first) assert.deepEqual(statuses, ["SUBSCRIBED"]);
    assert.equal(await channel.send({ type: "broadcast", event: "cue", payload: { n: 4 } }), "ok");
    assert.deepEqual((await heard.take()).payload, { n: 4 });
  }
  const supabase = await connect();
  await supabase.realtime.setAuth();
  const refused = await new Promise((resolve) => {
    const channel = supabase.channel("backstage", { config: { private: true } });
    channel.subscribe((status, error) => status !== "CLOSED" && resolve([status, error?.message, channel]));
  });
  assert.equal(refused[0], "CHANNEL_ERROR");
  assert.match(refused[1], /private_name/);
  await supabase.removeChannel(refused[2]);
});

// F246, F262
test("a client that keeps its cursor misses nothing between two connections", async () => {
  const supabase = await connect();
  await supabase.realtime.setAuth();
  const [heard, beginnings] = [inbox(), inbox()];
  const channel = supabase.channel("resuming");
  channel.updateJoinPayload({ hub: { cursors: true } });
  channel
    .on("postgres_changes", { event: "INSERT", schema: "public", table: "tasks" }, (change) => heard.put(change.new.title))
    .on("hub_cursor", {}, ({ cursor }) => channel.updateJoinPayload({ hub: { since: cursor } }))
    .on("system", {}, (said) => said.extension === "hub" && beginnings.put(said.message));
  await subscribed(channel);
  assert.match(await beginnings.take(), /^fresh/);
  await supabase.from("tasks").insert({ event_id: hub.eventId, title: "Before" });
  assert.equal(await heard.take(), "Before");
  // The connection breaks; the library opens another by itself.
  const other = await connect();
  supabase.realtime.socketAdapter.socket.conn.terminate();
  await other.from("tasks").insert({ event_id: hub.eventId, title: "Meanwhile" });
  assert.equal(await heard.take(), "Meanwhile");
  assert.match(await beginnings.take(), /^resumed/);
  await supabase.from("tasks").insert({ event_id: hub.eventId, title: "After" });
  assert.equal(await heard.take(), "After");
});

// F273
test("a revoked login ends the channel, and the library hears why", async () => {
  const supabase = await connect();
  await supabase.realtime.setAuth();
  const statuses = [];
  const ended = new Promise((resolve) => {
    const channel = supabase.channel("ending").on("postgres_changes", { event: "*", schema: "public", table: "tasks" }, () => {});
    channel.subscribe((status, error) => {
      statuses.push(status);
      if (status === "CHANNEL_ERROR") resolve(error.message);
      if (status === "SUBSCRIBED") {
        void hub.psql("update sessions set revoked_at = now() where revoked_at is null");
      }
    });
  });
  assert.match(await ended, /4401/);
  assert.deepEqual(statuses, ["SUBSCRIBED", "CHANNEL_ERROR"]);
});
