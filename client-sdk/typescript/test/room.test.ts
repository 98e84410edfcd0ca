import { describe, expect, it } from "vitest";
import type { Change } from "../src/index.js";
import { connect, startHub } from "./support/client.js";
import { change, id, rowsOf, until } from "./support/fake_hub.js";

const topic = `event:${id(1)}` as const;
const target = { kind: "event", id: id(1) } as const;

describe.each(["json", "msgpack"] as const)("a room over %s", (codec) => {
  it("shows the snapshot, then every commit whole", async () => {
    const server = await startHub();
    server.commit(topic, [change("insert", 1, { title: "Nocturne" })]);
    const hub = connect(server, { codec });
    const room = hub.join(target);
    await room.ready;
    expect(room.rows("events").get(id(1))?.title).toBe("Nocturne");

    const seen: unknown[] = [];
    room.on("commit", (commit) => seen.push([commit.seq, room.cursor?.seq, room.rows("events").size]));
    server.commit(topic, [change("insert", 3), change("insert", 4), change("delete", 1)]);
    server.commit(topic, [change("update", 3, { title: "Aurora" })]);
    await until(() => room.cursor?.seq === 3);
    expect(seen).toEqual([[2, 2, 2], [3, 3, 2]]);
    expect(room.rows("events").get(id(3))).toEqual({ id: id(3), title: "Aurora" });
  });

  /** F143: a killed connection resumes from its last position and ends in the same state as an uninterrupted one. */
  it("resumes after a cut and ends where an uninterrupted one does", async () => {
    const server = await startHub();
    server.commit(topic, [change("insert", 1, { title: "Nocturne", count: 0 })]);
    const cutHub = connect(server, { codec });
    const cut = cutHub.join(target);
    await cut.ready;
    const cutSession = server.session;
    const whole = connect(server, { codec }).join(target);
    await whole.ready;

    let snapshots = 0;
    cut.on("snapshot", () => snapshots++);
    server.commit(topic, [change("update", 1, { count: 1 })]);
    await until(() => cut.cursor?.seq === 2);
    cutSession.cut();
    await until(() => cut.status.get() === "stale");
    for (let n = 10; n < 60; n++) server.commit(topic, [change("insert", n), change("update", 1, { count: n })]);
    server.commit(topic, [change("delete", 20)]);
    await until(() => cut.cursor?.seq === 53 && whole.cursor?.seq === 53);

    expect(snapshots).toBe(0);
    expect(server.session.of("join")[0]?.since).toMatchObject({ seq: 2 });
    expect(rowsOf(cut.tables.get())).toEqual(rowsOf(whole.tables.get()));
    expect(rowsOf(cut.tables.get())).toEqual(server.tables(topic));
    expect(cut.status.get()).toBe("live");
  });
});

it("joins again from its position when something was missed", async () => {
  const server = await startHub();
  server.commit(topic, [change("insert", 1, { count: 0 })]);
  const room = connect(server).join(target);
  await room.ready;
  const gaps: unknown[] = [];
  room.on("gap", (gap) => gaps.push(gap));
  server.commit(topic, [change("update", 1, { count: 1 })], { tell: false });
  server.commit(topic, [change("update", 1, { count: 2, by: "later" })]);
  await until(() => room.cursor?.seq === 3);
  expect(gaps).toEqual([{ have: 1, after: 2 }]);
  expect(server.session.of("join").map((join) => join.since?.seq)).toEqual([undefined, 1]);
  expect(rowsOf(room.tables.get())).toEqual(server.tables(topic));
});

it("asks for everything when a row changes that it never saw", async () => {
  const server = await startHub();
  server.commit(topic, [change("insert", 1, { count: 0 })]);
  const room = connect(server).join(target);
  await room.ready;
  server.commit(topic, [change("insert", 5, { count: 0 })], { tell: false });
  const wrong = server.commit(topic, [change("update", 5, { count: 1 })], { tell: false });
  server.session.send({ type: "delta", topic, after: 1, seq: 3, commits: [wrong] });
  await until(() => room.status.get() === "live" && room.rows("events").size === 2);
  expect(rowsOf(room.tables.get())).toEqual(server.tables(topic));
  expect(server.session.of("join").at(-1)?.since).toBeUndefined();
});

