// The contract as JavaScript sees it; what each call means is said in wit/plugin.wit. A call whose answer is a `result` returns what
// went well, and throws an error with the other half as `payload`.

declare module "fashionos:plugin/failures@{{contract}}" {
  export interface Fault {
    code: string;
    message: string;
  }
  export type Failure =
    | { tag: "retry-after"; val: { afterMs: bigint; fault: Fault } }
    | { tag: "unauthorized"; val: Fault }
    | { tag: "permanent"; val: Fault }
    | { tag: "conflict"; val: Fault }
    | { tag: "cancelled" };
}

declare module "fashionos:plugin/host@{{contract}}" {
  export interface Connected {
    id: string;
    account: string;
    marketplace?: string;
  }
  export function log(level: "debug" | "info" | "warn" | "error", message: string): void;
  export function nowMs(): bigint;
  export function setting(key: string): string | undefined;
  export function account(): string;
  export function connection(): Connected | undefined;
  export function random(count: number): Uint8Array;
  export function progress(done: bigint, total: bigint | undefined, note: string): boolean;
}

declare module "fashionos:plugin/http@{{contract}}" {
  import type { Fault } from "fashionos:plugin/failures@{{contract}}";

  export type Authorization =
    | { tag: "none" }
    | { tag: "bearer" | "header" | "query" | "basic" | "signed-form"; val: string };
  export type Effect = { tag: "read" } | { tag: "idempotent" | "once" | "once-checked"; val: string };
  export type Content =
    | { tag: "bytes"; val: Uint8Array }
    | { tag: "file"; val: { file: string; offset: bigint; length: bigint } };
  export interface Part {
    name: string;
    filename?: string;
    contentType?: string;
    content: Content;
  }
  export type Body = { tag: "none" } | { tag: "content"; val: Content } | { tag: "multipart"; val: Part[] };
  export interface Request {
    method: string;
    url: string;
    headers: [string, string][];
    body: Body;
    authorization: Authorization;
    effect: Effect;
    cost: number;
  }
  export interface Response {
    status: number;
    headers: [string, string][];
    body: Uint8Array;
  }
  export type HttpError =
    | { tag: "denied" | "unreachable" | "too-large"; val: Fault }
    | { tag: "unsettled" }
    | { tag: "throttled"; val: bigint };
  export function send(request: Request): Response;
  export function notDone(key: string): void;
}

declare module "fashionos:plugin/kv@{{contract}}" {
  export function get(key: string): Uint8Array | undefined;
  export function put(key: string, value: Uint8Array): void;
  function remove(key: string): void;
  export { remove as delete };
  export function keys(prefix: string, after: string | undefined, limit: number): string[];
}

declare module "fashionos:plugin/records@{{contract}}" {
  export function select(query: string): string;
  export function upsert(table: string, onConflict: string[], rows: string): void;
  export function update(table: string, query: string, values: string): void;
  function remove(table: string, query: string): void;
  export { remove as delete };
}

declare module "fashionos:plugin/files@{{contract}}" {
  export interface File {
    name: string;
    contentType: string;
    bytes: bigint;
    sha256: Uint8Array;
    width?: number;
    height?: number;
  }
  export function stat(file: string): File;
  export function read(file: string, offset: bigint, length: number): Uint8Array;
  export function publicUrl(file: string, seconds: number): string;
}

declare module "fashionos:plugin/queue@{{contract}}" {
  export function enqueue(job: { name: string; payload: string; key: string; afterMs: bigint }): void;
}

declare module "fashionos:plugin/guest@{{contract}}" {
  export interface Job {
    name: string;
    payload: string;
    body: Uint8Array;
    key: string;
    attempt: number;
  }
}

// Of the engine, beside the language itself.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  decode(bytes: Uint8Array): string;
}
