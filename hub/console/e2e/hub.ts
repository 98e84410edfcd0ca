import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { test as base, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "@playwright/test";

/** What `hub demo` says when it is ready. */
interface Ready {
  ready: true;
  url: string;
  command_center: string;
  caller: string;
  check_in: string;
  email: string;
  password: string;
}

export const BINARY = process.env.HUB_BIN ?? new URL("../../../target/debug/hub", import.meta.url).pathname;

/** A guest of the demo's list who can be let in. */
export interface Guest {
  code: string;
  name: string;
}

/** A real hub with the demo's show, and shortcuts for what a test is not about. */
export class DemoHub {
  readonly eventId: string;
  #token = "";
  readonly #taken = new Set<string>();

  private constructor(
    readonly ready: Ready,
    readonly data: string,
    readonly stop: () => Promise<void>,
  ) {
    this.eventId = new URL(ready.caller).pathname.split("/").at(-1)!;
  }

  static async start(): Promise<DemoHub> {
    const data = await mkdtemp(join(tmpdir(), "hub-e2e-"));
    const child = spawn(BINARY, ["demo"], {
      env: { ...process.env, HUB_DATA: data, HUB_LISTEN: "127.0.0.1:0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const noise: string[] = [];
    child.stderr!.on("data", (chunk: Buffer) => noise.push(chunk.toString()));
    const ready = await readyLine(child).catch((cause: Error) => {
      throw new Error(`${BINARY} demo: ${cause.message}\n${noise.join("").slice(-4_000)}`);
    });
    const stop = async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(data, { recursive: true, force: true });
    };
    return new DemoHub(ready, data, stop);
  }

  url(path: string): string {
    return new URL(path, this.ready.url).href;
  }

  /** Statements in one transaction, as somebody with psql; the lines of their answers. */
  async sql(statements: string): Promise<string[]> {
    const PGPASSWORD = (await readFile(join(this.data, "postgres.password"), "utf8")).trim();
    const env = { ...process.env, PGPASSWORD, PGHOST: join(this.data, "socket"), PGUSER: "hub_owner", PGDATABASE: "hub" };
    const { stdout } = await promisify(execFile)("psql", ["-qAt", "-v", "ON_ERROR_STOP=1", "-c", statements], { env });
    return stdout.split("\n").slice(0, -1);
  }

  /** The hub's HTTP API as the demo's producer. */
  async api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    if (!this.#token) {
      const { email, password } = this.ready;
      const answer = await fetch(this.url("/auth/v1/token?grant_type=password"), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email, password }),
      });
      this.#token = ((await answer.json()) as { access_token: string }).access_token;
    }
    const response = await fetch(this.url(path), {
      method,
      headers: { ...headers, authorization: `Bearer ${this.#token}`, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  /** What stands behind the `#` of the link in the newest mail to an address that is about this. */
  async mailed(to: string, subject: string): Promise<string> {
    const folder = join(this.data, "mail");
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).sort();
      const mails = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
      const mail = mails.findLast((text) => text.includes(to) && text.includes(`Subject: ${subject}`));
      // RFC 2045 section 6.7.
      const text = mail?.replaceAll("=\r\n", "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
      const found = /\/auth\/v1\/verify#(\S+)/.exec(text ?? "");
      if (found) return found[1]!;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no mail to ${to}: ${subject}`);
  }

  /** A device's first page, paired and live. */
  async device(browser: Browser, name: string, profile: "scan" | "wall" | "caller", options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ viewport: VIEWPORTS[profile], ...options });
    const page = await context.newPage();
    await this.pair(page, name, profile);
    return { context, page };
  }

  /** Makes a page the device `name` and waits until its screen is live. */
  async pair(page: Page, name: string, profile: "scan" | "wall" | "caller"): Promise<void> {
    const pairing = (await (await this.api("POST", `/v1/events/${this.eventId}/pairings`, { name, profile, supervisor: profile === "scan" })).json()) as { code: string };
    await page.goto(this.url(`/pair#${pairing.code}`));
    await page.locator('[data-fresh="live"]').waitFor();
  }

  /** A confirmed guest who comes alone and has not arrived; never the same one twice. */
  async guest(): Promise<Guest> {
    const text = await (await this.api("GET", `/v1/events/${this.eventId}/export/guests.csv`)).text();
    const [head, ...rows] = parseCsv(text);
    const column = (row: string[], title: string) => row[head!.indexOf(title)] ?? "";
    const found = rows.findLast(
      (row) =>
        column(row, "Status") === "confirmed" &&
        column(row, "Party size") === "1" &&
        column(row, "VIP") === "no" &&
        column(row, "Door note") === "" &&
        !this.#taken.has(column(row, "Ticket code")),
    );
    if (!found) throw new Error(`no guest is left in: ${head?.join(", ")}`);
    const guest = { code: column(found, "Ticket code"), name: column(found, "Name") };
    this.#taken.add(guest.code);
    return guest;
  }
}

/** The sizes that the screens are made for. */
export const VIEWPORTS = {
  scan: { width: 800, height: 1280 },
  wall: { width: 1920, height: 1080 },
  caller: { width: 1440, height: 900 },
};

/**
 * Types a code as a keyboard-wedge scanner does: no focus, a key every 5 ms by the scanner's own clock however busy this
 * machine is, Enter.
 */
export async function wedge(page: Page, code: string): Promise<void> {
  const keyboard = await page.context().newCDPSession(page);
  const from = Date.now() / 1_000;
  const keys = [...code].map((key) => ({ key, text: key })).concat({ key: "Enter", text: "\r" });
  await Promise.all(
    keys.flatMap(({ key, text }, n) => [
      keyboard.send("Input.dispatchKeyEvent", { type: "keyDown", key, text, timestamp: from + n * 0.005 }),
      keyboard.send("Input.dispatchKeyEvent", { type: "keyUp", key, timestamp: from + n * 0.005 + 0.002 }),
    ]),
  );
  await keyboard.detach();
}

function readyLine(child: ChildProcess): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("was not ready within two minutes")), 120_000);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
    createInterface({ input: child.stdout! }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const said = JSON.parse(line) as Ready;
      if (!said.ready) return;
      clearTimeout(timer);
      resolve(said);
    });
  });
}

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g;
  for (const [, quoted, plain, end] of text.replace(/^\ufeff/, "").matchAll(cell)) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end !== ",") rows.push([]);
  }
  return rows.filter((row) => row.some((value) => value !== ""));
}

/** Tests with one hub for all of a worker's tests. */
export const test = base.extend<object, { hub: DemoHub }>({
  hub: [
    async ({}, use) => {
      const hub = await DemoHub.start();
      await use(hub);
      await hub.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],
});
export { expect } from "@playwright/test";