/** F143: deltas that come twice, late or overlapping change nothing. */
it("skips commits that it has", async () => {
  const server = await startHub();
  server.commit(topic, [change("insert", 1, { log: "" })]);
  const room = connect(server).join(target);
  await room.ready;
  const commits = [2, 3, 4].map((n) => server.commit(topic, [change("update", 1, { log: `${n}` })]));
  await until(() => room.cursor?.seq === 4);
  const applied: number[] = [];
  room.on("commit", ({ seq }) => applied.push(seq));
  for (const commit of commits) server.tell(server.session, topic, commit);
  const five = server.commit(topic, [change("update", 1, { log: "5" })], { tell: false });
  server.session.send({ type: "delta", topic, after: 2, seq: 5, commits: [...commits.slice(1), five] });
  // Commits that hold nothing for this client are counted.
  server.session.send({ type: "delta", topic, after: 5, seq: 9, commits: [] });
  await until(() => room.cursor?.seq === 9);
  expect(applied).toEqual([5]);
  expect(room.rows("events").get(id(1))).toMatchObject({ log: "5" });
});

it("takes a snapshot of another epoch for the whole truth", async () => {
  const server = await startHub();
  server.commit(topic, [change("insert", 1)]);
  const room = connect(server).join(target);
  await room.ready;
  const reasons: string[] = [];
  room.on("snapshot", ({ reason }) => reasons.push(reason));
  server.session.send({
    type: "snapshot",
    topic,
    cursor: { epoch: id(3), seq: 0 },
    reason: "other_epoch",
    tables: { events: [{ id: id(7) }], event_counters: [{ event_id: id(1), arrived_people: 3 }], odd: [{ x: 1 }] },
  });
  await until(() => reasons.length === 1);
  expect([...room.rows("events").keys()]).toEqual([id(7)]);
  expect(room.rows("event_counters").get(id(1))?.arrived_people).toBe(3);
  expect(room.rows("odd").size).toBe(0);
  expect(room.cursor).toEqual({ epoch: id(3), seq: 0 });
});

it("joins again after a resync that swallowed the answer to its join", async () => {
  const server = await startHub((hub) => {
    hub.onJoin = (session) => {
      if (session.of("join").length > 1) return false;
      session.send({ type: "resync", dropped: 1 });
      return true;
    };
  });
  const room = connect(server).join(target);
  await room.ready;
  expect(server.session.of("join").length).toBe(2);
});

it("leaves unchanged tables and rows the same objects", async () => {
  const server = await startHub();
  const device: Change = { table: "devices", key: id(50), op: "insert", row: { id: id(50), name: "North" } };
  server.commit(topic, [change("insert", 1), change("insert", 2), device]);
  const room = connect(server).join(target);
  await room.ready;
  const before = room.tables.get();
  const copy = structuredClone(before);
  let told = 0;
  room.tables.subscribe(() => told++);
  server.commit(topic, [change("update", 1, { title: "Aurora" }), change("insert", 3)]);
  await until(() => room.cursor?.seq === 2);
  const after = room.tables.get();
  expect(told).toBe(1);
  expect(after).not.toBe(before);
  expect(after.get("devices")).toBe(before.get("devices"));
  expect(after.get("events")?.get(id(2))).toBe(before.get("events")?.get(id(2)));
  expect(before).toEqual(copy);
  expect(room.tables.get()).toBe(after);
});

