import { describe, expect, it } from "vitest";
import { type Auth, type AuthStorage, createAuth, HttpClient, HubApi, memoryAuthStorage } from "../src/index.js";
import { startHub } from "./support/client.js";
import type { FakeHub } from "./support/fake_hub.js";

/** The hub's sign-in: tokens in a row, each refresh token good for one use. */
async function startAuth(expiresIn = 3600) {
  const calls: string[] = [];
  let n = 0;
  let good = "";
  const tokens = () => {
    good = `r${++n}`;
    const user = { id: "u", email: "ada@example.com", full_name: "Ada" };
    const body = { access_token: `a${n}`, refresh_token: good, expires_in: expiresIn, user, organization: null };
    return { status: 200, body };
  };
  const server = await startHub((hub: FakeHub) => {
    hub.onRequest = (method, path, text) => {
      calls.push(`${method} ${path}`);
      const body = text ? (JSON.parse(text) as Record<string, string>) : {};
      if (path === "/auth/v1/token?grant_type=password") {
        if (body.password === "right") return tokens();
        return { status: 400, body: { code: "invalid_credentials", message: "wrong", retryable: false } };
      }
      if (path === "/auth/v1/token?grant_type=refresh_token") {
        if (body.refresh_token === good) return tokens();
        return { status: 401, body: { code: "revoked", message: "used twice", retryable: false } };
      }
      if (path === "/v1/pairings/claim") {
        return { status: 200, body: { token: "device-token", device: { id: "d", name: "North", profile: "scan" } } };
      }
      if (path === "/auth/v1/logout") return { status: 204, body: null };
      return { status: 503, body: "a proxy's page" };
    };
  });
  const refreshes = () => calls.filter((call) => call.includes("refresh_token")).length;
  return { server, calls, refreshes };
}

const current = (auth: Auth) => auth.session.get()?.accessToken;

describe("signing in", () => {
  it("keeps the session for the next page", async () => {
    const { server } = await startAuth();
    const storage = memoryAuthStorage();
    const auth = createAuth({ url: server.url, storage });
    expect(auth.session.get()).toBeUndefined();
    await auth.ready;
    expect(auth.session.get()).toBeNull();
    await expect(auth.token()).rejects.toMatchObject({ code: "signed_out", retryable: false });
    await expect(auth.signIn("ada@example.com", "wrong")).rejects.toMatchObject({ code: "invalid_credentials", status: 400 });
    expect(auth.session.get()).toBeNull();
    await auth.signIn("ada@example.com", "right");
    const next = createAuth({ url: server.url, storage });
    await next.ready;
    expect(next.session.get()).toMatchObject({ kind: "person", user: { full_name: "Ada" } });
    expect(await next.token()).toBe("a1");
  });

  it("makes a browser a device, whose token has no end", async () => {
    const { server, refreshes } = await startAuth();
    const auth = createAuth({ url: server.url });
    await auth.claimPairing("ABCD-2345", "1.0");
    expect(auth.session.get()).toMatchObject({ kind: "device", device: { name: "North" } });
    expect(await auth.token({ rejected: true })).toBe("device-token");
    expect(refreshes()).toBe(0);
  });

  it("ends at the hub and here", async () => {
    const { server, calls } = await startAuth();
    const storage = memoryAuthStorage();
    const auth = createAuth({ url: server.url, storage });
    await auth.signIn("ada@example.com", "right");
    await auth.signOut();
    expect(calls).toContain("POST /auth/v1/logout");
    expect(auth.session.get()).toBeNull();
    expect(await storage.read()).toBeNull();
  });
});

