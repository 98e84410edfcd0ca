import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Leave } from "./cell-editor";
import { COLUMN_NAMES } from "./cells";
import { brief, type Known, LINK_WORDS, type Linked, type LinkKind, matches, MOST_LINKED, offered } from "./links";
import { useFound } from "./use-found";

const MOST_FOUND = 8;

export interface LinkPickerProps {
  kind: LinkKind;
  label: string;
  chosen: readonly string[];
  known: Known;
  /** Who is offered first, with how far their casting is. */
  cast: ReadonlyMap<string, string>;
  onFound: (found: readonly Linked[]) => void;
  onCommit: (value: readonly string[], leave: Leave) => void;
  onCancel: () => void;
}

/** The products or models of a shot while they are chosen: type to search, Enter adds or takes away, Enter on nothing is done. */
export function LinkPicker({ kind, known, cast, ...props }: LinkPickerProps) {
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [chosen, setChosen] = useState(props.chosen);
  const [words, setWords] = useState("");
  /** The one that Enter means; undefined: the first, where words were typed. */
  const [active, setActive] = useState<string | null | undefined>(undefined);
  const ended = useRef(false);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);

  // Some of what is found may be in the cast, which is offered anyway.
  const { found, error, settled } = useFound({ kind, words, collection: null, limit: MOST_FOUND + Math.min(cast.size, MOST_LINKED[kind]) }, props.onFound);
  // Without network: what is known here.
  const others = error !== null ? [...known.values()].filter((linked) => matches(linked, words)) : found;
  const shown = offered(known, new Set(cast.keys()), words, others, MOST_FOUND);
  const typed = words.trim() !== "";
  const at = active === undefined ? (typed && shown.length > 0 ? 0 : -1) : shown.findIndex(({ id }) => id === active);
  const isFull = chosen.length >= MOST_LINKED[kind];
  useEffect(() => {
    const option = list.current?.children[at];
    if (!(option instanceof HTMLElement) || !list.current) return;
    // The list alone: the sheet behind it stays where it is.
    const { offsetTop: top, offsetHeight: height } = option;
    const { scrollTop, clientHeight } = list.current;
    if (top < scrollTop) list.current.scrollTop = top;
    else if (top + height > scrollTop + clientHeight) list.current.scrollTop = top + height - clientHeight;
  }, [at]);

  const write = (text: string) => {
    setWords(text);
    setActive(undefined);
  };
  const toggle = ({ id }: Linked) => {
    if (isFull && !chosen.includes(id)) return;
    setChosen((ids) => (ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]));
    write("");
    field.current?.focus({ preventScroll: true });
  };
  const commit = (leave: Leave) => {
    if (ended.current) return;
    ended.current = true;
    props.onCommit(chosen, leave);
  };
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    const linked = shown[at];
    if (event.key === "Escape") {
      ended.current = true;
      props.onCancel();
    } else if (event.key === "ArrowDown") setActive(shown[Math.min(at + 1, shown.length - 1)]?.id ?? null);
    else if (event.key === "ArrowUp") setActive(shown[at - 1]?.id ?? null);
    else if (event.key === "Enter") {
      if (linked) toggle(linked);
      else commit("down");
    } else if (event.key === "Tab") commit(event.shiftKey ? "previous" : "next");
    else if (event.key === "Backspace" && words === "") setChosen((ids) => ids.slice(0, -1));
    else return;
    event.preventDefault();
  };
  const { one, remove } = LINK_WORDS[kind];
  const look = kind === "products" ? "code" : "";
  return (
    <div
      ref={box}
      className="absolute top-0 left-0 z-[4] w-72 border border-ink bg-raised"
      onPointerDown={(event) => event.stopPropagation()}
      onBlur={(event) => !box.current?.contains(event.relatedTarget) && commit("stay")}
    >
      <div className="flex flex-wrap items-center gap-1 p-1">
        {chosen.map((id) => (
          <button
            key={id}
            type="button"
            tabIndex={-1}
            aria-label={`${remove} ${known.get(id)?.name ?? one}`}
            onClick={() => setChosen((ids) => ids.filter((other) => other !== id))}
            className={`${look} rounded-soft border border-rule px-1 text-label hover:bg-pressed pointer-coarse:h-8 pointer-coarse:px-2`}
          >
            {brief(known.get(id))} <span aria-hidden>✕</span>
          </button>
        ))}
        <input
          ref={field}
          role="combobox"
          aria-label={props.label}
          aria-expanded
          aria-controls={`${kind}-options`}
          aria-activedescendant={shown[at] && `link-${shown[at].id}`}
          data-editor={kind}
          value={words}
          placeholder={`Search ${kind}`}
          onChange={(event) => write(event.target.value)}
          onKeyDown={press}
          className="h-6 min-w-24 flex-1 bg-transparent px-1 text-small outline-none"
        />
      </div>
      <ul ref={list} id={`${kind}-options`} role="listbox" aria-label={COLUMN_NAMES[kind]} className="relative max-h-64 overflow-y-auto border-t border-hairline">
        {shown.map((linked, n) => {
          const isChosen = chosen.includes(linked.id);
          return (
            <li
              key={linked.id}
              id={`link-${linked.id}`}
              role="option"
              aria-selected={isChosen}
              aria-disabled={(isFull && !isChosen) || undefined}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => toggle(linked)}
              className={`flex h-8 items-center gap-2 px-2 text-small pointer-coarse:h-11 ${n === at ? "bg-pressed" : ""}`}
            >
              <span className="w-3 shrink-0">{isChosen ? "✓" : ""}</span>
              {linked.sku !== null && <span className="code shrink-0 text-label text-quiet">{linked.sku}</span>}
              <span className="min-w-0 flex-1 truncate">{linked.name || "–"}</span>
              {cast.has(linked.id) && <span className="shrink-0 text-label text-quiet">{cast.get(linked.id)}</span>}
            </li>
          );
        })}
        {shown.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled className="px-2 py-1.5 text-small text-quiet">
            {error !== null ? `No network: only ${kind} that were seen here can be found.` : typed && settled ? `No ${one} matches.` : "…"}
          </li>
        )}
      </ul>
      {isFull && (
        <p role="status" className="border-t border-hairline px-2 py-1.5 text-small text-quiet">
          A shot has at most {MOST_LINKED[kind]} {kind}.
        </p>
      )}
    </div>
  );
}
