// The contract in JavaScript, and what every plugin needs around it.
import * as host from "fashionos:plugin/host@{{contract}}";
import { send, notDone } from "fashionos:plugin/http@{{contract}}";
import * as store from "fashionos:plugin/kv@{{contract}}";
import * as records from "fashionos:plugin/records@{{contract}}";
import * as files from "fashionos:plugin/files@{{contract}}";
import * as queue from "fashionos:plugin/queue@{{contract}}";

export { files, notDone };

/** @typedef {import("fashionos:plugin/failures@{{contract}}").Failure} Failure */
/** @typedef {{ name: string, payload: any, body: Uint8Array, key: string, attempt: number }} Job `payload` is read already */

/** How long to wait when a vendor does not say how long, in milliseconds. */
const UNREACHABLE_MS = 5000;
const BUSY_MS = 10000;

const utf8 = { write: new TextEncoder(), read: new TextDecoder() };

/** What ends a run: made by `permanent`, `later`, `unauthorized` and `conflict`, and thrown. */
export class Ended extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.tag);
    this.failure = failure;
  }
}

/** Trying again cannot help. @param {string} code @param {string} message */
export function permanent(code, message) {
  return new Ended({ tag: "permanent", val: { code, message } });
}

/** Try again in so many milliseconds, not earlier. @param {number} ms @param {string} code @param {string} message */
export function later(ms, code, message) {
  return new Ended({ tag: "retry-after", val: { afterMs: BigInt(Math.ceil(ms)), fault: { code, message } } });
}

/** The vendor no longer takes the credential. @param {string} code @param {string} message */
export function unauthorized(code, message) {
  return new Ended({ tag: "unauthorized", val: { code, message } });
}

/** What should be changed has changed meanwhile. @param {string} code @param {string} message */
export function conflict(code, message) {
  return new Ended({ tag: "conflict", val: { code, message } });
}

/**
 * Runs a job, for the entry that the build writes. What the hub refused ends the run as the hub said it; anything else that
 * is thrown is a mistake of the plugin.
 * @param {(job: Job) => unknown} run
 * @param {import("fashionos:plugin/guest@{{contract}}").Job} job
 */
export function answer(run, job) {
  try {
    return JSON.stringify(run({ ...job, payload: JSON.parse(job.payload) }) ?? null);
  } catch (error) {
    if (error instanceof Ended) throw error.failure;
    const refused = payloadOf(error);
    if (refused?.tag !== undefined) throw refused;
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
    host.log("error", `${message}\n${stack}`);
    throw permanent("plugin_error", "the plugin made a mistake; its log says where").failure;
  }
}

/** What a call of the hub answered instead of a result. @param {any} error @returns {any} */
function payloadOf(error) {
  return error?.payload;
}

/** A line for the administrators of the organization. @param {string} message @param {"debug" | "info" | "warn" | "error"} level */
export function log(message, level = "info") {
  host.log(level, message);
}

/** Milliseconds since 1970 when the run began; it stands still. */
export function now() {
  return Number(host.nowMs());
}

/** A setting of the installation. @param {string} key @returns {any} */
export function setting(key) {
  const text = host.setting(key);
  return text === undefined ? undefined : JSON.parse(text);
}

/** The connection for which this run is. */
export function connection() {
  const connected = host.connection();
  if (connected === undefined) throw permanent("connection_missing", "this job needs a connected account");
  return connected;
}

/** Of the run, so that a recorded run can be repeated. @param {number} count */
export function random(count) {
  return host.random(count);
}

/**
 * Shows how far the run is; ends it when somebody cancelled the job.
 * @param {number} done
 * @param {number | undefined} total
 * @param {string} note
 */
export function progress(done, total, note) {
  if (!host.progress(BigInt(done), total === undefined ? undefined : BigInt(total), note)) {
    throw new Ended({ tag: "cancelled" });
  }
}

/** The small store of the connection; what is written becomes true when the run ends well. */
export const kv = {
  get: store.get,
  put: store.put,
  delete: store.delete,
  keys: store.keys,
  /** @param {string} key */
  getText(key) {
    const bytes = store.get(key);
    return bytes === undefined ? undefined : utf8.read.decode(bytes);
  },
  /** @param {string} key @param {string} text */
  putText(key, text) {
    store.put(key, utf8.write.encode(text));
  },
};

/** Rows of the organization, as far as the granted scopes reach. */
export const rows = {
  /** As `/rest/v1` is asked: `products?select=id,sku&sku=eq.A-1`. @param {string} query @returns {any[]} */
  select: (query) => JSON.parse(records.select(query)),
  /** @param {string} table @param {string[]} onConflict @param {object[]} rows */
  upsert(table, onConflict, rows) {
    if (rows.length > 0) records.upsert(table, onConflict, JSON.stringify(rows));
  },
  /** @param {string} table @param {string} filter `id=eq.7` @param {object} values */
  update: (table, filter, values) => records.update(table, filter, JSON.stringify(values)),
  /** @param {string} table @param {string} filter `id=eq.7` */
  delete: (table, filter) => records.delete(table, filter),
};

