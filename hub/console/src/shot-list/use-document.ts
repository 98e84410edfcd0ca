import type { PersonSession } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useRef, useState } from "react";
import { auth } from "../session/auth";
import { type Notice, SharedDocument } from "./shared-document";

/** The document of a shot list while its screen is open. Null for the moment before. */
export function useDocument(listId: string, session: PersonSession, onNotice: (notice: Notice) => void): SharedDocument | null {
  const hub = useHub();
  const [document, setDocument] = useState<SharedDocument | null>(null);
  const [round, setRound] = useState(0);
  const told = useRef(onNotice);
  told.current = onNotice;
  const { id, full_name, email } = session.user;
  const organization = session.organization?.id ?? "none";
  useEffect(() => {
    const made = new SharedDocument({
      url: `${location.origin.replace(/^http/, "ws")}/v1/docs`,
      name: listId,
      principal: `${id}.${organization}`,
      user: { id, name: full_name || email },
      token: (why) => auth.token(why),
      onNotice: (notice) => told.current(notice),
      onReplaced: (lost) => {
        setRound((n) => n + 1);
        if (lost > 0) told.current({ type: "replaced", message: `The list was renewed while this device was away: ${lost} of its changes could not be merged.` });
      },
    });
    setDocument(made);
    // The hub's own link notices within 3 s what a socket of documents notices within 30.
    let before = hub.status.get().state;
    const unwatch = hub.status.subscribe(() => {
      const { state } = hub.status.get();
      if (state === "stale" || state === "offline") made.suspect();
      if (state === "live" && before !== "live" && made.state.get().link !== "connecting") made.reconnect();
      before = state;
    });
    return () => {
      unwatch();
      setDocument(null);
      made.close();
    };
  }, [hub, listId, id, organization, full_name, email, round]);
  return document;
}
