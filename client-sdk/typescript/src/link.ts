import { Backoff } from "./backoff.js";
import type { HubClock } from "./clock.js";
import { byteLength, type Codec, decodeFrame, encodeFrame, subprotocol } from "./codec.js";
import type { HubOptions, LinkState, LinkStatus } from "./contract.js";
import { HubError } from "./errors.js";
import type { ClientFrame, Limits, ServerFrame } from "./generated/frames.js";
import type { FrameLog } from "./inspect.js";
import { Value } from "./signal.js";

/** From dialling to the welcome, ms; after that the attempt has failed. */
const DIAL_MS = 8000;
/** Two attempts are at least this far apart, whoever asks for them, ms. */
const SPACING_MS = 250;
/** Silence after which the screen says so, in heartbeats. */
const STALE_BEATS = 2.5;
/** Silence after which the socket is given up, in heartbeats. */
const DEAD_BEATS = 5;
/** Heartbeats sent close together after a welcome, so that the clock is good from the start. */
const FIRST_PINGS = 4;
/** A fresher token is shown this long before the old one ends, ms. */
const RENEW_MS = 60_000;
/** The longest delay that timers can hold, ms. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

type Welcome = Extract<ServerFrame, { type: "welcome" }>;
type Timer = ReturnType<typeof setTimeout>;

/** What the link tells the hub object. */
export interface LinkEvents {
  /** A new socket was welcomed: join and send again. */
  up(welcome: Welcome): void;
  /** A fresher token was taken on the same socket. */
  renewed(welcome: Welcome): void;
  /** Anything but welcomes, pongs and errors about nothing in particular. */
  frame(frame: ServerFrame): void;
  /** The socket is gone; nothing that was sent on it may be counted on. */
  down(error: HubError): void;
}

/**
 * One live connection, made again whenever it is lost: dialling, hello, heartbeats, silence, tokens.
 * It knows nothing of rooms and commands.
 */
export class Link {
  readonly status = new Value<LinkStatus>({
    state: "offline",
    lastRxAt: null,
    rtt: null,
    attempt: 0,
    nextRetryAt: null,
  });
  readonly #options: HubOptions;
  readonly #codec: Codec;
  readonly #clock: HubClock;
  readonly #log: FrameLog;
  readonly #events: LinkEvents;
  readonly #backoff = new Backoff();
  readonly #timers = new Set<Timer>();
  readonly #pings = new Map<number, number>();
  /** Counts dials; what belongs to an earlier one is ignored. */
  #dial = 0;
  #socket: WebSocket | null = null;
  #welcome: Welcome | null = null;
  #welcomedAt = 0;
  #helloAt = 0;
  #lastRx: number | null = null;
  #lastDial = -Infinity;
  /** The last token was refused as expired; the next refusal is final. */
  #rejected = false;
  #closed = false;

  constructor(options: HubOptions, clock: HubClock, log: FrameLog, events: LinkEvents) {
    this.#options = options;
    this.#codec = options.codec ?? "json";
    this.#clock = clock;
    this.#log = log;
    this.#events = events;
  }

  /** Bounds on what may be sent; null while there is no welcomed socket. */
  get limits(): Limits | null {
    return this.#welcome?.limits ?? null;
  }

  get sessionId(): string | null {
    return this.#welcome?.session_id ?? null;
  }

