import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { decode, encode } from "@msgpack/msgpack";
import { type WebSocket, WebSocketServer } from "ws";
import type { Change, ClientFrame, Commit, Outcome, Principal, ServerFrame, Topic } from "../../src/generated/frames.js";

/** Ids that are easy to read in a failure. */
export const id = (n: number) => `0197b5a0-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

const EPOCH = id(2);

type CommandFrame = Extract<ClientFrame, { type: "command" }>;

/** One socket, as the hub sees it. */
export class Session {
  /** Everything received, in order. */
  readonly frames: ClientFrame[] = [];
  readonly joined = new Map<Topic, number>();
  /** A link that is dead without being closed: nothing gets through either way. */
  muted = false;

  constructor(
    readonly hub: FakeHub,
    readonly socket: WebSocket,
    readonly id: string,
  ) {
    socket.on("message", (data: Buffer, binary) => {
      if (this.muted) return;
      const frame = (binary ? decode(data) : JSON.parse(data.toString())) as ClientFrame;
      this.frames.push(frame);
      void this.hub.receive(this, frame);
    });
  }

  send(frame: ServerFrame): void {
    if (this.muted) return;
    this.socket.send(this.socket.protocol === "hub.v1.msgpack" ? encode(frame) : JSON.stringify(frame));
  }

  /** Ends the connection without a word. */
  cut(): void {
    this.socket.terminate();
  }

  of<T extends ClientFrame["type"]>(type: T): Extract<ClientFrame, { type: T }>[] {
    return this.frames.filter((frame) => frame.type === type) as Extract<ClientFrame, { type: T }>[];
  }
}

/** A hub on a real socket that a test scripts: one journal a topic, outcomes by command id, faults on demand. */
export class FakeHub {
  readonly sessions: Session[] = [];
  heartbeatMs = 1000;
  /** The hub's clock minus this machine's, ms. */
  clockSkew = 0;
  /** When tokens end, epoch ms of the hub's clock. */
  expiresAt: number | undefined;
  frameBytes = 65_536;
  inFlight = 64;
  /** Null welcomes; an error refuses. */
  authorize: (token: string) => Extract<ServerFrame, { type: "error" }> | null = () => null;
  /** What to do with a command. Null: nothing is answered. */
  judge: (frame: CommandFrame, session: Session) => Outcome | ServerFrame | null = (frame) => ({
    status: "done",
    done: { kind: "row", table: "screen_messages", id: frame.command_id },
  });
  /** What to answer a join with instead of the journal's answer. */
  onJoin: ((session: Session, frame: Extract<ClientFrame, { type: "join" }>) => boolean) | null = null;
  /** Holds back the answers to pings, ms. */
  pongDelay: () => number = () => 0;
  /** Commands that changed something, once each, in order. */
  readonly applied: string[] = [];
  readonly #outcomes = new Map<string, Outcome>();
  readonly #journal = new Map<Topic, Commit[]>();
  readonly #rows = new Map<Topic, Map<string, Map<string, Record<string, unknown>>>>();
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  /** HTTP requests for everything but the socket. */
  onRequest: (method: string, path: string, body: string) => { status: number; body: unknown } = () => ({
    status: 404,
    body: { code: "not_found", message: "no such path", retryable: false },
  });

  private constructor() {
    this.#http = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const answer = this.onRequest(request.method ?? "", request.url ?? "", body);
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(answer.status === 204 ? undefined : JSON.stringify(answer.body));
      });
    });
    this.#sockets = new WebSocketServer({ noServer: true });
    this.#http.on("upgrade", (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        this.sessions.push(new Session(this, ws, id(1000 + this.sessions.length)));
      });
    });
  }

  static async start(setUp: (hub: FakeHub) => void = () => undefined): Promise<FakeHub> {
    const hub = new FakeHub();
    setUp(hub);
    await new Promise<void>((resolve) => hub.#http.listen(0, "127.0.0.1", resolve));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** The newest socket. */
  get session(): Session {
    return this.sessions.at(-1)!;
  }

  now(): number {
    return Date.now() + this.clockSkew;
  }

  async stop(): Promise<void> {
    for (const session of this.sessions) session.cut();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  principal(): Principal {
    return { kind: "person", id: id(21), organization_id: id(22), name: "Ada", role: "producer", supervisor: false };
  }

  async receive(session: Session, frame: ClientFrame): Promise<void> {
    switch (frame.type) {
      case "hello": {
        const refused = this.authorize(frame.token);
        if (refused) {
          session.send(refused);
          return refused.fatal ? session.socket.close() : undefined;
        }
        return session.send({
          type: "welcome",
          session_id: session.id,
          epoch: EPOCH,
          server_time: this.now(),
          heartbeat_ms: this.heartbeatMs,
          principal: this.principal(),
          limits: { frame_bytes: this.frameBytes, commands_in_flight: this.inFlight, topics: 8 },
          expires_at: this.expiresAt,
        });
      }
      case "ping": {
        const wait = this.pongDelay();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        return session.send({ type: "pong", sent: frame.sent, server_time: this.now() });
      }
      case "join":
        if (this.onJoin?.(session, frame)) return;
        return this.answerJoin(session, frame);
      case "leave":
        session.joined.delete(frame.topic);
        return;
      case "command":
        return this.#command(session, frame);
      default:
        return;
    }
  }

  /** Snapshot, or `resumed` and what was missed. */
  answerJoin(session: Session, { topic, since }: Extract<ClientFrame, { type: "join" }>): void {
    const journal = this.#journal.get(topic) ?? [];
    session.joined.set(topic, journal.length);
    if (since && since.epoch === EPOCH && since.seq <= journal.length) {
      session.send({ type: "resumed", topic, cursor: since });
      const missed = journal.slice(since.seq);
      if (missed.length > 0) {
        session.send({ type: "delta", topic, after: since.seq, seq: journal.length, commits: missed });
      }
      return;
    }
    session.send({
      type: "snapshot",
      topic,
      cursor: { epoch: EPOCH, seq: journal.length },
      reason: since ? "other_epoch" : "joined",
      tables: this.tables(topic),
    });
  }

  /** The truth, to compare with. */
  tables(topic: Topic): Record<string, Record<string, unknown>[]> {
    const tables = this.#rows.get(topic) ?? new Map<string, Map<string, Record<string, unknown>>>();
    return Object.fromEntries([...tables].map(([name, rows]) => [name, [...rows.values()]]));
  }

  /** Writes a commit and tells the sockets that have joined; `tell: false` loses the delta on the way. */
  commit(topic: Topic, changes: Change[], { tell = true } = {}): Commit {
    const journal = this.#journal.get(topic) ?? [];
    this.#journal.set(topic, journal);
    const tables = this.#rows.get(topic) ?? new Map<string, Map<string, Record<string, unknown>>>();
    this.#rows.set(topic, tables);
    for (const { table, key, op, row = {} } of changes) {
      const rows = tables.get(table) ?? new Map<string, Record<string, unknown>>();
      tables.set(table, rows);
      if (op === "delete") rows.delete(key);
      else rows.set(key, op === "insert" ? row : { ...rows.get(key), ...row });
    }
    const commit: Commit = { seq: journal.length + 1, at: this.now(), by: "database", changes };
    journal.push(commit);
    if (tell) for (const session of this.sessions) this.tell(session, topic, commit);
    return commit;
  }

  tell(session: Session, topic: Topic, commit: Commit): void {
    if (!session.joined.has(topic) || session.socket.readyState !== 1) return;
    session.send({ type: "delta", topic, after: commit.seq - 1, seq: commit.seq, commits: [commit] });
  }

  #command(session: Session, frame: CommandFrame): void {
    const stored = this.#outcomes.get(frame.command_id);
    if (stored) {
      return session.send({ type: "outcome", command_id: frame.command_id, outcome: stored, duplicate: true });
    }
    const answer = this.judge(frame, session);
    if (answer === null) return;
    if (!("status" in answer)) return session.send(answer);
    this.decide(frame, answer);
    session.send({ type: "outcome", command_id: frame.command_id, seq: 1, outcome: answer, duplicate: false });
  }

  /** Commits a command without answering. */
  decide(frame: CommandFrame, outcome: Outcome): void {
    this.#outcomes.set(frame.command_id, outcome);
    this.applied.push(frame.command_id);
  }
}

/** Resolves when `condition` holds; the time limit only ends a test that has failed. */
export async function until(condition: () => unknown, what = condition.toString()): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A change of one row of the table `events`. */
export function change(op: Change["op"], n: number, row?: Record<string, unknown>): Change {
  return { table: "events", key: id(n), op, ...(op !== "delete" && { row: { ...(op === "insert" && { id: id(n) }), ...row } }) };
}

/** What a room holds, in the form of {@link FakeHub.tables}, in no order. */
export function rowsOf(tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Record<string, unknown[]> {
  return Object.fromEntries([...tables].map(([name, rows]) => [name, [...rows.values()]]));
}