describe("a token", () => {
  it("is renewed when it is about to end, once for everybody who asks", async () => {
    const { server, refreshes } = await startAuth(60);
    const auth = createAuth({ url: server.url });
    await auth.signIn("ada@example.com", "right");
    expect(await Promise.all([auth.token(), auth.token(), auth.token()])).toEqual(["a2", "a2", "a2"]);
    expect(refreshes()).toBe(1);
  });

  it("is renewed once over tabs, because a refresh token used twice ends the login", async () => {
    const { server, refreshes } = await startAuth();
    const shared = memoryAuthStorage();
    const storage: AuthStorage = { ...shared, read: async () => shared.read() };
    const tabs = [0, 1].map(() => createAuth({ url: server.url, storage }));
    await tabs[0]!.signIn("ada@example.com", "right");
    const other = createAuth({ url: server.url, storage });
    await other.ready;
    // Stands for navigator.locks, which Node 20 lacks: one at a time, in the order of asking.
    let last: Promise<unknown> = Promise.resolve();
    const locks = { request: <T>(_: string, work: () => Promise<T>) => (last = last.then(work, work)) as Promise<T> };
    const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
    try {
      const got = await Promise.all([tabs[0]!.token({ rejected: true }), other.token({ rejected: true })]);
      expect(got).toEqual(["a2", "a2"]);
    } finally {
      if (navigator) Object.defineProperty(globalThis, "navigator", navigator);
      else Reflect.deleteProperty(globalThis, "navigator");
    }
    expect(refreshes()).toBe(1);
    expect(current(other)).toBe("a2");
  });

  it("outlives an outage, and not the end of the login", async () => {
    const { server } = await startAuth();
    const storage = memoryAuthStorage();
    const auth = createAuth({ url: server.url, storage });
    await auth.signIn("ada@example.com", "right");
    const signIn = server.onRequest;
    server.onRequest = () => ({ status: 502, body: "<html>" });
    await expect(auth.token({ rejected: true })).rejects.toMatchObject({ code: "http_error", retryable: true });
    server.onRequest = () => ({ status: 403, body: "<html>a hotel's sign-in page" });
    await expect(auth.token({ rejected: true })).rejects.toMatchObject({ code: "http_error" });
    expect(current(auth)).toBe("a1");
    server.onRequest = signIn;
    expect(await auth.token({ rejected: true })).toBe("a2");
    await storage.write((await storage.read())!.replace("r2", "r1"));
    await expect(auth.token({ rejected: true })).rejects.toMatchObject({ code: "signed_out", retryable: false });
    expect(auth.session.get()).toBeNull();
  });
});

describe("HTTP", () => {
  it("carries the token, and another one once when it has expired", async () => {
    const server = await startHub();
    const seen: string[] = [];
    server.onRequest = (method, path) => {
      seen.push(`${method} ${path}`);
      if (seen.length === 1) return { status: 401, body: { code: "token_expired", message: "", retryable: false } };
      return { status: 200, body: { events: [{ title: "Nocturne" }] } };
    };
    const asked: boolean[] = [];
    const http = new HttpClient({ url: server.url, token: ({ rejected }) => (asked.push(rejected), "t") });
    const events = await new HubApi(http).listEvents({ q: "noc turne", status: undefined });
    expect(events).toEqual([{ title: "Nocturne" }]);
    expect(seen).toEqual(["GET /v1/events?q=noc+turne", "GET /v1/events?q=noc+turne"]);
    expect(asked).toEqual([false, true]);
  });

  it("turns every failure into a HubError", async () => {
    const server = await startHub();
    const http = new HttpClient({ url: server.url });
    await expect(http.get("/nothing")).rejects.toMatchObject({ code: "not_found", status: 404, retryable: false });
    server.onRequest = () => ({ status: 503, body: "busy" });
    await expect(http.get("/")).rejects.toMatchObject({ code: "http_error", status: 503, retryable: true });
    await server.stop();
    await expect(http.delete("/")).rejects.toMatchObject({ code: "offline", retryable: true });
  });

  it("sends a file with its mapping", async () => {
    const server = await startHub();
    let sent = "";
    server.onRequest = (method, path, body) => {
      sent = `${method} ${path}\n${body}`;
      return { status: 200, body: { applied: true } };
    };
    const api = new HubApi(new HttpClient({ url: server.url }));
    const file = new File(["Name\nAda"], "guests.csv", { type: "text/csv" });
    const report = await api.importFile("e", "guests", file, { apply: true, mapping: { Name: "attendee_name" } });
    expect(report.applied).toBe(true);
    expect(sent).toContain("POST /v1/events/e/import/guests?apply=true");
    expect(sent).toContain('filename="guests.csv"');
    expect(sent).toContain('{"Name":"attendee_name"}');
  });
});
