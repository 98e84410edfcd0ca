import { Button } from "../kit/button";
import { Key } from "../kit/keyboard-key";
import type { RunOfShow } from "../show/run-of-show";
import type { KeyAction } from "./keys";
import type { CueNote } from "./use-cue-commands";

/** GO and everything else that moves the live run. */
export function CueControls({ show, note, act }: { show: RunOfShow; note: CueNote; act: (action: KeyAction) => void }) {
  const sending = note.is === "sending";
  const held = show.run.status === "held";
  return (
    <section aria-label="Controls" className="flex flex-col gap-3">
      <button
        type="button"
        data-go
        disabled={sending}
        onClick={() => act("go")}
        className="flex min-h-28 w-full items-center gap-5 rounded-soft bg-ink px-6 py-4 text-left text-paper transition-colors hover:bg-quiet disabled:bg-pressed disabled:text-quiet"
      >
        <span className="text-display font-bold tracking-tight">GO</span>
        <span className="min-w-0 flex-1">
          <span className="label block">{sending ? "sent…" : show.next ? "Next" : "Last cue: ends the run"}</span>
          <span data-next-cue className="line-clamp-2 text-lead font-semibold">
            {show.next ? `${show.next.cue_number ? `${show.next.cue_number}  ` : ""}${show.next.title}` : "End"}
          </span>
        </span>
        <Key>Space</Key>
      </button>
      <div className="grid grid-cols-2 gap-2">
        <Button size="thumb" look={held ? "solid" : "line"} disabled={sending} onClick={() => act("hold")}>
          {held ? "Resume" : "Hold"} <Key>H</Key>
        </Button>
        <Button size="thumb" disabled={sending} onClick={() => act("undo")}>
          Undo <Key>U</Key>
        </Button>
      </div>
      <div role="group" aria-label="Time of the live cue" className="grid grid-cols-5 gap-2">
        <Button className="px-0" disabled={sending} onClick={() => act("sooner-more")}>−1:00</Button>
        <Button className="px-0" disabled={sending} onClick={() => act("sooner")}>−0:30</Button>
        <Button className="px-0" disabled={sending} onClick={() => act("later")}>+0:30</Button>
        <Button className="px-0" disabled={sending} onClick={() => act("later-more")}>+1:00</Button>
        <Button className="px-0" disabled={sending} onClick={() => act("custom-time")}>± …</Button>
      </div>
      <div className="flex justify-end">
        <Button look="stop" size="row" disabled={sending} onClick={() => act("end")}>
          End the run
        </Button>
      </div>
    </section>
  );
}
