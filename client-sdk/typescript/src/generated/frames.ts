// Written by `npm run generate` from schemas/generated; do not edit.

/** What a topic is about. */
export type TopicKind = "event" | "project" | "organization";

/**
 * What an error is about.
 */
export type About =
  | {
      command: string;
    }
  | {
      query: number;
    }
  | {
      topic: Topic;
    };

/**
 * The answer to a [`Query`].
 */
export type Answer = {
  /**
   * Best first.
   */
  guests: GuestHit[];
  name: "guests";
};

/**
 * Why a guest needs attention.
 */
export interface Attention {
  /**
   * What the producer wrote for the door.
   */
  note?: string | null;
  /**
   * A very important person.
   */
  vip: boolean;
}

/**
 * One change of one row.
 */
export interface Change {
  /**
   * The row's key: its `id`, or for a table without one the column that its key is (`event_id` of `event_counters`).
   */
  key: string;
  /**
   * What happened.
   */
  op: Op;
  /**
   * The columns: all of them on insert, the changed ones on update, none on delete.
   */
  row?: {
    [k: string]: unknown;
  };
  /**
   * The table.
   */
  table: string;
}

/**
 * What a client says.
 */
export type ClientFrame =
  | {
      /**
       * For the list of screens and the log.
       */
      client: ClientInfo;
      /**
       * An access token of a person (`/auth/v1/token`) or the token of a paired device.
       */
      token: string;
      type: "hello";
    }
  | {
      /**
       * At most this many deltas a second (0.1-60): changes of one row are merged, the newest wins, nothing else is lost. A cue and a message to screens do not wait for their turn.
       */
      rate?: number | null;
      /**
       * What the client has seen. The hub sends only what came after, when its journal reaches back that far.
       */
      since?: Cursor | null;
      /**
       * The tables of interest; absent: all that the principal may see.
       */
      tables?: string[] | null;
      /**
       * The topic.
       */
      topic: Topic;
      type: "join";
    }
  | {
      /**
       * The topic.
       */
      topic: Topic;
      type: "leave";
    }
  | {
      /**
       * What.
       */
      command: Command;
      /**
       * Made by the client (UUIDv7); a retry carries the same id and gets the same outcome.
       */
      command_id: string;
      /**
       * Where.
       */
      topic: Topic;
      type: "command";
    }
  | {
      /**
       * What.
       */
      query: Query;
      /**
       * Chosen by the client; returned with the answer.
       */
      query_id: number;
      /**
       * Where.
       */
      topic: Topic;
      type: "query";
    }
  | {
      /**
       * At most 1 KiB as JSON; null takes it back.
       */
      state?: unknown;
      /**
       * Where; it must have been joined.
       */
      topic: Topic;
      type: "presence";
    }
  | {
      /**
       * The client's clock, epoch ms; returned as it is.
       */
      sent: number;
      type: "ping";
    };

/**
 * The program at the other end.
 */
export interface ClientInfo {
  /**
   * For example `console`.
   */
  name: string;
  /**
   * Its version or build.
   */
  version: string;
}

/**
 * Something a client asks the hub to change. A command may be refused; a refusal is an
 * [`Outcome`](crate::Outcome), not an error, and is as idempotent as a success.
 *
 * Commands are sent in [`ClientFrame::Command`](crate::ClientFrame::Command) with an id made by
 * the client (UUIDv7). The hub applies one id at most once and answers every retry with the
 * stored outcome.
 */
