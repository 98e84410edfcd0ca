import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { STATUS_NAMES, type Column, type Parsed } from "./cells";
import { STATUSES } from "./content";

/** How an edit ends: where the focus goes. */
export type Leave = "stay" | "down" | "up" | "next" | "previous";

export interface CellEditorProps {
  column: Column;
  label: string;
  /** What stood there when it was opened. */
  text: string;
  /** The key press that opened it writes over what is there. */
  over: boolean;
  /** What another person has written there meanwhile. */
  meanwhile: string | null;
  parse: (text: string) => Parsed;
  onCommit: (value: string | number | null | readonly string[], leave: Leave) => void;
  onCancel: () => void;
}

const FIELD = "min-h-full w-full resize-none bg-raised px-2 text-body text-ink outline-2 -outline-offset-2 outline-ink";

/** A cell while it is edited. Enter and Tab take it over, Escape leaves what was there. */
export function CellEditor(props: CellEditorProps) {
  const { column, over } = props;
  const field = useRef<HTMLTextAreaElement & HTMLSelectElement>(null);
  const [text, setText] = useState(over && column !== "status" ? "" : props.text);
  const [error, setError] = useState<string | null>(null);
  const ended = useRef(false);

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.focus({ preventScroll: true });
    if (element instanceof HTMLTextAreaElement) element.setSelectionRange(element.value.length, element.value.length);
  }, []);
  useEffect(() => {
    const element = field.current;
    if (!(element instanceof HTMLTextAreaElement)) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, 240)}px`;
  }, [text]);

  const commit = (leave: Leave) => {
    if (ended.current) return;
    const parsed = props.parse(text);
    if (!parsed.ok) return setError(parsed.message);
    ended.current = true;
    props.onCommit(parsed.value, leave);
  };
  const cancel = () => {
    if (ended.current) return;
    ended.current = true;
    props.onCancel();
  };
  const press = (event: KeyboardEvent) => {
    // The sheet's own keys are not meant; and an input method ends its word with Enter.
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") cancel();
    else if (event.key === "Tab") commit(event.shiftKey ? "previous" : "next");
    else if (event.key === "Enter" && !(event.shiftKey && isText) && !event.altKey) commit(event.shiftKey ? "up" : "down");
    else return;
    event.preventDefault();
  };
  const isText = column === "description" || column === "notes";
  // Leaving with the pointer takes the text over; a text that means nothing is left out rather than kept in the way.
  const blur = () => {
    if (props.parse(text).ok) commit("stay");
    else cancel();
  };
  const shared = { "aria-label": props.label, "aria-invalid": error !== null, "data-editor": column, onKeyDown: press, onBlur: blur, ref: field };
  return (
    <div className="absolute inset-0 z-[4]" onPointerDown={(event) => event.stopPropagation()}>
      {column === "status" ? (
        <select {...shared} value={text} onChange={(event) => setText(event.target.value)} className={`${FIELD} h-full`}>
          {STATUSES.map((status) => (
            <option key={status} value={STATUS_NAMES[status]}>
              {STATUS_NAMES[status]}
            </option>
          ))}
        </select>
      ) : (
        <textarea
          {...shared}
          rows={1}
          value={text}
          spellCheck={isText}
          onChange={(event) => {
            setText(isText ? event.target.value : event.target.value.replaceAll("\n", " "));
            setError(null);
          }}
          className={`${FIELD} py-1.5 ${column === "minutes" ? "text-right" : ""}`}
        />
      )}
      {(error || props.meanwhile) && (
        <p role="alert" className={`absolute top-full left-0 mt-px w-max max-w-72 min-w-full border bg-paper px-2 py-1 text-small ${error ? "border-stop text-stop" : "border-wait text-wait"}`}>
          {error ?? props.meanwhile}
        </p>
      )}
    </div>
  );
}
