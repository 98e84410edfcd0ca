import { HubError, type EventRow, type EventSummary } from "@fashionos/hub";
import { useHub, useRoom } from "@fashionos/hub/react";
import { useCallback, useEffect, useRef, useState } from "react";

export interface Events {
  /** Null while the first answer is not there. */
  list: EventSummary[] | null;
  error: string | null;
  /** Asks again now. */
  reload: () => void;
}

const PAUSE_MS = 200;

/** The organization's events that match. Asked again whenever the organization's journal says that an event changed. */
export function useEvents(organizationId: string, q: string, status: EventRow["status"] | ""): Events {
  const hub = useHub();
  const room = useRoom("organization", organizationId, { tables: ["events"] });
  const [list, setList] = useState<EventSummary[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((n) => n + 1), []);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(reload, PAUSE_MS);
    };
    const ends = [room.on("delta", ({ commits }) => commits.length > 0 && soon()), room.on("snapshot", soon)];
    return () => {
      clearTimeout(timer);
      ends.forEach((end) => end());
    };
  }, [room, reload]);

  const asked = useRef(0);
  useEffect(() => {
    const turn = ++asked.current;
    const timer = setTimeout(() => {
      hub.api.listEvents({ ...(q.trim() && { q: q.trim() }), ...(status && { status }) }).then(
        (events) => {
          if (turn !== asked.current) return;
          setList(events);
          setError(null);
        },
        (cause) => turn === asked.current && setError(cause instanceof HubError ? cause.message : String(cause)),
      );
    }, q ? PAUSE_MS : 0);
    return () => clearTimeout(timer);
  }, [hub, q, status, round]);

  return { list, error, reload };
}
