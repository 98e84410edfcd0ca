import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createClient } from "@supabase/supabase-js";

const BINARY = process.env.HUB_BIN ?? new URL("../../../target/debug/hub", import.meta.url).pathname;

/** A real hub with an owner, whose mails are files. */
export class MailingHub {
  static OWNER = "owner@maison.example";
  static PASSWORD = "correct horse battery";

  constructor(url, data, stop) {
    Object.assign(this, { url, data, stop });
  }

  static async start() {
    const data = await mkdtemp(join(tmpdir(), "hub-supabase-"));
    const env = { ...process.env, HUB_DATA: data, HUB_LISTEN: "127.0.0.1:0", HUB_REDIRECT_ORIGINS: "https://app.example" };
    const { OWNER, PASSWORD } = MailingHub;
    await run(["create-owner", "--email", OWNER, "--password", PASSWORD, "--organization", "Maison"], env).ended;
    const { child, line } = run(["serve"], env);
    const ready = JSON.parse(await line);
    const stop = async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(data, { recursive: true, force: true });
    };
    return new MailingHub(ready.url, data, stop);
  }

  /** A client as an application makes it; each has a storage of its own. */
  client(auth = {}) {
    return createClient(this.url, "anon", {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false, ...auth },
      // Node 20 has no WebSocket of its own; no test here opens one.
      realtime: { transport: class {} },
    });
  }

  /** A client that somebody is signed in with. */
  async signedIn(email = MailingHub.OWNER, password = MailingHub.PASSWORD) {
    const client = this.client();
    const { error } = await client.auth.signInWithPassword({ email, password });
    if (error) throw error;
    return client;
  }

  /** The newest of at least `count` mails to an address: its subject, the secret in its link, the code in it. */
  async mail(to, count = 1) {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      const mails = await this.#mails(to);
      if (mails.length >= count) return mails.at(-1);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no mail number ${count} to ${to}`);
  }

  async #mails(to) {
    const folder = join(this.data, "mail");
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).sort();
    const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    return files
      .filter((file) => /^To: <?([^<>\r]*)>?\r$/m.exec(file)[1] === to)
      .map((file) => {
        // RFC 2045 section 6.7.
        const text = file.replaceAll("=\r\n", "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
        return {
          subject: /^Subject: (.*)\r$/m.exec(text)[1],
          link: /token_hash=([\w.~-]+)/.exec(text)?.[1],
          code: /Code: (\d{6})/.exec(text)?.[1],
        };
      });
  }
}

/** What an authenticator app shows (RFC 6238), `steps` half-minutes from now. */
export function authenticatorCode(secret, steps = 0) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(moment).digest();
  const word = digest.readUInt32BE(digest[19] & 0x0f) & 0x7fff_ffff;
  return String(word % 1_000_000).padStart(6, "0");
}

function run(words, env) {
  const child = spawn(BINARY, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  const noise = [];
  child.stderr.on("data", (chunk) => noise.push(chunk.toString()));
  const failure = (why) => new Error(`${words[0]} ${why}: ${noise.join("").slice(-2_000)}`);
  /** Resolves when the program has ended well. */
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(failure(`ended with ${code}`))));
  });
  /** The line that says that it is ready. */
  const line = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failure("said nothing")), 120_000);
    createInterface({ input: child.stdout }).on("line", (text) => {
      if (!text.startsWith("{")) return;
      clearTimeout(timer);
      resolve(text);
    });
    ended.catch(reject).finally(() => clearTimeout(timer));
  });
  return { child, line, ended };
}
