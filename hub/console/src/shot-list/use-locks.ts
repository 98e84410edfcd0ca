import { useHub } from "@fashionos/hub/react";
import { useEffect, useState } from "react";
import type { Content } from "./content";
import { LOCK_MS, lockOn, setLocks, toRenew } from "./locks";
import type { SharedDocument } from "./shared-document";

const CHECK_MS = 5_000;

/** Whose rows are locked now, and the way to lock them. */
export function useLocks(shared: SharedDocument, content: Content, me: { id: string; name: string }, mayTakeOver: boolean) {
  const hub = useHub();
  const [now, setNow] = useState(() => hub.serverNow());
  useEffect(() => {
    const timer = setInterval(() => setNow(hub.serverNow()), CHECK_MS);
    return () => clearInterval(timer);
  }, [hub]);
  const until = () => Math.round(hub.serverNow() + LOCK_MS);
  useEffect(() => {
    const mine = toRenew(content, me.id, now);
    if (mine.length > 0) setLocks(shared.doc, mine, { by: me.id, name: me.name, until: until() });
  }, [shared, content, now, me.id, me.name]);
  const lockOf = (row: string) => {
    const lock = lockOn(content, row, now);
    return lock && { name: lock.name, own: lock.by === me.id };
  };
  return {
    lockOf,
    /** Somebody else's lock on any of some rows. */
    foreign: (rows: readonly string[]) => rows.map(lockOf).find((lock) => lock && !lock.own) ?? null,
    mayTakeOver,
    lock: (rows: readonly string[]) => {
      setNow(hub.serverNow());
      setLocks(shared.doc, rows, { by: me.id, name: me.name, until: until() });
    },
    unlock: (rows: readonly string[]) => setLocks(shared.doc, rows, null),
  };
}
