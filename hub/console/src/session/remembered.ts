import { useEffect, useMemo } from "react";

/**
 * A small value that a screen needs without network too: what is known now, or what was known last on this device. Keys
 * name the principal: nobody is shown what another one was told.
 */
export function useRemembered<T>(key: string, now: T | null): T | null {
  const name = `fashionos.kept.${key}`;
  const text = now === null ? null : JSON.stringify(now);
  useEffect(() => {
    if (text === null) return;
    try {
      localStorage.setItem(name, text);
    } catch {
      // The device is full: without network the screen knows less.
    }
  }, [name, text]);
  const last = useMemo(() => {
    try {
      const kept = localStorage.getItem(name);
      return kept === null ? null : (JSON.parse(kept) as T);
    } catch {
      return null;
    }
  }, [name]);
  return now ?? last;
}
