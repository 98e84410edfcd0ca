import type { RunKind } from "@fashionos/hub";
import { useState } from "react";
import { Button } from "../kit/button";
import { TextField } from "../kit/field";
import { Sheet } from "../kit/sheet";
import { parseTime } from "./keys";

/** Starts the show or a rehearsal, from the top or from the selected cue. */
export function StartSheet(props: { from: string | null; onStart: (kind: RunKind, fromSelected: boolean) => void; onClose: () => void }) {
  const [fromSelected, setFromSelected] = useState(false);
  return (
    <Sheet title="Start" onClose={props.onClose}>
      {props.from && (
        <label className="flex items-center gap-2">
          <input type="checkbox" className="size-4 accent-ink" checked={fromSelected} onChange={(event) => setFromSelected(event.target.checked)} />
          Begin with “{props.from}”
        </label>
      )}
      <div className="grid grid-cols-2 gap-3">
        <Button size="thumb" look="solid" data-first onClick={() => props.onStart("show", fromSelected)}>
          Start the show
        </Button>
        <Button size="thumb" onClick={() => props.onStart("rehearsal", fromSelected)}>
          Start a rehearsal
        </Button>
      </div>
      <p className="text-small text-quiet">A rehearsal is timed apart and changes no time of the show.</p>
    </Sheet>
  );
}

export function EndSheet(props: { kind: RunKind; onEnd: () => void; onClose: () => void }) {
  return (
    <Sheet title={props.kind === "show" ? "End the show?" : "End the rehearsal?"} onClose={props.onClose}>
      <p>The live cue is finished and the run is closed. Nothing can be changed in it afterwards.</p>
      <div className="flex gap-3">
        <Button look="stop" onClick={props.onEnd}>
          End it
        </Button>
        <Button data-first onClick={props.onClose}>
          Go on
        </Button>
      </div>
    </Sheet>
  );
}

export function TimeSheet(props: { onAdd: (ms: number) => void; onClose: () => void }) {
  const [text, setText] = useState("");
  const ms = parseTime(text);
  return (
    <Sheet title="Add or take time" onClose={props.onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (ms !== null) props.onAdd(ms);
        }}
      >
        <TextField label="Time" value={text} data-first placeholder="+1:30" hint="Minutes:seconds, or seconds. A minus takes time." onChange={(event) => setText(event.target.value)} error={text && ms === null ? "That is no time." : null} />
        <Button type="submit" look="solid" disabled={ms === null}>
          {ms !== null && ms < 0 ? "Take it" : "Add it"}
        </Button>
      </form>
    </Sheet>
  );
}
