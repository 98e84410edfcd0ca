import type * as Y from "yjs";
import type { Content, Lock } from "./content";

/** How long a lock lasts, ms (the hub takes 15 minutes at most), and how early it is renewed while its owner is here. */
export const LOCK_MS = 14 * 60_000;
export const RENEW_MS = 5 * 60_000;

/** The lock that keeps others from a row now, or null. */
export function lockOn(content: Content, row: string, now: number): Lock | null {
  const lock = content.locks.get(row);
  return lock && lock.until > now ? lock : null;
}

/** Takes rows for oneself, or gives them back (`until` null). Locks are no part of what can be undone. */
export function setLocks(doc: Y.Doc, rows: readonly string[], lock: Lock | null): void {
  const locks = doc.getMap("locks");
  doc.transact(() => {
    for (const row of rows) {
      if (lock === null) locks.delete(row);
      else locks.set(row, { by: lock.by, name: lock.name, until: lock.until });
    }
  }, "lock");
}

/** One's own locks that end soon. */
export function toRenew(content: Content, me: string, now: number): string[] {
  return [...content.locks].filter(([row, lock]) => lock.by === me && lock.until > now && lock.until < now + RENEW_MS && content.shots.has(row)).map(([row]) => row);
}
