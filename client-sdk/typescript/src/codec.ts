import { decode, encode } from "@msgpack/msgpack";
import type { ClientFrame, ServerFrame } from "./generated/frames.js";

/** How frames are written. */
export type Codec = "json" | "msgpack";

/** The name in `Sec-WebSocket-Protocol`. */
export function subprotocol(codec: Codec): string {
  return codec === "json" ? "hub.v1.json" : "hub.v1.msgpack";
}

/** Writes a frame: a text for `json`, bytes for `msgpack`. Fields that are undefined are left out. */
export function encodeFrame(codec: Codec, frame: ClientFrame): string | Uint8Array<ArrayBuffer> {
  return codec === "json" ? JSON.stringify(frame) : encode(frame, { ignoreUndefined: true });
}

/**
 * Reads a frame. Only its outline is checked: the hub is trusted, and a frame of a newer hub may hold more.
 * @throws Error when the bytes are not a frame
 */
export function decodeFrame(codec: Codec, data: string | ArrayBuffer | Uint8Array): ServerFrame {
  const frame: unknown = codec === "json" ? JSON.parse(asText(data)) : decode(asBytes(data));
  if (typeof frame !== "object" || frame === null || typeof (frame as { type?: unknown }).type !== "string") {
    throw new Error("not a frame");
  }
  return frame as ServerFrame;
}

/** Bytes of an encoded frame. */
export function byteLength(data: string | ArrayBuffer | Uint8Array): number {
  return typeof data === "string" ? new TextEncoder().encode(data).byteLength : data.byteLength;
}

function asText(data: string | ArrayBuffer | Uint8Array): string {
  return typeof data === "string" ? data : new TextDecoder().decode(data);
}

function asBytes(data: string | ArrayBuffer | Uint8Array): Uint8Array {
  if (typeof data === "string") throw new Error("a text frame on a binary connection");
  return data instanceof Uint8Array ? data : new Uint8Array(data);
}