export type Command =
  | {
      /**
       * The text of the code, at most 512 bytes. Empty when `registration_id` is given.
       */
      code?: string;
      /**
       * Entry or exit.
       */
      direction?: Direction;
      /**
       * The gate, for a signed-in person. A device has its own gate and may not name another.
       */
      gate_id?: string | null;
      name: "scan";
      /**
       * The scan waited on the device for a link.
       */
      offline?: boolean;
      /**
       * A supervisor admits in spite of `wrong_gate` or `not_confirmed`, and says why (1-200 characters).
       */
      override_reason?: string | null;
      /**
       * How many of the party pass now; absent: everybody who is still missing. Never more than that.
       */
      people?: number | null;
      /**
       * The guest picked by name instead of by code.
       */
      registration_id?: string | null;
      /**
       * When the code was read, by the device's estimate of the hub's clock, epoch ms.
       */
      scanned_at: number;
    }
  | {
      name: "annul";
      /**
       * The id of the scan's command.
       */
      scan_id: string;
    }
  | {
      /**
       * The revision of the run that the caller saw when deciding; 0 when there is no live run.
       */
      expect: number;
      name: "cue";
      /**
       * What to do.
       */
      verb: CueVerb;
    }
  | {
      name: "set_doors";
      /**
       * Whether guests may come in.
       */
      open: boolean;
    }
  | {
      /**
       * Which screens show it; empty: all.
       */
      audience?: DeviceProfile[];
      /**
       * When it goes away by itself, epoch ms.
       */
      expires_at?: number | null;
      name: "post_message";
      /**
       * How it looks.
       */
      severity: Severity;
      /**
       * 1-280 characters.
       */
      text: string;
    }
  | {
      /**
       * Which.
       */
      message_id: string;
      name: "clear_message";
    }
  | {
      /**
       * Which.
       */
      message_id: string;
      name: "acknowledge_message";
    }
  | {
      /**
       * While an alert with this key is open, raising it again changes nothing.
       */
      dedupe_key?: string | null;
      /**
       * 1-280 characters. No guest's name: alerts are stored readable.
       */
      message: string;
      name: "raise_alert";
      /**
       * How loud.
       */
      severity: Severity;
    }
  | {
      /**
       * Which.
       */
      alert_id: string;
      name: "acknowledge_alert";
    }
  | {
      /**
       * Which.
       */
      alert_id: string;
      name: "resolve_alert";
    }
  | {
      /**
       * The look.
       */
      look_id: string;
      name: "move_look";
      /**
       * Its new place, from 0.
       */
      to: number;
    }
  | {
      /**
       * The look.
       */
      look_id: string;
      name: "set_look_status";
      /**
       * The new status.
       */
      status: string;
    };

/**
 * One commit of the database: its changes are applied together or not at all.
 */
export interface Commit {
  /**
   * When it was committed, epoch ms by the database's clock.
   */
  at: number;
  /**
   * Who wrote it.
   */
  by: WriterKind;
  /**
   * What it changed, in order.
   */
  changes: Change[];
  /**
   * Its number in the topic.
   */
  seq: number;
}

/**
 * What the caller does to the run of show.
 */
export type CueVerb =
  | {
      /**
       * The cue to begin with, if not the first.
       */
      cue_id?: string | null;
      do: "start";
      /**
       * The show, or a rehearsal.
       */
      kind: RunKind;
    }
  | {
      do: "next";
    }
  | {
      do: "hold";
    }
  | {
      do: "resume";
    }
  | {
      /**
       * The cue to start.
       */
      cue_id: string;
      do: "jump";
    }
  | {
      do: "add_time";
      /**
       * Milliseconds; negative takes time. At most 24 hours either way.
       */
      ms: number;
    }
  | {
      /**
       * The cue.
       */
      cue_id: string;
      do: "skip";
      /**
       * True: leave it out.
       */
      skipped: boolean;
    }
  | {
      do: "undo";
    }
  | {
      do: "end";
    };

/**
 * A position in a topic's journal: everything up to and including `seq` has been seen.
 */
export interface Cursor {
  /**
   * Which journal. It changes only when a database was restored from a backup; a cursor of
   * another epoch says nothing, and the hub answers it with a snapshot.
   */
  epoch: string;
  /**
   * Number of the last commit seen in the topic; 0 means none.
   */
  seq: number;
}

/**
 * What a paired device may do, besides nothing else.
 */
export type DeviceProfile = "scan" | "wall" | "caller";

/**
 * Which way a guest goes through the gate.
 */
export type Direction = "in" | "out";

/**
 * What an applied command did.
 */
export type Done =
  | {
      kind: "verdict";
      /**
       * It.
       */
      verdict: Verdict;
    }
  | {
      kind: "run";
      /**
       * Its revision now: what the next cue command expects.
       */
      revision: number;
      /**
       * The run.
       */
      run_id: string;
    }
  | {
      /**
       * Its key.
       */
      id: string;
      kind: "row";
      /**
       * Its table.
       */
      table: string;
    };

/**
 * The earlier scan that a verdict refers to: who, where, when.
 */
export interface EarlierScan {
  /**
   * When, epoch ms.
   */
  at: number;
  /**
   * Who scanned: the device's or the person's name.
   */
  by?: string | null;
  /**
   * At which gate.
   */
  gate?: string | null;
  /**
   * The scan.
   */
  scan_id: string;
}

/**
 * Stable code of an error: the request could not be judged at all. Compare with
 * [`RefusalCode`], where a rule said no.
 */
export type ErrorCode =
  | "malformed_frame"
  | "frame_too_large"
  | "nested_too_deep"
  | "out_of_order"
  | "unknown_topic"
  | "unknown_table"
  | "invalid_token"
  | "token_expired"
  | "revoked"
  | "forbidden"
  | "invalid_argument"
  | "command_id_reused"
  | "busy"
  | "rate_limited"
  | "unavailable"
  | "draining"
  | "heartbeat_missed"
  | "not_found"
  | "conflict"
  | "internal";

