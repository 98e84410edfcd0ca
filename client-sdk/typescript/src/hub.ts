import { HubApi } from "./api.js";
import { HubClock } from "./clock.js";
import { Commands } from "./commands.js";
import type { Hub, HubEvents, HubOptions, RoomTarget } from "./contract.js";
import { Emitter } from "./emitter.js";
import { HubError } from "./errors.js";
import type { Principal, ServerFrame, Topic } from "./generated/frames.js";
import { HttpClient } from "./http.js";
import { FrameLog } from "./inspect.js";
import { Link } from "./link.js";
import { memoryStore } from "./outbox.js";
import { Queries } from "./queries.js";
import { type RoomContext, TopicRoom } from "./room.js";
import { Value } from "./signal.js";

/** Connects to a hub, at once and for as long as it takes. Close it when it is no longer needed. */
export function createHub(options: HubOptions): Hub {
  const clock = new HubClock();
  const log = new FrameLog();
  const emitter = new Emitter<HubEvents>();
  const principal = new Value<Principal | null>(null);
  const rooms = new Map<Topic, TopicRoom>();
  const http = new HttpClient(options);

  const link = new Link(options, clock, log, {
    up(welcome) {
      setPrincipal(welcome.principal);
      for (const room of rooms.values()) room.up();
      commands.resend();
    },
    renewed(welcome) {
      setPrincipal(welcome.principal);
      // What the hub would not judge under the old token.
      for (const room of rooms.values()) room.resync();
      commands.flush();
    },
    frame: receive,
    down(error) {
      for (const room of rooms.values()) room.down();
      commands.down();
      queries.down(new HubError("connection_lost", error.message, true));
    },
  });
  const queries = new Queries((frame) => link.send(frame));
  const commands = new Commands(
    options.store ?? memoryStore(),
    {
      send: (frame) => link.send(frame),
      live: () => link.status.get().state === "live",
      inFlight: () => link.limits?.commands_in_flight,
      now: () => clock.now(),
    },
    emitter,
  );
  const context: RoomContext = {
    transmit: (frame) => void link.send(frame),
    linkState: () => link.status.get().state,
    sessionId: () => link.sessionId,
    send: (topic, command, sendOptions) => commands.send(topic, command, sendOptions),
    async query(topic, query, timeoutMs) {
      if (link.limits === null) throw new HubError("offline", "there is no live link to the hub", true);
      return queries.ask(topic, query, timeoutMs);
    },
    left: (room) => void rooms.delete(room.topic),
  };

  function setPrincipal(next: Principal): void {
    if (JSON.stringify(next) !== JSON.stringify(principal.get())) principal.set(next);
  }

  function receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "snapshot":
        return rooms.get(frame.topic)?.snapshot(frame);
      case "resumed":
        return rooms.get(frame.topic)?.resumed();
      case "delta":
        return rooms.get(frame.topic)?.delta(frame);
      case "presence":
        return rooms.get(frame.topic)?.presenceChanged(frame);
      case "outcome":
        return commands.outcome(frame);
      case "answer":
        return queries.answered(frame.query_id, frame.answer);
      case "resync":
        for (const room of rooms.values()) room.resync();
        queries.resync();
        return commands.resend();
      case "error":
        return refused(new HubError(frame.code, frame.message, frame.retryable), frame.about ?? null);
      case "welcome":
      case "pong":
        // The link keeps these for itself.
        return;
    }
  }

  function refused(error: HubError, about: Extract<ServerFrame, { type: "error" }>["about"] | null): void {
    if (!about) return;
    // A subscription is as good as before; it is asked for again under the fresher token.
    if ("topic" in about && error.code === "token_expired") return;
    if ("command" in about) commands.error(about.command, error);
    else if ("query" in about) queries.fail(about.query, error);
    else rooms.get(about.topic)?.refused(error);
  }

  function room({ kind, id }: RoomTarget): TopicRoom {
    const topic: Topic = `${kind}:${id}`;
    const known = rooms.get(topic);
    if (known) return known;
    const made = new TopicRoom(topic, context);
    rooms.set(topic, made);
    return made;
  }

  link.status.subscribe(() => {
    for (const each of rooms.values()) each.linkChanged();
  });
  const unwatch = watchPlatform(() => link.wake());
  link.redial();

  return {
    status: link.status,
    principal,
    serverNow: () => clock.now(),
    pending: commands.pending,
    failed: commands.failed,
    retryFailed: (commandId) => commands.retryFailed(commandId),
    dismissFailed: (commandId) => commands.dismissFailed(commandId),
    http,
    api: new HubApi(http),
    room,
    join(target, joinOptions = {}) {
      const joined = room(target);
      joined.join(joinOptions);
      return joined;
    },
    on: (event, listener) => emitter.on(event, listener),
    redial: () => link.redial(),
    inspect: () => ({
      url: options.url,
      status: link.status.get(),
      sessionId: link.sessionId,
      clockOffset: clock.now() - Date.now(),
      rooms: [...rooms.values()].map((each) => ({
        topic: each.topic,
        status: each.status.get(),
        cursor: each.cursor,
        rows: [...each.tables.get().values()].reduce((sum, table) => sum + table.size, 0),
      })),
      pending: commands.pending.get().length,
      failed: commands.failed.get().length,
      frames: log.notes(),
    }),
    close() {
      unwatch();
      link.close();
      commands.close();
    },
  };
}

/** Calls `wake` when the network is back or the page is looked at again. Nothing where there is no page. */
function watchPlatform(wake: () => void): () => void {
  const { document, window } = globalThis as { document?: Document; window?: Window };
  if (!window?.addEventListener || !document) return () => undefined;
  const seen = () => document.visibilityState === "visible" && wake();
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", seen);
  return () => {
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", seen);
  };
}