/** Queues a job of the same connection for when this run has ended well. The same key twice is one job. @param {string} name @param {object} payload @param {string} key @param {number} afterMs */
export function enqueue(name, payload, key, afterMs = 0) {
  queue.enqueue({ name, payload: JSON.stringify(payload), key, afterMs: BigInt(afterMs) });
}

/**
 * @typedef {object} Options At most one of the bodies, one of the credentials and one of the effects. Without an effect the
 *   request changes nothing.
 * @property {Record<string, string>} [headers]
 * @property {unknown} [json] a body
 * @property {Record<string, string>} [form] a body
 * @property {import("fashionos:plugin/http@{{contract}}").Body} [body] a body in the words of the contract: files, multipart
 * @property {string} [bearer] the credential of that name, as `Authorization: Bearer`
 * @property {string} [inHeader] ... in the header that the manifest names for it
 * @property {string} [inQuery] ... in the query parameter that the manifest names for it
 * @property {string} [basic] ... as the password of the account
 * @property {string} [signedForm] ... as the secret of a form's signature
 * @property {string} [idempotent] the key of an effect of which the vendor makes one of many
 * @property {string} [once] the key of an effect that must happen once
 * @property {string} [onceChecked] the same, after a look that did not find it
 * @property {number} [cost] of the vendor's limit, in the units of the manifest
 */

/**
 * Sends a request to a host of the manifest.
 * @param {string} method
 * @param {string} url
 * @param {Options} options
 */
export function request(method, url, options = {}) {
  /** @type {[string, string][]} */
  const headers = Object.entries(options.headers ?? {});
  /** @type {import("fashionos:plugin/http@{{contract}}").Body} */
  let body = options.body ?? { tag: "none" };
  const text = options.json !== undefined ? JSON.stringify(options.json) : options.form && encoded(options.form);
  if (text !== undefined) {
    headers.push(["content-type", options.json !== undefined ? "application/json" : "application/x-www-form-urlencoded"]);
    body = { tag: "content", val: { tag: "bytes", val: utf8.write.encode(text) } };
  }
  const authorization = tagged(options, { bearer: "bearer", inHeader: "header", inQuery: "query", basic: "basic", signedForm: "signed-form" }) ?? { tag: "none" };
  const effect = tagged(options, { idempotent: "idempotent", once: "once", onceChecked: "once-checked" }) ?? { tag: "read" };
  try {
    const { status, headers: answered, body: bytes } = send({ method, url, headers, body, authorization, effect, cost: options.cost ?? 1 });
    return new Answer(status, answered, bytes);
  } catch (error) {
    throw unanswered(payloadOf(error)) ?? error;
  }
}

/** @param {any} options @param {Record<string, string>} names @returns {any} */
function tagged(options, names) {
  const name = Object.keys(names).find((name) => options[name] !== undefined);
  return name && { tag: names[name], val: options[name] };
}

/** @param {Record<string, string>} fields */
function encoded(fields) {
  const pairs = Object.entries(fields).map((pair) => pair.map(encodeURIComponent).join("="));
  return pairs.join("&");
}

/** @param {import("fashionos:plugin/http@{{contract}}").HttpError | undefined} error */
function unanswered(error) {
  switch (error?.tag) {
    case "denied":
    case "too-large":
      return permanent(error.val.code, error.val.message);
    case "unreachable":
      return later(UNREACHABLE_MS, error.val.code, error.val.message);
    case "unsettled":
      return permanent("unsettled", "whether an earlier attempt was done is not known");
    case "throttled":
      return later(Number(error.val), "throttled", "the limit that the manifest declares is used up");
    default:
      return undefined;
  }
}

/** What a vendor answered. */
export class Answer {
  /** @param {number} status @param {[string, string][]} headers @param {Uint8Array} body */
  constructor(status, headers, body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The first header of that name, whatever its case. @param {string} name */
  header(name) {
    return this.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  }

  text() {
    return utf8.read.decode(this.body);
  }

  /** The body as JSON, whatever the status. @returns {any} */
  json() {
    try {
      return JSON.parse(this.text());
    } catch {
      throw later(BUSY_MS, "answer_malformed", `the vendor's answer of ${this.status} is no JSON`);
    }
  }

  /** The body as JSON when the status is 2xx; ends the run by what the status means otherwise. @returns {any} */
  ok() {
    if (this.status >= 200 && this.status < 300) return this.json();
    throw this.failure("vendor", "the vendor refused");
  }

  /** What a status other than 2xx means, by HTTP alone. @param {string} code @param {string} message */
  failure(code, message) {
    const words = `${message} (status ${this.status})`;
    if (this.status === 401) return unauthorized(code, words);
    if (this.status === 409 || this.status === 412) return conflict(code, words);
    const busy = [408, 423, 425, 429].includes(this.status) || this.status >= 500;
    if (!busy) return permanent(code, words);
    const seconds = Number.parseFloat(this.header("retry-after") ?? "");
    return later(seconds >= 0 ? seconds * 1000 : BUSY_MS, code, words);
  }
}
