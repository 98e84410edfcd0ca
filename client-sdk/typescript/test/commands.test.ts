import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { type Command, type CommandStore, indexedDbStore, memoryStore, uuidv7 } from "../src/index.js";
import { connect, startHub } from "./support/client.js";
import { id, type Session, until } from "./support/fake_hub.js";

const target = { kind: "event", id: id(1) } as const;
const scan = (code: string): Command => ({ name: "scan", code, scanned_at: 1 });
const ids = (session: Session) => session.of("command").map((frame) => frame.command_id);

const stores: [string, () => CommandStore][] = [
  ["memoryStore", memoryStore],
  ["indexedDbStore", () => indexedDbStore(`test ${uuidv7()}`)],
];

describe.each(stores)("a queued command with %s", (_, makeStore) => {
  it("is stored before it is sent, and until its outcome is here", async () => {
    const inner = makeStore();
    let stored: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (stored = resolve));
    const store: CommandStore = { ...inner, put: async (command) => (await inner.put(command), await gate) };
    const server = await startHub();
    const hub = connect(server, { store });
    const room = hub.join(target);
    await room.ready;
    const sent = room.send(scan("A"), { offline: "queue" });
    await until(async () => (await inner.load()).length === 1);
    // A later frame proves that the command was not merely slow.
    room.presence.set({ seen: true });
    await until(() => server.session.of("presence").length === 1);
    expect(ids(server.session)).toEqual([]);
    expect(hub.pending.get()).toMatchObject([{ state: "storing", attempts: 0 }]);
    stored();
    const ack = await sent;
    expect(ack).toMatchObject({ duplicate: false, outcome: { status: "done" } });
    expect(ids(server.session)).toEqual([ack.commandId]);
    expect(hub.pending.get()).toEqual([]);
    await until(async () => (await inner.load()).length === 0);
  });

  /** F272: a tablet that was offline sends its queue later; each scan counts once. */
  it("survives an outage and a reload, and goes out once, in order, with the same id", async () => {
    const store = makeStore();
    const server = await startHub((hub) => {
      hub.authorize = () => ({ type: "error", code: "draining", message: "", retryable: true, fatal: true });
    });
    const before = connect(server, { store });
    const room = before.join(target);
    for (const code of ["A", "B", "C", "D"]) {
      room.send(scan(code), { offline: "queue" }).catch((error: unknown) => expect(error).toMatchObject({ code: "closed" }));
    }
    await until(async () => (await store.load()).length === 4);
    const queued = before.pending.get().map((pending) => pending.commandId);
    before.close();
    expect(server.applied).toEqual([]);

    // After the reload nobody awaits them; the hub object tells of their outcomes.
    server.authorize = () => null;
    const after = connect(server, { store });
    const outcomes: string[] = [];
    after.on("outcome", ({ pending, ack }) => {
      expect(pending.command).toMatchObject({ name: "scan" });
      outcomes.push(ack.commandId);
    });
    const late = await after.join(target).ready.then(() => after.join(target).send(scan("E"), { offline: "queue" }));
    await until(() => after.pending.get().length === 0);
    expect(server.applied).toEqual([...queued, late.commandId]);
    expect(outcomes).toEqual([...queued, late.commandId]);
    await until(async () => (await store.load()).length === 0);
  });
});

/** F272: an outcome that was lost with its socket is told for the same id, and nothing is applied twice. */
it("is sent again with the same id when the link was cut before the outcome", async () => {
  const server = await startHub((hub) => {
    hub.judge = (frame, session) => {
      hub.decide(frame, { status: "done", done: { kind: "row", table: "check_ins", id: frame.command_id } });
      session.cut();
      return null;
    };
  });
  const hub = connect(server);
  const room = hub.join(target);
  await room.ready;
  const queued = room.send(scan("A"), { offline: "queue" });
  const rejecting = room.send({ name: "set_doors", open: true });
  const [a, b] = await Promise.all([queued, rejecting]);
  expect(a.duplicate || b.duplicate).toBe(true);
  expect(new Set(server.applied).size).toBe(server.applied.length);
  const sent = server.sessions.flatMap(ids);
  expect(new Set(sent)).toEqual(new Set([a.commandId, b.commandId]));
  expect(sent.length).toBeGreaterThan(2);
  expect(hub.pending.get()).toEqual([]);
});

