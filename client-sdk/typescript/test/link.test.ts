import { expect, it } from "vitest";
import { HubError, type LinkState } from "../src/index.js";
import { connect, startHub } from "./support/client.js";
import { change, id, until } from "./support/fake_hub.js";

const topic = `event:${id(1)}` as const;
const target = { kind: "event", id: id(1) } as const;
const fatal = (code: "invalid_token" | "token_expired" | "revoked" | "draining", retryable = false) =>
  ({ type: "error", code, message: code, retryable, fatal: true }) as const;

/** Every state that the link goes through. */
function states(hub: { status: { get(): { state: LinkState }; subscribe(listener: () => void): unknown } }): LinkState[] {
  const seen = [hub.status.get().state];
  hub.status.subscribe(() => {
    const { state } = hub.status.get();
    if (seen.at(-1) !== state) seen.push(state);
  });
  return seen;
}

it("says hello, is welcomed and knows who it is", async () => {
  const server = await startHub();
  const hub = connect(server, { token: async () => "secret" });
  const seen = states(hub);
  await until(() => hub.status.get().state === "live");
  expect(server.session.of("hello")).toEqual([
    { type: "hello", token: "secret", client: { name: "test", version: "0" } },
  ]);
  expect(hub.principal.get()).toMatchObject({ name: "Ada" });
  await until(() => hub.status.get().rtt !== null);
  expect(seen).toEqual(["connecting", "live"]);
});

/** F143: a link that is silent although its socket is open is marked stale, and heals without being dialled again. */
it("turns stale on a half-open socket, and heals when something is heard", async () => {
  const server = await startHub((hub) => {
    hub.heartbeatMs = 400;
  });
  const hub = connect(server);
  const room = hub.join(target);
  await room.ready;
  const seen = states(hub);
  server.session.muted = true;
  await until(() => hub.status.get().state === "stale");
  expect(room.status.get()).toBe("stale");
  expect(server.session.socket.readyState).toBe(1);
  server.session.muted = false;
  await until(() => room.status.get() === "live");
  expect(seen).toEqual(["live", "stale", "live"]);
  expect(server.sessions.length).toBe(1);
});

it("gives a half-open socket up, dials again and resumes", async () => {
  const server = await startHub((hub) => {
    hub.heartbeatMs = 100;
  });
  const hub = connect(server);
  const room = hub.join(target);
  await room.ready;
  const seen = states(hub);
  server.session.muted = true;
  server.commit(topic, [change("insert", 3)]);
  await until(() => room.cursor?.seq === 1);
  expect(server.sessions.length).toBe(2);
  expect(seen.slice(0, 3)).toEqual(["live", "stale", "offline"]);
  expect(server.session.of("join")[0]?.since?.seq).toBe(0);
});

it("stops dialling when the token is not taken, until it is told to", async () => {
  for (const code of ["invalid_token", "revoked"] as const) {
    const server = await startHub((hub) => {
      hub.authorize = () => fatal(code);
    });
    const hub = connect(server);
    await until(() => hub.status.get().state === "denied");
    expect(hub.status.get()).toMatchObject({ nextRetryAt: null, error: { code } });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(server.sessions.length, "longer than the first wait").toBe(1);
    server.authorize = () => null;
    hub.redial();
    await until(() => hub.status.get().state === "live");
    expect(hub.status.get().error).toBeUndefined();
  }
});

it("is denied when the one who gives tokens says that there is none", async () => {
  const server = await startHub();
  const hub = connect(server, {
    token: () => Promise.reject(new HubError("signed_out", "nobody is signed in", false)),
  });
  await until(() => hub.status.get().state === "denied");
  expect(server.sessions.length).toBe(0);
});

it("asks once for another token when the first has expired", async () => {
  const server = await startHub((hub) => {
    hub.authorize = (token) => (token === "old" ? fatal("token_expired") : null);
  });
  const asked: boolean[] = [];
  const hub = connect(server, { token: ({ rejected }) => (asked.push(rejected), rejected ? "new" : "old") });
  await until(() => hub.status.get().state === "live");
  expect(asked).toEqual([false, true]);

  const stubborn = connect(server, { token: () => "old" });
  await until(() => stubborn.status.get().state === "denied");
  expect(stubborn.status.get().error).toMatchObject({ code: "token_expired" });
});

it("shows a fresher token on the open socket before the old one ends", async () => {
  let issued = 0;
  const server = await startHub((hub) => {
    hub.expiresAt = Date.now() + 2500;
  });
  const hub = connect(server, { token: () => `t${++issued}` });
  await until(() => hub.status.get().state === "live");
  server.expiresAt = undefined;
  await until(() => server.session.of("hello").length === 2);
  expect(server.session.of("hello").map((hello) => hello.token)).toEqual(["t1", "t2"]);
  expect(server.sessions.length).toBe(1);
});