  /** Sends a frame on the welcomed socket. `down`: there is none; `too_large`: it would be the end of it. */
  send(frame: ClientFrame): "sent" | "down" | "too_large" {
    if (!this.#socket || !this.#welcome) return "down";
    return this.#write(this.#socket, frame, this.#welcome.limits.frame_bytes) ? "sent" : "too_large";
  }

  /** Dials now, whatever the state, unless the link is well: then it is only probed. */
  redial(): void {
    if (this.#closed) return;
    if (this.status.get().state === "live") this.#ping();
    else this.#dialNow();
  }

  /** The platform believes that the network is back or that somebody looks at the page again. */
  wake(): void {
    if (this.#closed || this.status.get().state === "denied") return;
    const silence = performance.now() - (this.#lastRx ?? 0);
    // A socket that missed a beat may not have lived through what the platform noticed; resuming costs little.
    if (this.#welcome && silence > 1.5 * this.#welcome.heartbeat_ms) this.#dialNow();
    else this.redial();
  }

  /** Ends everything. */
  close(): void {
    this.#closed = true;
    this.#teardown(new HubError("closed", "the hub object was closed", false));
    this.#publish({ state: "offline", nextRetryAt: null });
  }

  #dialNow(): void {
    // An attempt in progress is as good as a new one, until it has hung for a while.
    const sinceDial = performance.now() - this.#lastDial;
    if (this.status.get().state === "connecting" && sinceDial < 2000) return;
    this.#backoff.reset();
    this.#teardown(new HubError("connection_lost", "dialling again", true));
    if (sinceDial >= SPACING_MS) void this.#connect();
    else this.#retryIn(SPACING_MS - sinceDial);
  }

  async #connect(): Promise<void> {
    const dial = ++this.#dial;
    const current = () => dial === this.#dial && !this.#closed;
    const lost = (error: HubError) => current() && this.#lost(error);
    this.#clearTimers();
    this.#lastDial = performance.now();
    this.#publish({ state: "connecting", nextRetryAt: null });
    this.#after(DIAL_MS, () => lost(new HubError("timeout", "the hub did not answer", true)));
    try {
      const token = await this.#options.token({ rejected: this.#rejected });
      if (!current()) return;
      const url = new URL("/v1/live", this.#options.url);
      url.protocol = url.protocol.replace("http", "ws");
      const Impl = this.#options.WebSocketImpl ?? WebSocket;
      const socket = new Impl(url, [subprotocol(this.#codec)]);
      this.#socket = socket;
      socket.binaryType = "arraybuffer";
      socket.onopen = () => current() && this.#hello(socket, token);
      socket.onmessage = (message: MessageEvent) => current() && this.#receive(message.data as string | ArrayBuffer);
      socket.onclose = () => lost(new HubError("connection_lost", "the connection was closed", true));
      socket.onerror = () => lost(new HubError("connection_lost", "the connection failed", true));
    } catch (cause) {
      if (!current()) return;
      if (cause instanceof HubError && !cause.retryable) this.#deny(cause);
      else this.#lost(cause instanceof HubError ? cause : new HubError("connection_lost", String(cause), true));
    }
  }

  #hello(socket: WebSocket, token: string): void {
    this.#helloAt = performance.now();
    this.#write(socket, { type: "hello", token, client: this.#options.clientInfo });
  }

  #receive(data: string | ArrayBuffer): void {
    const now = performance.now();
    let frame: ServerFrame;
    try {
      frame = decodeFrame(this.#codec, data);
    } catch {
      return this.#lost(new HubError("malformed_frame", "the hub sent something that is not a frame", true));
    }
    this.#lastRx = now;
    this.#log.add("in", frame, byteLength(data), this.#clock.at(now));
    if (this.status.get().state === "stale") this.#publish({ state: "live" });
    switch (frame.type) {
      case "welcome":
        return this.#welcomed(frame, now);
      case "pong": {
        const sentAt = this.#pings.get(frame.sent);
        if (sentAt === undefined) return;
        this.#pings.delete(frame.sent);
        this.#clock.sample(sentAt, now, frame.server_time);
        return this.#publish({ rtt: now - sentAt });
      }
      case "error":
        if (frame.about) this.#events.frame(frame);
        if (frame.code === "token_expired") return this.#tokenExpired(frame);
        if (frame.fatal) return this.#fatal(new HubError(frame.code, frame.message, frame.retryable));
        return;
      default:
        return this.#events.frame(frame);
    }
  }

  #welcomed(welcome: Welcome, now: number): void {
    const first = this.#welcome === null;
    this.#welcome = welcome;
    this.#rejected = false;
    if (!first) {
      this.#renewLater(welcome);
      return this.#events.renewed(welcome);
    }
    this.#clearTimers();
    this.#renewLater(welcome);
    this.#welcomedAt = now;
    this.#clock.forget();
    this.#clock.sample(this.#helloAt, now, welcome.server_time);
    this.#beat(welcome.heartbeat_ms);
    this.#publish({ state: "live", attempt: 0, error: undefined });
    this.#events.up(welcome);
  }

  /** Heartbeats, and the watch for silence, until the socket is torn down. */
  #beat(period: number): void {
    for (let i = 0; i < FIRST_PINGS; i++) this.#after((i * period) / 10, () => this.#ping());
    const ping = () => {
      this.#ping();
      this.#after(period, ping);
    };
    this.#after(period, ping);
    const step = period / 4;
    let due = performance.now() + step;
    const watch = () => {
      const now = performance.now();
      // A late timer means that this page was busy or asleep; what was received meanwhile is handled first.
      const late = now - due > period;
      due = now + step;
      this.#after(step, watch);
      if (late) return this.#ping();
      const silence = now - (this.#lastRx ?? now);
      if (silence > DEAD_BEATS * period) this.#lost(new HubError("connection_lost", "nothing was heard", true));
      else if (silence > STALE_BEATS * period && this.status.get().state === "live") this.#publish({ state: "stale" });
    };
    this.#after(step, watch);
  }

  #ping(): void {
    if (!this.#socket || !this.#welcome) return;
    let sent = Math.round(this.#clock.now());
    while (this.#pings.has(sent)) sent += 1;
    if (this.#pings.size > 60) this.#pings.delete(this.#pings.keys().next().value!);
    this.#pings.set(sent, performance.now());
    this.#write(this.#socket, { type: "ping", sent });
  }

  #renewLater({ expires_at }: Welcome): void {
    if (expires_at == null) return;
    const left = expires_at - this.#clock.now();
    // A token that is too short for this is renewed half way; never more than once a second.
    const wait = Math.max(1000, left > 2 * RENEW_MS ? left - RENEW_MS : left / 2);
    const dial = this.#dial;
    this.#after(Math.min(wait, LONGEST_TIMER_MS), () => {
      if (wait > LONGEST_TIMER_MS && this.#welcome) this.#renewLater(this.#welcome);
      else void this.#renew(dial, false);
    });
  }

  async #renew(dial: number, rejected: boolean): Promise<void> {
    try {
      const token = await this.#options.token({ rejected });
      if (dial === this.#dial && this.#socket) this.#hello(this.#socket, token);
    } catch (cause) {
      if (dial !== this.#dial) return;
      if (cause instanceof HubError && !cause.retryable) this.#deny(cause);
      // Otherwise the old token serves until it ends; the hub says when.
      else this.#after(5000, () => void this.#renew(dial, rejected));
    }
  }

  #tokenExpired({ message, fatal, about }: Extract<ServerFrame, { type: "error" }>): void {
    const error = new HubError("token_expired", message, false);
    if (this.#rejected) {
      // Said of each command that was on its way; a fresher token is on its way too.
      if (about && !fatal) return;
      // A new socket tells whether it is really the fresher token that the hub does not take.
      return this.#welcome === null ? this.#deny(error) : this.#lost(error);
    }
    this.#rejected = true;
    if (fatal) this.#lost(error);
    else void this.#renew(this.#dial, true);
  }

  #fatal(error: HubError): void {
    if (error.code === "invalid_token" || error.code === "revoked" || error.code === "forbidden") this.#deny(error);
    else this.#lost(error);
  }

  #deny(error: HubError): void {
    this.#teardown(error);
    this.#publish({ state: "denied", nextRetryAt: null, error });
  }

  #lost(error: HubError): void {
    // A hub that welcomes and hangs up is not to be dialled as if it were well.
    const wellFor = this.#welcome ? performance.now() - this.#welcomedAt : 0;
    if (this.#welcome && wellFor > DEAD_BEATS * this.#welcome.heartbeat_ms) this.#backoff.reset();
    this.#teardown(error);
    if (this.#closed) return;
    this.#publish({ attempt: this.status.get().attempt + 1, error });
    this.#retryIn(this.#backoff.next());
  }

  #retryIn(wait: number): void {
    this.#publish({ state: "offline", nextRetryAt: this.#clock.now() + wait });
    this.#after(wait, () => void this.#connect());
  }

  #teardown(error: HubError): void {
    this.#dial += 1;
    this.#clearTimers();
    this.#pings.clear();
    const socket = this.#socket;
    const wasUp = this.#welcome !== null;
    this.#socket = null;
    this.#welcome = null;
    if (socket) {
      // A half-open socket takes minutes to close; nobody waits for it, but a late error must find a listener.
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.onerror = () => undefined;
      socket.close();
    }
    if (wasUp) this.#events.down(error);
  }

  /** False when the frame is larger than `limit` bytes; it was not sent. */
  #write(socket: WebSocket, frame: ClientFrame, limit = Infinity): boolean {
    const data = encodeFrame(this.#codec, frame);
    const bytes = byteLength(data);
    if (bytes > limit) return false;
    this.#log.add("out", frame, bytes, this.#clock.now());
    if (socket.readyState === 1) socket.send(data);
    return true;
  }

  #publish(change: Partial<LinkStatus> & { state?: LinkState }): void {
    const lastRxAt = this.#lastRx === null ? null : this.#clock.at(this.#lastRx);
    this.status.set({ ...this.status.get(), lastRxAt, ...change });
  }

  #after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