it("is sent again after a resync", async () => {
  const server = await startHub((hub) => {
    hub.judge = (frame, session) => {
      hub.decide(frame, { status: "done", done: { kind: "row", table: "check_ins", id: frame.command_id } });
      if (hub.applied.length === 3) session.send({ type: "resync", dropped: 3 });
      return null;
    };
  });
  const room = connect(server).join(target);
  await room.ready;
  const acks = await Promise.all(["A", "B", "C"].map((code) => room.send(scan(code), { offline: "queue" })));
  expect(acks.every((ack) => ack.duplicate)).toBe(true);
  expect(ids(server.session)).toEqual([...server.applied, ...server.applied]);
  // Well before outcomes count as overdue.
}, 5000);

it("keeps to the number of commands that the hub takes at once, and to the order", async () => {
  let open = 0;
  let most = 0;
  const server = await startHub((hub) => {
    hub.inFlight = 3;
    hub.judge = (frame, session) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open -= 1;
        const outcome = { status: "done", done: { kind: "row", table: "check_ins", id: frame.command_id } } as const;
        hub.decide(frame, outcome);
        session.send({ type: "outcome", command_id: frame.command_id, outcome, duplicate: false });
      }, 2);
      return null;
    };
  });
  const room = connect(server).join(target);
  await room.ready;
  const acks = await Promise.all(Array.from({ length: 20 }, (_, i) => room.send(scan(`${i}`), { offline: "queue" })));
  expect(server.applied).toEqual(acks.map((ack) => ack.commandId));
  expect(most).toBe(3);
});

it("waits and tries again after a retryable error, and is never dropped", async () => {
  let busy = 2;
  const server = await startHub((hub) => {
    hub.judge = ({ command_id }) =>
      busy-- > 0
        ? { type: "error", code: "busy", message: "", retryable: true, fatal: false, about: { command: command_id } }
        : { status: "refused", refusal: { code: "not_found", message: "no" } };
  });
  const hub = connect(server);
  const room = hub.join(target);
  await room.ready;
  const errors: unknown[] = [];
  hub.pending.subscribe(() => errors.push(hub.pending.get()[0]?.error?.code));
  const ack = await room.send(scan("A"), { offline: "queue" });
  expect(ack.outcome).toMatchObject({ status: "refused", refusal: { code: "not_found" } });
  expect(ids(server.session)).toEqual([ack.commandId, ack.commandId, ack.commandId]);
  expect(errors).toContain("busy");
});

it("ends with an error that no retry changes, and is kept for a person to see", async () => {
  const store = memoryStore();
  const server = await startHub((hub) => {
    hub.judge = ({ command_id }) => ({
      type: "error",
      code: "forbidden",
      message: "not at this gate",
      retryable: false,
      fatal: false,
      about: { command: command_id },
    });
  });
  const hub = connect(server, { store });
  const room = hub.join(target);
  await room.ready;
  await expect(room.send(scan("A"), { offline: "queue" })).rejects.toMatchObject({ code: "forbidden" });
  await expect(room.send(scan("B"))).rejects.toMatchObject({ code: "forbidden" });
  expect(hub.pending.get()).toEqual([]);
  expect(hub.failed.get()).toMatchObject([{ command: scan("A"), error: { code: "forbidden" } }]);
  hub.close();

  const again = connect(server, { store });
  await until(() => again.failed.get().length === 1);
  const { commandId } = again.failed.get()[0]!;
  server.judge = () => ({ status: "done", done: { kind: "row", table: "check_ins", id: id(9) } });
  await again.retryFailed(commandId);
  await until(() => server.applied.includes(commandId));
  expect(again.failed.get()).toEqual([]);
  await until(async () => (await store.load()).length === 0);
});

it("is not blamed for the end of a session", async () => {
  const server = await startHub((hub) => {
    hub.judge = ({ command_id }) => ({
      type: "error",
      code: "revoked",
      message: "",
      retryable: false,
      fatal: true,
      about: { command: command_id },
    });
  });
  const store = memoryStore();
  const hub = connect(server, { store });
  const room = hub.join(target);
  await room.ready;
  const sent = room.send(scan("A"), { offline: "queue" });
  await until(() => hub.status.get().state === "denied");
  expect(hub.pending.get()).toMatchObject([{ state: "waiting" }]);
  expect(await store.load()).toHaveLength(1);
  server.judge = () => ({ status: "done", done: { kind: "row", table: "check_ins", id: id(9) } });
  hub.redial();
  await expect(sent).resolves.toMatchObject({ outcome: { status: "done" } });
});

