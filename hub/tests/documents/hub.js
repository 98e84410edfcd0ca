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
    const [list] = await psql("select l.id from shot_lists l join shots s on s.shot_list_id = l.id group by 1 order by count(*) desc limit 1");
    const socket = `${ready.url.replace("http", "ws")}/v1/docs`;
    return { ...ready, list, socket, psql, stop, log: () => noise.join("") };
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
