import type { LinkStatus, RoomStatus } from "./contract.js";
import type { Cursor } from "./generated/frames.js";

/** How many frames are remembered. */
const REMEMBERED = 200;

/** A frame that was sent or received, without what it said. */
export interface FrameNote {
  /** On the scale of `serverNow()`, epoch ms. */
  readonly at: number;
  readonly way: "in" | "out";
  readonly type: string;
  /** Size on the wire, bytes. */
  readonly bytes: number;
  readonly topic?: string;
  readonly seq?: number;
  readonly commandId?: string;
  readonly code?: string;
}

/** What `hub.inspect()` shows: enough to explain a fault, nothing that a guest would mind. */
export interface Inspection {
  readonly url: string;
  readonly status: LinkStatus;
  readonly sessionId: string | null;
  /** Difference of the hub's clock and this device's, ms. */
  readonly clockOffset: number;
  readonly rooms: readonly { topic: string; status: RoomStatus; cursor: Cursor | null; rows: number }[];
  readonly pending: number;
  readonly failed: number;
  /** The last 200, oldest first. */
  readonly frames: readonly FrameNote[];
}

/** Remembers the last frames. Takes only the fields that may be shown, by name: never tokens, rows or states. */
export class FrameLog {
  readonly #notes: FrameNote[] = [];
  #next = 0;

  /** Notes a frame of either direction. */
  add(way: "in" | "out", frame: object, bytes: number, at: number): void {
    const { type, topic, seq, command_id, code, cursor } = frame as Record<string, unknown>;
    const position = seq ?? (cursor as Cursor | undefined)?.seq;
    this.#notes[this.#next] = {
      at,
      way,
      type: String(type),
      bytes,
      ...(typeof topic === "string" && { topic }),
      ...(typeof position === "number" && { seq: position }),
      ...(typeof command_id === "string" && { commandId: command_id }),
      ...(typeof code === "string" && { code }),
    };
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Oldest first. */
  notes(): FrameNote[] {
    return [...this.#notes.slice(this.#next), ...this.#notes.slice(0, this.#next)];
  }
}