it("is refused at once without a link, unless it may wait", async () => {
  const server = await startHub();
  const hub = connect(server);
  const room = hub.join(target);
  await expect(room.send(scan("A"))).rejects.toMatchObject({ code: "offline", retryable: true });
  expect(hub.pending.get()).toEqual([]);
});

it("gives up in time, and is not sent after that", async () => {
  const server = await startHub((hub) => {
    hub.judge = () => null;
  });
  const hub = connect(server);
  const room = hub.join(target);
  await room.ready;
  await expect(room.send(scan("A"), { timeoutMs: 30 })).rejects.toMatchObject({ code: "timeout" });
  expect(hub.pending.get()).toEqual([]);
  await expect(room.send(scan("B"), { offline: "queue", timeoutMs: 30 })).rejects.toMatchObject({ code: "timeout" });
  expect(hub.pending.get()).toMatchObject([{ command: scan("B") }]);
  server.session.cut();
  await until(() => server.sessions.length === 2 && ids(server.session).length === 1);
  expect(server.session.of("command")[0]?.command).toEqual(scan("B"));
});

it("joins the wait for an id that is pending", async () => {
  const server = await startHub();
  const room = connect(server).join(target);
  await room.ready;
  const commandId = uuidv7();
  const acks = await Promise.all([1, 2].map(() => room.send(scan("A"), { id: commandId, offline: "queue" })));
  expect(acks[0]).toBe(acks[1]);
  expect(ids(server.session)).toEqual([commandId]);
});

it("never reaches the hub larger than it takes", async () => {
  const server = await startHub((hub) => {
    hub.frameBytes = 500;
  });
  const hub = connect(server);
  const room = hub.join(target);
  await room.ready;
  await expect(room.send(scan("x".repeat(600)), { offline: "queue" })).rejects.toMatchObject({ code: "frame_too_large" });
  await expect(room.send(scan("y"), { offline: "queue" })).resolves.toMatchObject({ outcome: { status: "done" } });
  expect(hub.failed.get()).toHaveLength(1);
  expect(hub.status.get().state).toBe("live");
});

it("is not sent when it cannot be stored, and says so", async () => {
  const server = await startHub();
  const store = { ...memoryStore(), put: () => Promise.reject(new Error("quota")) };
  const room = connect(server, { store }).join(target);
  await room.ready;
  await expect(room.send(scan("A"), { offline: "queue" })).rejects.toMatchObject({ code: "store_failed" });
  await expect(room.send(scan("B"))).resolves.toBeTruthy();
  expect(server.session.of("command").map((frame) => frame.command)).toEqual([scan("B")]);
});

it("of an earlier page goes out before those of this one, and a failed one in its old place", async () => {
  const store = memoryStore();
  const stored = (n: number) => ({ commandId: id(n), topic: `event:${id(1)}`, command: scan(`${n}`), since: 1 }) as const;
  await store.put({ ...stored(71), position: 4 });
  await store.put({ ...stored(72), position: 5, failed: { code: "internal", message: "a fault" } });
  await store.put({ ...stored(73), position: 6 });
  const server = await startHub((hub) => {
    hub.authorize = () => ({ type: "error", code: "draining", message: "", retryable: true, fatal: true });
  });
  const hub = connect(server, { store });
  const room = hub.join(target);
  const sent = room.send(scan("new"), { offline: "queue", id: id(74) });
  await until(async () => (await store.load()).length === 4);
  await hub.retryFailed(id(72));
  expect(hub.pending.get().map((pending) => pending.commandId)).toEqual([71, 72, 73, 74].map(id));
  server.authorize = () => null;
  await sent;
  expect(server.applied).toEqual([71, 72, 73, 74].map(id));
});

it("of an earlier page goes out although the store could not be read at first", async () => {
  const inner = memoryStore();
  await inner.put({ commandId: id(70), topic: `event:${id(1)}`, command: scan("A"), since: 1, position: 4 });
  let reads = 0;
  const store: CommandStore = {
    ...inner,
    load: () => (reads++ === 0 ? Promise.reject(new Error("locked")) : inner.load()),
  };
  const server = await startHub();
  connect(server, { store });
  await until(() => server.applied.includes(id(70)));
  expect(reads).toBe(2);
});