it("shows a fresher token when the hub calls the old one expired without ending the socket", async () => {
  const server = await startHub();
  const hub = connect(server, { token: ({ rejected }) => (rejected ? "new" : "old") });
  const room = hub.join(target);
  await room.ready;
  server.session.send({ ...fatal("token_expired"), fatal: false });
  await until(() => server.session.of("hello").length === 2);
  expect(server.session.of("hello")[1]?.token).toBe("new");
  expect(server.sessions.length).toBe(1);
  expect(room.status.get()).toBe("live");
});

it("renews once for all commands that met an expired token, and loses none", async () => {
  const server = await startHub((hub) => {
    hub.judge = (frame, session) =>
      session.of("hello").length > 1
        ? { status: "done", done: { kind: "row", table: "check_ins", id: frame.command_id } }
        : { ...fatal("token_expired"), fatal: false, about: { command: frame.command_id } };
  });
  const asked: boolean[] = [];
  const hub = connect(server, { token: async ({ rejected }) => (asked.push(rejected), `t${asked.length}`) });
  const room = hub.join(target);
  await room.ready;
  const codes = ["A", "B", "C"];
  await Promise.all(codes.map((code) => room.send({ name: "scan", code, scanned_at: 1 }, { offline: "queue" })));
  expect(asked).toEqual([false, true]);
  expect(server.sessions.length).toBe(1);
  expect(server.applied).toEqual(server.session.of("command").slice(0, 3).map((frame) => frame.command_id));
  expect(hub.failed.get()).toEqual([]);
});

it("does not storm a hub that hangs up", async () => {
  const server = await startHub((hub) => {
    hub.authorize = () => fatal("draining", true);
  });
  const hub = connect(server);
  const began = performance.now();
  const dials: number[] = [];
  hub.status.subscribe(() => {
    if (hub.status.get().state !== "connecting") return;
    dials.push(performance.now());
  });
  await until(() => server.sessions.length >= 4);
  // Whatever dice were thrown: four dials need three waits of at least 250 ms.
  expect(performance.now() - began).toBeGreaterThanOrEqual(745);
  expect(hub.status.get().attempt).toBeGreaterThanOrEqual(3);
  for (let i = 0; i < 50; i++) hub.redial();
  const before = dials.length;
  await until(() => hub.status.get().state === "offline");
  expect(dials.length - before).toBeLessThanOrEqual(1);
});

it("keeps the time of a hub whose clock is minutes away", async () => {
  for (const skew of [-300_000, 0, 300_000]) {
    const server = await startHub((hub) => {
      hub.clockSkew = skew;
      hub.heartbeatMs = 100;
      // Answers take a while on their way back, and not always the same.
      let n = 0;
      hub.pongDelay = () => (n++ % 3) * 15;
    });
    const hub = connect(server);
    await until(() => hub.inspect().frames.filter((frame) => frame.type === "pong").length >= 8);
    expect(Math.abs(hub.serverNow() - server.now())).toBeLessThan(50);
  }
});

it("follows the hub's clock by its heartbeats", async () => {
  const server = await startHub((hub) => {
    hub.heartbeatMs = 100;
  });
  const hub = connect(server);
  await until(() => hub.status.get().state === "live");
  server.clockSkew = 3_600_000;
  await until(() => Math.abs(hub.serverNow() - server.now()) < 50);
  expect(server.sessions.length).toBe(1);
});

it("remembers frames without tokens, names or rows", async () => {
  const server = await startHub();
  server.commit(topic, [change("insert", 1, { attendee_name: "Ada Lovelace" })]);
  const hub = connect(server, { token: () => "d.c2VjcmV0" });
  const room = hub.join(target);
  await room.ready;
  await room.send({ name: "scan", code: "FH1.code", scanned_at: 1 });
  for (let n = 2; n < 300; n++) server.commit(topic, [change("insert", n)]);
  await until(() => room.cursor?.seq === 299);
  const inspection = hub.inspect();
  expect(inspection.frames).toHaveLength(200);
  expect(inspection.frames.findLast((frame) => frame.type === "delta")).toMatchObject({ way: "in", type: "delta", topic, seq: 299 });
  expect(inspection.rooms).toMatchObject([{ topic, status: "live", rows: 299 }]);
  expect(JSON.stringify(inspection)).not.toMatch(/c2VjcmV0|Lovelace|FH1/);
});
