import { Button } from "../kit/button";
import { Key } from "../kit/keyboard-key";
import { COLUMN_NAMES } from "./cells";
import { type LinkKind, LINKS } from "./links";

/** What can stand beside the list. */
export type Panel = LinkKind | "history";

export interface ToolbarProps {
  mayEdit: boolean;
  steps: { undo: string | null; redo: string | null };
  /** How many shots are selected. */
  chosen: number;
  lock: "lock" | "unlock" | "take over" | "theirs";
  panel: Panel | null;
  onShot: () => void;
  onScene: () => void;
  onDelete: () => void;
  onUndo: () => void;
  onRedo: () => void;
  onLock: () => void;
  onPanel: (which: Panel) => void;
  onKeys: () => void;
}

const LOCK_WORDS = { lock: "Lock", unlock: "Unlock", "take over": "Take over", theirs: "Locked" };

/** What can be done with the pointer; the keyboard can do all of it too. */
export function Toolbar(props: ToolbarProps) {
  const off = !props.mayEdit;
  return (
    <div role="toolbar" aria-label="Shot list" className="flex shrink-0 items-center gap-1 overflow-x-auto border-b border-hairline px-3 py-1.5">
      <Button size="row" look="solid" disabled={off} onClick={props.onShot}>
        Add shot
      </Button>
      <Button size="row" disabled={off} onClick={props.onScene}>
        Add scene
      </Button>
      <Button size="row" look="plain" disabled={off} onClick={props.onDelete}>
        Delete
      </Button>
      <span aria-hidden className="mx-1 h-5 w-px shrink-0 bg-hairline" />
      <Button size="row" look="plain" disabled={off || !props.steps.undo} title={props.steps.undo ? `Undo ${props.steps.undo}` : undefined} onClick={props.onUndo}>
        Undo
      </Button>
      <Button size="row" look="plain" disabled={off || !props.steps.redo} title={props.steps.redo ? `Do ${props.steps.redo} again` : undefined} onClick={props.onRedo}>
        Redo
      </Button>
      <span aria-hidden className="mx-1 h-5 w-px shrink-0 bg-hairline" />
      <Button size="row" look="plain" disabled={off || props.chosen === 0 || props.lock === "theirs"} onClick={props.onLock}>
        {LOCK_WORDS[props.lock]}
      </Button>
      {LINKS.map((kind) => (
        <Button key={kind} size="row" look="plain" aria-pressed={props.panel === kind} onClick={() => props.onPanel(kind)}>
          {COLUMN_NAMES[kind]}
        </Button>
      ))}
      <Button size="row" look="plain" aria-pressed={props.panel === "history"} onClick={() => props.onPanel("history")}>
        History
      </Button>
      <span className="flex-1" />
      <Button size="row" look="plain" onClick={props.onKeys}>
        Keys <Key>?</Key>
      </Button>
    </div>
  );
}