/**
 * The guest, as far as the person at the gate needs to know. Never an e-mail address.
 */
export interface GuestCard {
  /**
   * How many of them have arrived, this scan included.
   */
  arrived: number;
  /**
   * Why the person at the gate should look up.
   */
  attention?: Attention | null;
  /**
   * The guest's name.
   */
  name: string;
  /**
   * How many the ticket admits, the guest included.
   */
  party_size: number;
  /**
   * The registration.
   */
  registration_id: string;
  /**
   * Where they sit.
   */
  seat?: string | null;
  /**
   * The name of the tier.
   */
  tier: string;
}

/**
 * One guest that was found. Never an e-mail address.
 */
export interface GuestHit {
  /**
   * How many of them have arrived.
   */
  arrived: number;
  /**
   * The guest's name.
   */
  name: string;
  /**
   * How many the ticket admits.
   */
  party_size: number;
  /**
   * The registration, for [`Command::Scan`](crate::Command::Scan).
   */
  registration_id: string;
  /**
   * Where they sit.
   */
  seat?: string | null;
  /**
   * pending, confirmed, attended, cancelled or refunded.
   */
  status: string;
  /**
   * The name of the tier.
   */
  tier: string;
  /**
   * A very important person.
   */
  vip: boolean;
}

/**
 * Bounds on what a client may send.
 */
export interface Limits {
  /**
   * Commands without an outcome on one socket; more are answered `busy`.
   */
  commands_in_flight: number;
  /**
   * Bytes of one frame.
   */
  frame_bytes: number;
  /**
   * Topics joined on one socket.
   */
  topics: number;
}

/**
 * What happened to a row.
 */
export type Op = "insert" | "update" | "delete";

/**
 * What became of a command. Stored under the command's id and returned for every retry.
 */
export type Outcome =
  | {
      /**
       * What it did.
       */
      done: Done;
      status: "done";
    }
  | {
      /**
       * Which rule, in words and as a code.
       */
      refusal: Refusal;
      status: "refused";
    };

/**
 * Somebody in a topic.
 */
export interface PresenceMember {
  /**
   * A person or a device.
   */
  kind: PrincipalKind;
  /**
   * The name to show.
   */
  name: string;
  /**
   * A device's profile.
   */
  profile?: DeviceProfile | null;
  /**
   * Their connection.
   */
  session_id: string;
  /**
   * What they show of themselves.
   */
  state?: unknown;
}

/**
 * Who a session acts for.
 */
export interface Principal {
  /**
   * A device's event; it may join nothing else.
   */
  event_id?: string | null;
  /**
   * A device's gate.
   */
  gate_id?: string | null;
  /**
   * The user's or the device's id.
   */
  id: string;
  /**
   * A person or a device.
   */
  kind: PrincipalKind;
  /**
   * The name to show.
   */
  name: string;
  /**
   * The tenant.
   */
  organization_id: string;
  /**
   * A device's profile.
   */
  profile?: DeviceProfile | null;
  /**
   * A person's role in the organization; `staff` for a device.
   */
  role: string;
  /**
   * May override a verdict.
   */
  supervisor: boolean;
}

/**
 * The kind of a [`Principal`].
 */
export type PrincipalKind = "person" | "device";

/**
 * A question that changes nothing and is answered from the room's memory.
 */
export type Query = {
  /**
   * At most this many, 1-50.
   */
  limit: number;
  name: "find_guests";
  /**
   * What was typed, 3-100 characters.
   */
  text: string;
};

/**
 * A rule said no to a command. A value, never an `Err`.
 */
export interface Refusal {
  /**
   * Which rule.
   */
  code: RefusalCode;
  /**
   * What the caller should have expected: for `stale_revision`, the run's revision.
   */
  current_revision?: number | null;
  /**
   * The rule in words, for the person who asked.
   */
  message: string;
}

/**
 * Stable code of a rule that can refuse a command.
 */
export type RefusalCode =
  | "stale_revision"
  | "already_running"
  | "not_running"
  | "not_held"
  | "already_held"
  | "empty_rundown"
  | "bad_cue"
  | "nothing_to_undo"
  | "not_found"
  | "not_accepted"
  | "too_late"
  | "already_closed"
  | "event_closed";

/**
 * Whether a run of the rundown counts.
 */
export type RunKind = "show" | "rehearsal";

/**
 * What the hub says.
 */
