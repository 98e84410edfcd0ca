import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createHub } from "@fashionos/hub";
import { createClient } from "@supabase/supabase-js";
import { WebSocket } from "ws";

const BINARY = process.env.HUB_BIN ?? new URL("../../../target/debug/hub", import.meta.url).pathname;

/** A real hub with the demo's show, on a port and in a folder of its own. */
export async function startDemo() {
  const data = await mkdtemp(join(tmpdir(), "hub-supabase-"));
  const noise = [];
  const children = [];
  /** Starts the program and waits until it serves. */
  const start = (command, environment) => {
    const child = spawn(BINARY, [command], {
      env: { ...process.env, HUB_DATA: data, HUB_LISTEN: "127.0.0.1:0", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    child.stderr.on("data", (chunk) => noise.push(chunk.toString()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("not ready within 90 s")), 90_000);
      child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
      child.once("error", reject);
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(timer);
        resolve(JSON.parse(line));
      });
    });
  };
  const stop = async () => {
    // The first one owns the database; the others go before it.
    for (const child of children.toReversed()) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await ended;
      }
    }
    await rm(data, { recursive: true, force: true });
  };
  try {
    const ready = await start("demo", {});
    const database = async () => {
      const PGPASSWORD = (await readFile(join(data, "postgres.password"), "utf8")).trim();
      return { ...process.env, PGPASSWORD, PGHOST: join(data, "socket"), PGUSER: "hub_owner", PGDATABASE: "hub" };
    };
    /** Statements in one transaction; the lines of their answers. */
    const psql = async (statements) => {
      const words = ["-qAt", "-v", "ON_ERROR_STOP=1", "-c", statements];
      const { stdout } = await promisify(execFile)("psql", words, { env: await database(), maxBuffer: 1 << 26 });
      return stdout.split("\n").slice(0, -1);
    };
    /** Statements in a transaction each, one after the other. */
    const script = async (statements) => {
      const writer = spawn("psql", ["-q", "-v", "ON_ERROR_STOP=1"], { env: await database(), stdio: ["pipe", "ignore", "inherit"] });
      const ended = new Promise((resolve, reject) => writer.once("exit", (code) => (code ? reject(new Error(`psql: ${code}`)) : resolve())));
      writer.stdin.end(statements.join(";\n") + ";\n");
      await ended;
    };
    const hub = { ...ready, eventId: new URL(ready.caller).pathname.split("/").at(-1), psql, script, stop };
    /** Another hub of the same database. */
    const another = async () => {
      const { PGPASSWORD, PGHOST } = await database();
      const { url } = await start("serve", { DATABASE_URL: `host=${PGHOST} user=hub_owner password=${PGPASSWORD} dbname=hub` });
      return { ...hub, url };
    };
    return { ...hub, another };
  } catch (cause) {
    await stop();
    throw new Error(`${BINARY} demo: ${cause.message}\n${noise.join("").slice(-4_000)}`);
  }
}

/** The unmodified client, signed in as the demo's producer; or with a key that names nobody. */
export async function client(hub, { anonymous = false } = {}) {
  const key = "sb_publishable_dashboard";
  // Without a socket: see `live`.
  const realtime = { transport: class {} };
  if (anonymous) return createClient(hub.url, key, { realtime, auth: { persistSession: false } });
  const { access_token } = await signIn(hub);
  return createClient(hub.url, key, { realtime, accessToken: async () => access_token });
}

/** The same, with a socket: Node 20 has none of its own. */
export async function live(hub) {
  const { access_token } = await signIn(hub);
  const options = { realtime: { transport: WebSocket }, accessToken: async () => access_token };
  return createClient(hub.url, "sb_publishable_dashboard", options);
}

/** The demo's producer signs in. */
export async function signIn(hub) {
  const answer = await fetch(new URL("/auth/v1/token?grant_type=password", hub.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: hub.email, password: hub.password }),
  });
  return answer.json();
}

/** The SDK as the demo's producer; `sockets` are those it has opened, to be cut. */
export async function connect(hub) {
  const { access_token } = await signIn(hub);
  const sockets = [];
  class Recorded extends WebSocket {
    constructor(...words) {
      super(...words);
      sockets.push(this);
    }
  }
  const clientInfo = { name: "tests", version: "0" };
  const client = createHub({ url: hub.url, token: () => access_token, clientInfo, WebSocketImpl: Recorded });
  return { client, sockets };
}

/** Asks again until it holds. */
export async function until(what, holds, timeoutMs = 30_000) {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
