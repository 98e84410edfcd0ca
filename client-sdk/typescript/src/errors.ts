import type { ErrorCode } from "./generated/frames.js";

/** Codes that are made on this side of the wire. */
export type LocalErrorCode =
  /** There is no live link and the call may not wait for one. */
  | "offline"
  /** No answer in time. A command may have been applied all the same. */
  | "timeout"
  /** The link was cut before the answer came. */
  | "connection_lost"
  /** The command could not be written to this device's store, so it was not sent. */
  | "store_failed"
  /** The hub object was closed, or the room was left. */
  | "closed"
  /** An HTTP answer that is not the hub's (a proxy's page, a cut body). */
  | "http_error"
  /** Nobody is signed in. */
  | "signed_out"
  /** A row without a known key column; it was left out. */
  | "unkeyed_row";

/** Something could not be done. Compare with a refusal, which is an outcome and not an error. */
export class HubError extends Error {
  override readonly name = "HubError";

  constructor(
    /** Stable; the codes of the contract, of the HTTP API, or a {@link LocalErrorCode}. */
    readonly code: ErrorCode | LocalErrorCode | (string & {}),
    /** For people. */
    message: string,
    /** The same request may succeed later. */
    readonly retryable: boolean,
    /** HTTP status, for errors of HTTP calls. */
    readonly status?: number,
  ) {
    super(message);
  }
}