export type ServerFrame =
  | {
      /**
       * The journal's epoch, for cursors.
       */
      epoch: string;
      /**
       * When the token ends, epoch ms; absent: it does not.
       */
      expires_at?: number | null;
      /**
       * Send a ping at least this often. The hub ends a socket that is silent for 3 times as long.
       */
      heartbeat_ms: number;
      /**
       * Bounds on what the client may send.
       */
      limits: Limits;
      /**
       * Who the hub thinks is there.
       */
      principal: Principal;
      /**
       * The hub's clock, epoch ms.
       */
      server_time: number;
      /**
       * This connection.
       */
      session_id: string;
      type: "welcome";
    }
  | {
      /**
       * The position that it shows, exactly.
       */
      cursor: Cursor;
      /**
       * Why it was sent.
       */
      reason: SnapshotReason;
      /**
       * All rows by table; a table without rows is present and empty.
       */
      tables: {
        [k: string]: {
          [k: string]: unknown;
        }[];
      };
      /**
       * The topic.
       */
      topic: Topic;
      type: "snapshot";
    }
  | {
      /**
       * The position that the client is at.
       */
      cursor: Cursor;
      /**
       * The topic.
       */
      topic: Topic;
      type: "resumed";
    }
  | {
      /**
       * The position it builds on.
       */
      after: number;
      /**
       * In order. In a rate-limited subscription several commits are merged into one entry.
       */
      commits: Commit[];
      /**
       * The position it leads to. Commits that hold nothing the client may see, or asked for, are not listed but counted.
       */
      seq: number;
      /**
       * The topic.
       */
      topic: Topic;
      type: "delta";
    }
  | {
      /**
       * The command.
       */
      command_id: string;
      /**
       * The command had been decided before; this is the stored outcome.
       */
      duplicate: boolean;
      /**
       * It.
       */
      outcome: Outcome;
      /**
       * The commit that holds it, in the command's topic; absent when it changed nothing there.
       */
      seq?: number | null;
      type: "outcome";
    }
  | {
      /**
       * It.
       */
      answer: Answer;
      /**
       * The query.
       */
      query_id: number;
      type: "answer";
    }
  | {
      /**
       * The list is complete.
       */
      full: boolean;
      /**
       * Sessions that are gone.
       */
      left?: string[];
      /**
       * Present now.
       */
      members: PresenceMember[];
      /**
       * The topic.
       */
      topic: Topic;
      type: "presence";
    }
  | {
      /**
       * As it came.
       */
      sent: number;
      /**
       * The hub's clock, epoch ms.
       */
      server_time: number;
      type: "pong";
    }
  | {
      /**
       * How many frames.
       */
      dropped: number;
      type: "resync";
    }
  | {
      /**
       * What it was about.
       */
      about?: About | null;
      /**
       * Stable.
       */
      code: ErrorCode;
      /**
       * The socket ends.
       */
      fatal: boolean;
      /**
       * For people.
       */
      message: string;
      /**
       * The same request may succeed later.
       */
      retryable: boolean;
      type: "error";
    };

/**
 * How loud an alert or a message is.
 */
export type Severity = "info" | "warning" | "critical";

/**
 * Why a snapshot was sent instead of deltas.
 */
export type SnapshotReason = "joined" | "too_old" | "other_epoch" | "changed";

/**
 * The text form of a topic.
 */
export type Topic = `${TopicKind}:${string}`;

/**
 * The answer to a scan.
 */
export interface Verdict {
  /**
   * When the hub recorded it, epoch ms.
   */
  at: number;
  /**
   * Which way the guest was going.
   */
  direction: Direction;
  /**
   * For `already_in`: the scan that let the party in.
   */
  earlier?: EarlierScan | null;
  /**
   * The gate it happened at.
   */
  gate_id?: string | null;
  /**
   * Who it was, where the ticket is known and of this event.
   */
  guest?: GuestCard | null;
  /**
   * A supervisor let the guest in against the rule that `result` would have named.
   */
  overridden?: VerdictKind | null;
  /**
   * How many people pass on this scan; 0 when nobody does.
   */
  people: number;
  /**
   * This entry follows an exit.
   */
  reentry: boolean;
  /**
   * What was decided.
   */
  result: VerdictKind;
  /**
   * For `wrong_gate`: the gates that take this tier.
   */
  right_gates?: string[];
  /**
   * The scan (the id of its command).
   */
  scan_id: string;
  /**
   * How many of the party have not arrived yet.
   */
  still_expected: number;
}

/**
 * What was decided about a scan, in the order in which the rules are asked.
 */
export type VerdictKind =
  | "admitted"
  | "exited"
  | "unknown"
  | "wrong_event"
  | "cancelled"
  | "not_confirmed"
  | "wrong_gate"
  | "already_in"
  | "not_inside";

/**
 * The kind of writer of a commit.
 */
export type WriterKind = "user" | "device" | "plugin" | "system" | "database";
