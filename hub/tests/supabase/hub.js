import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";

const BINARY = process.env.HUB_BIN ?? new URL("../../../target/debug/hub", import.meta.url).pathname;

/** A real hub with the demo's show, on a port and in a folder of its own. */
export async function startDemo() {
  const data = await mkdtemp(join(tmpdir(), "hub-supabase-"));
  const child = spawn(BINARY, ["demo"], {
    env: { ...process.env, HUB_DATA: data, HUB_LISTEN: "127.0.0.1:0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const noise = [];
  child.stderr.on("data", (chunk) => noise.push(chunk.toString()));
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await ended;
    }
    await rm(data, { recursive: true, force: true });
  };
  try {
    const ready = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("not ready within 90 s")), 90_000);
      child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
      child.once("error", reject);
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(timer);
        resolve(JSON.parse(line));
      });
    });
    const psql = async (statements) => {
      const PGPASSWORD = (await readFile(join(data, "postgres.password"), "utf8")).trim();
      const env = { ...process.env, PGPASSWORD, PGHOST: join(data, "socket"), PGUSER: "hub_owner", PGDATABASE: "hub" };
      await promisify(execFile)("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-c", statements], { env });
    };
    return { ...ready, eventId: new URL(ready.caller).pathname.split("/").at(-1), psql, stop };
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
  const access_token = await token(hub);
  return createClient(hub.url, key, { realtime, accessToken: async () => access_token });
}

/** The same, with a socket: Node 20 has none of its own. */
export async function live(hub) {
  const access_token = await token(hub);
  const options = { realtime: { transport: WebSocket }, accessToken: async () => access_token };
  return createClient(hub.url, "sb_publishable_dashboard", options);
}

/** An access token of the demo's producer, of a login of its own. */
async function token(hub) {
  const answer = await fetch(new URL("/auth/v1/token?grant_type=password", hub.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: hub.email, password: hub.password }),
  });
  const { access_token } = await answer.json();
  return access_token;
}
