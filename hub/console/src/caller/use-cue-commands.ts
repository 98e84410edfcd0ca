import { HubError, type CueVerb, type Room } from "@fashionos/hub";
import { useCallback, useRef, useState } from "react";
import { runOfShow, type RunCue } from "../show/run-of-show";

export type CueNote =
  | { is: "quiet" }
  | { is: "sending"; verb: CueVerb["do"] }
  | { is: "moved-first" }
  | { is: "refused"; message: string }
  | { is: "unknown"; message: string };

export interface CueCommands {
  note: CueNote;
  /** Sends a verb with the revision that this desk has seen. One at a time: what is pressed meanwhile is dropped. */
  send(verb: CueVerb): void;
}

/** A second press so soon is the same press: switches and fingers bounce. */
const BOUNCE_MS = 400;

/** How the hub names a cue: by its place in the rundown, whichever run it is in. */
export function cueTarget(cue: RunCue): string {
  return cue.schedule_id ?? cue.id;
}

/** The caller's commands. Every one carries the revision that the caller saw, so that two callers advance the show once. */
export function useCueCommands(room: Room): CueCommands {
  const [note, setNote] = useState<CueNote>({ is: "quiet" });
  const busy = useRef(false);
  const lastGoAt = useRef(Number.NEGATIVE_INFINITY);
  // The outcome may come before the row: the next command expects what the outcome said.
  const known = useRef<{ run: string; revision: number } | null>(null);

  const send = useCallback(
    async (verb: CueVerb) => {
      if (busy.current) return;
      if (verb.do === "next" && performance.now() - lastGoAt.current < BOUNCE_MS) return;
      const run = runOfShow(room.rows("show_runs").values(), room.rows("show_run_cues").values())?.run;
      const expect = run ? Math.max(run.revision, known.current?.run === run.id ? known.current.revision : 0) : 0;
      busy.current = true;
      setNote({ is: "sending", verb: verb.do });
      try {
        const { outcome } = await room.send({ name: "cue", expect, verb });
        if (outcome.status === "done") {
          if (outcome.done.kind === "run") known.current = { run: outcome.done.run_id, revision: outcome.done.revision };
          if (verb.do === "next" || verb.do === "start") lastGoAt.current = performance.now();
          setNote({ is: "quiet" });
        } else if (outcome.refusal.code === "stale_revision") {
          setNote({ is: "moved-first" });
        } else {
          setNote({ is: "refused", message: outcome.refusal.message });
        }
      } catch (cause) {
        const offline = cause instanceof HubError && cause.code === "offline";
        setNote(
          offline
            ? { is: "refused", message: "No signal: nothing was sent." }
            : { is: "unknown", message: cause instanceof HubError ? cause.message : String(cause) },
        );
      } finally {
        busy.current = false;
      }
    },
    [room],
  );

  return { note, send: useCallback((verb) => void send(verb), [send]) };
}
