import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type {
  Hub,
  JoinOptions,
  LinkStatus,
  OutcomeAck,
  PendingCommand,
  Room,
  RoomStatus,
  RoomTarget,
  SendOptions,
} from "./contract.js";
import { HubError } from "./errors.js";
import type { Command, PresenceMember } from "./generated/frames.js";
import type { RowOf, TableName } from "./rows.js";
import type { Signal } from "./signal.js";

/** How long a room outlives its last component, ms: the next page of the same event finds it warm. */
const LINGER_MS = 1000;

const HubContext = createContext<Hub | null>(null);

/** Gives a hub to the hooks below it. The hub is the caller's to close. */
export function HubProvider(props: { hub: Hub; children?: ReactNode }) {
  return createElement(HubContext.Provider, { value: props.hub }, props.children);
}

/** The hub of the nearest {@link HubProvider}. */
export function useHub(): Hub {
  const hub = useContext(HubContext);
  if (hub === null) throw new Error("useHub needs a HubProvider above it");
  return hub;
}

/** The value of a signal, rendered again when it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  return useSyncExternalStore(signal.subscribe, signal.get, signal.get);
}

/** Joins a topic while the component is mounted. The room is there at once; see its status for its rows. */
export function useRoom(kind: RoomTarget["kind"], id: string, options?: JoinOptions): Room {
  const hub = useHub();
  const [, replaced] = useState(0);
  const room = hub.room({ kind, id });
  // Options are compared by content: a literal in the caller's render must not join again every time.
  const key = JSON.stringify(options ?? {});
  useEffect(() => {
    const joined = hub.join({ kind, id }, JSON.parse(key) as JoinOptions);
    if (joined !== room) replaced((n) => n + 1);
    return () => {
      setTimeout(() => joined.leave(), LINGER_MS);
    };
  }, [hub, kind, id, key, room]);
  return room;
}

/** How a room is. */
export function useRoomStatus(room: Room): RoomStatus {
  return useSignal(room.status);
}

/** All rows of a table. */
export function useRows<T extends TableName>(room: Room, table: T): ReadonlyMap<string, RowOf<T>>;
/** What `select` makes of the rows of a table; rendered again only when that differs by `equal` (default `Object.is`). */
export function useRows<T extends TableName, S>(
  room: Room,
  table: T,
  select: (rows: ReadonlyMap<string, RowOf<T>>) => S,
  equal?: (a: S, b: S) => boolean,
): S;
export function useRows<T extends TableName, S>(
  room: Room,
  table: T,
  select?: (rows: ReadonlyMap<string, RowOf<T>>) => S,
  equal: (a: S, b: S) => boolean = Object.is,
): S | ReadonlyMap<string, RowOf<T>> {
  // The last answer is given again for the same rows and selector, and for equal answers: React needs a stable snapshot.
  const last = useRef<{ rows: unknown; select: unknown; answer: S } | null>(null);
  const read = () => {
    const rows = room.rows(table);
    if (!select) return rows;
    if (last.current?.rows === rows && last.current.select === select) return last.current.answer;
    const answer = select(rows);
    const kept = last.current && equal(last.current.answer, answer) ? last.current.answer : answer;
    last.current = { rows, select, answer: kept };
    return kept;
  };
  return useSyncExternalStore(room.tables.subscribe, read, read);
}

/** One row, or undefined. */
export function useRow<T extends TableName>(room: Room, table: T, key: string | null | undefined): RowOf<T> | undefined {
  const read = () => (key == null ? undefined : room.rows(table).get(key));
  return useSyncExternalStore(room.tables.subscribe, read, read);
}

/** The link. Rendered again at every heartbeat. */
export function useConnection(): LinkStatus {
  return useSignal(useHub().status);
}

/** Commands without an outcome, oldest first. */
export function usePending(): readonly PendingCommand[] {
  return useSignal(useHub().pending);
}

/** The others in a room. */
export function useOthers(room: Room): readonly PresenceMember[] {
  return useSignal(room.presence.members);
}

/**
 * The hub's clock, epoch ms, rendered again `hz` times a second (1-60), on the hub's own beat: screens beside each
 * other change their digits together.
 */
export function useServerClock(hz = 1): number {
  const hub = useHub();
  const [now, setNow] = useState(() => hub.serverNow());
  useEffect(() => {
    const period = 1000 / hz;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const time = hub.serverNow();
      setNow(time);
      timer = setTimeout(tick, period - (time % period));
    };
    tick();
    return () => clearTimeout(timer);
  }, [hub, hz]);
  return now;
}

/** Sends commands to a room and says how the last one went. */
export interface CommandHandle {
  /** Resolves with the outcome; never rejects: null stands for an error, which `error` holds. */
  send(command: Command, options?: SendOptions): Promise<OutcomeAck | null>;
  /** A command is on its way. */
  readonly busy: boolean;
  /** The outcome of the last one, a refusal included. */
  readonly ack: OutcomeAck | null;
  readonly error: HubError | null;
}

/** A button's view of {@link Room.send}. */
export function useCommand(room: Room): CommandHandle {
  const [state, setState] = useState<Omit<CommandHandle, "send">>({ busy: false, ack: null, error: null });
  const latest = useRef(0);
  const send = useCallback(
    async (command: Command, options?: SendOptions) => {
      const turn = ++latest.current;
      // An answer to an earlier command must not overwrite the state of a later one.
      const show = (next: Omit<CommandHandle, "send">) => {
        if (turn === latest.current) setState(next);
      };
      show({ busy: true, ack: null, error: null });
      try {
        const ack = await room.send(command, options);
        show({ busy: false, ack, error: null });
        return ack;
      } catch (cause) {
        const error = cause instanceof HubError ? cause : new HubError("internal", String(cause), false);
        show({ busy: false, ack: null, error });
        return null;
      }
    },
    [room],
  );
  return useMemo(() => ({ ...state, send }), [state, send]);
}
