import { Notice } from "../kit/notice";
import type { CueNote } from "./use-cue-commands";

/** What became of the last command, when it is not plain from the rundown. The place is always there: nothing jumps. */
export function NoteLine({ note }: { note: CueNote }) {
  return (
    <div className="min-h-8" aria-live="polite" data-note={note.is}>
      {note.is === "moved-first" && <Notice tone="wait">Somebody moved first. This is where the show is now.</Notice>}
      {note.is === "refused" && <Notice tone="stop">{note.message}</Notice>}
      {note.is === "unknown" && <Notice tone="stop">Not confirmed: {note.message}. Look at the rundown before you press again.</Notice>}
    </div>
  );
}
