import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const BINARY = process.env.HUB_BIN ?? new URL("../../../target/debug/hub", import.meta.url).pathname;

/** A real hub with the demo's show, on a port and in a folder of its own. */
export async function startDemo() {
  const data = await mkdtemp(join(tmpdir(), "hub-documents-"));
  const noise = [];
  const children = [];
  /** Starts the program and waits until it serves. */
  const start = async (command, environment) => {
    const child = spawn(BINARY, [command], { env: { ...process.env, HUB_DATA: data, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    children.push(child);
    child.stderr.on("data", (chunk) => noise.push(chunk.toString()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("not ready within 90 s")), 90_000);
      child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
      child.once("error", reject);
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(timer);
        resolve({ ...JSON.parse(line), child });
      });
    });
  };
  const end = async (child, signal) => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await ended;
    }
  };
  const stop = async () => {
    // The first one owns the database; the others go before it.
    for (const child of [...children].reverse()) await end(child, "SIGTERM");
    await rm(data, { recursive: true, force: true });
  };
  try {
    const ready = await start("demo", { HUB_LISTEN: "127.0.0.1:0" });
    const environment = async () => {
      const PGPASSWORD = (await readFile(join(data, "postgres.password"), "utf8")).trim();
      return { ...process.env, PGPASSWORD, PGHOST: join(data, "socket"), PGUSER: "hub_owner", PGDATABASE: "hub" };
    };
    /** Statements in one transaction; the lines of their answers. */
    const psql = async (statements) => {
      const words = ["-qAt", "-v", "ON_ERROR_STOP=1", "-c", statements];
      const { stdout } = await promisify(execFile)("psql", words, { env: await environment(), maxBuffer: 1 << 26 });
      return stdout.split("\n").slice(0, -1);
    };
    /** `kill -9`, then perhaps something, then another one in its place. */
    const crash = async (meanwhile = async () => {}) => {
      await end(children.shift(), "SIGKILL");
      await meanwhile();
      const { child } = await start("serve", { HUB_LISTEN: new URL(ready.url).host });
      children.unshift(children.pop());
      return child;
    };
    /** Another hub of the same database. */
    const another = async () => {
      const { PGPASSWORD, PGHOST } = await environment();
      const DATABASE_URL = `host=${PGHOST} user=hub_owner password=${PGPASSWORD} dbname=hub`;
      const { url } = await start("serve", { HUB_LISTEN: "127.0.0.1:0", DATABASE_URL });
      return { ...hub, url, socket: `${url.replace("http", "ws")}/v1/docs` };
    };
    const [list] = await psql("select l.id from shot_lists l join shots s on s.shot_list_id = l.id group by 1 order by count(*) desc limit 1");
    const socket = `${ready.url.replace("http", "ws")}/v1/docs`;
    const hub = { ...ready, list, socket, psql, stop, crash, another, log: () => noise.join("") };
    return hub;
  } catch (cause) {
    await stop();
    throw new Error(`${BINARY} demo: ${cause.message}\n${noise.join("").slice(-4_000)}`);
  }
}

/** An access token of the demo's producer. */
export async function token(hub) {
  const answer = await fetch(new URL("/auth/v1/token?grant_type=password", hub.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: hub.email, password: hub.password }),
  });
  return (await answer.json()).access_token;
}

/** Asks again until it holds. */
export async function until(what, holds, timeoutMs = 30_000) {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
