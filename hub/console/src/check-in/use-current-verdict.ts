import { useCallback, useEffect, useRef, useState } from "react";
import type { ScanEntry, ScanLog } from "./scan-log";
import { faceOf, staysFor } from "./verdict-face";
import type { Tones } from "./tones";

/** An answer that comes sooner than this is shown without the amber "sent" before it. */
const PATIENCE_MS = 150;
/** How long "sent" stays when no answer comes: the next guest is waiting. */
const SENT_STAYS_MS = 4_000;

export interface CurrentVerdict {
  /** What fills the screen now. */
  entry: ScanEntry | null;
  /** A new scan takes the screen, whatever is on it. */
  show: (id: string) => void;
  close: () => void;
  /** Somebody uses the controls: no closing by itself. */
  hold: () => void;
}

/** Which scan fills the screen and for how long; plays its tone once. */
export function useCurrentVerdict(log: ScanLog, tones: Tones, online: boolean): CurrentVerdict {
  const [id, setId] = useState<string | null>(null);
  const [patient, setPatient] = useState(false);
  const held = useRef(false);
  const entry = log.find((other) => other.id === id) ?? null;
  const state = entry?.state ?? null;

  const show = useCallback((next: string) => {
    held.current = false;
    setPatient(true);
    setId(next);
  }, []);
  const close = useCallback(() => setId(null), []);
  const hold = useCallback(() => {
    held.current = true;
  }, []);

  const waits = state?.is === "sent" && patient && online;
  useEffect(() => {
    if (!waits) return;
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [waits, id]);

  const played = useRef<unknown>(null);
  useEffect(() => {
    if (!state || waits || played.current === state) return;
    played.current = state;
    tones.play(state.is === "verdict" ? faceOf(state.verdict).tone : state.is === "sent" ? "wait" : "stop");
    const stays = state.is === "verdict" ? staysFor(state.verdict) : state.is === "sent" ? SENT_STAYS_MS : 7_000;
    const timer = setTimeout(() => !held.current && setId((now) => (now === id ? null : now)), stays);
    return () => clearTimeout(timer);
  }, [state, waits, id, tones]);

  return { entry: waits ? null : entry, show, close, hold };
}