it("shares one subscription, with the widest wishes, until the last has left", async () => {
  const server = await startHub();
  const hub = connect(server);
  const first = hub.join(target, { tables: ["events"], rate: 2 });
  await first.ready;
  const second = hub.join(target, { tables: ["devices"], rate: 10 });
  expect(second).toBe(first);
  await until(() => server.session.of("join").length === 2);
  expect(server.session.of("join")[1]).toMatchObject({ tables: ["events", "devices"], rate: 10 });
  expect(server.session.of("join")[1]?.since).toBeUndefined();
  first.leave();
  expect(server.session.of("leave")).toEqual([]);
  second.leave();
  await until(() => server.session.of("leave").length === 1);
  expect(second.tables.get().size).toBe(0);
});

it("is denied when the hub says so, and forgets what it showed", async () => {
  const server = await startHub();
  server.commit(topic, [change("insert", 1)]);
  const hub = connect(server);
  const room = hub.join(target);
  await room.ready;
  const about = { topic };
  server.session.send({ type: "error", code: "invalid_argument", message: "state", retryable: false, fatal: false, about });
  server.session.send({ type: "error", code: "unknown_topic", message: "gone", retryable: false, fatal: false, about });
  await until(() => room.status.get() === "denied");
  expect(room.error).toMatchObject({ code: "unknown_topic", retryable: false });
  expect(room.rows("events").size).toBe(0);
  expect(hub.status.get().state).toBe("live");
});

it("tries again when the hub could not answer just now", async () => {
  const server = await startHub((hub) => {
    hub.onJoin = (session, { topic: wanted }) => {
      if (session.of("join").length > 1) return false;
      const about = { topic: wanted };
      session.send({ type: "error", code: "unavailable", message: "", retryable: true, fatal: false, about });
      return true;
    };
  });
  const room = connect(server).join(target);
  await room.ready;
  expect(server.session.of("join").length).toBe(2);
});

it("shows its presence after every join and lists the others", async () => {
  const server = await startHub();
  const hub = connect(server);
  const room = hub.join(target);
  room.presence.set({ screen: "wall" });
  await room.ready;
  await until(() => server.session.of("presence").length === 1);
  const member = (n: number, name: string) => ({ session_id: id(n), name, kind: "device" as const });
  const own = { ...member(0, "me"), session_id: server.session.id };
  server.session.send({ type: "presence", topic, full: true, members: [own, member(5, "North"), member(6, "South")] });
  server.session.send({ type: "presence", topic, full: false, members: [member(7, "East")], left: [id(5)] });
  await until(() => room.presence.members.get().length === 2 && room.presence.members.get()[1]?.name === "East");
  expect(room.presence.members.get().map(({ name }) => name)).toEqual(["South", "East"]);
  server.session.cut();
  await until(() => server.sessions.length === 2 && server.session.of("presence").length === 1);
  expect(server.session.of("presence")[0]?.state).toEqual({ screen: "wall" });
});

describe("a query", () => {
  const query = { name: "find_guests", text: "ada", limit: 5 } as const;

  it("is answered by its id, and asked again after a resync", async () => {
    const server = await startHub();
    const room = connect(server).join(target);
    await room.ready;
    const [first, second] = [room.query(query), room.query({ ...query, text: "bob" })];
    await until(() => server.session.of("query").length === 2);
    const [a, b] = server.session.of("query");
    server.session.send({ type: "resync", dropped: 2 });
    await until(() => server.session.of("query").length === 4);
    server.session.send({ type: "answer", query_id: b!.query_id, answer: { name: "guests", guests: [] } });
    const about = { query: a!.query_id };
    server.session.send({ type: "error", code: "forbidden", message: "no", retryable: false, fatal: false, about });
    await expect(second).resolves.toEqual({ name: "guests", guests: [] });
    await expect(first).rejects.toMatchObject({ code: "forbidden" });
  });

  it("fails with its socket, without one, and in time", async () => {
    const server = await startHub();
    const room = connect(server).join(target);
    await expect(room.query(query)).rejects.toMatchObject({ code: "offline", retryable: true });
    await room.ready;
    await expect(room.query(query, { timeoutMs: 20 })).rejects.toMatchObject({ code: "timeout" });
    const cut = room.query(query);
    server.session.cut();
    await expect(cut).rejects.toMatchObject({ code: "connection_lost", retryable: true });
  });
});
