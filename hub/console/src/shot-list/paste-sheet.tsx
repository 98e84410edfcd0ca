import { HubError } from "@fashionos/hub";
import { useEffect, useMemo, useState } from "react";
import { Button } from "../kit/button";
import { Check } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import { count } from "../time-format";
import { COLUMN_NAMES, COLUMNS } from "./cells";
import { findersOf, type Known, LINKS, type OfLinks } from "./links";
import { check, type Checked, linkTexts, type Pasted, type Target } from "./paste";

export type PasteMode = "new" | "over";

interface PasteSheetProps {
  pasted: Pasted;
  known: OfLinks<Known>;
  resolve: (texts: OfLinks<readonly string[]>) => Promise<void>;
  onApply: (mode: PasteMode, pasted: Pasted, checked: Checked) => void;
  onClose: () => void;
}

const TARGETS: readonly { value: Target; name: string }[] = [
  { value: null, name: "Leave out" },
  { value: "scene", name: "Scene" },
  ...COLUMNS.map((column) => ({ value: column, name: COLUMN_NAMES[column] })),
];

/** What would come of a paste, cell by cell, before any of it is written. */
export function PasteSheet(props: PasteSheetProps) {
  const [targets, setTargets] = useState(props.pasted.targets);
  // Whoever pastes a single cell means the cell in which they are.
  const [mode, setMode] = useState<PasteMode>(props.pasted.rows.length === 1 && props.pasted.targets.length === 1 ? "over" : "new");
  const [anyway, setAnyway] = useState(false);
  const [looking, setLooking] = useState(true);
  const [failed, setFailed] = useState<string | null>(null);
  const pasted = useMemo(() => ({ ...props.pasted, targets }), [props.pasted, targets]);
  const texts = useMemo(() => linkTexts(pasted), [pasted]);
  const named = LINKS.filter((kind) => texts[kind].length > 0);
  const { resolve } = props;
  useEffect(() => {
    let left = false;
    setLooking(named.length > 0);
    setFailed(null);
    if (named.length === 0) return;
    resolve(texts).then(
      () => !left && setLooking(false),
      (cause) => {
        if (left) return;
        setLooking(false);
        setFailed(cause instanceof HubError ? cause.message : String(cause));
      },
    );
    return () => {
      left = true;
    };
  }, [JSON.stringify(texts), resolve]);
  const checked = useMemo(() => check(pasted, findersOf(props.known)), [pasted, props.known]);
  const retarget = (column: number, target: Target) => setTargets((now) => now.map((other, n) => (n === column ? target : other === target && target !== null ? null : other)));
  const blocked = looking || (checked.wrong > 0 && !anyway) || targets.every((target) => target === null);
  return (
    <Sheet title={`Paste ${count(checked.rows.length)} ${checked.rows.length === 1 ? "row" : "rows"}`} wide onClose={props.onClose}>
      <div role="group" aria-label="Where to" className="flex flex-wrap gap-1">
        {([["new", "As new shots below"], ["over", "Over the cells from here"]] as const).map(([value, name]) => (
          <button key={value} type="button" aria-pressed={mode === value} onClick={() => setMode(value)} className="h-8 rounded-soft border border-hairline px-3 text-small text-quiet hover:bg-pressed aria-pressed:border-ink aria-pressed:text-ink">
            {name}
          </button>
        ))}
      </div>
      <div className="max-h-[50dvh] overflow-auto border border-hairline" tabIndex={0} role="region" aria-label="Preview">
        <table className="w-full border-collapse text-small">
          <thead className="sticky top-0 bg-paper">
            <tr>
              <th scope="col" className="label px-2 text-right font-normal text-quiet">Row</th>
              {targets.map((target, n) => (
                <th key={n} scope="col" className="border-l border-hairline p-1 text-left font-normal">
                  {props.pasted.heads && <span className="block truncate px-1 text-label text-quiet">{props.pasted.heads[n]}</span>}
                  <select aria-label={`Column ${n + 1}${props.pasted.heads ? `, ${props.pasted.heads[n]}` : ""}`} value={target ?? ""} onChange={(event) => retarget(n, (event.target.value || null) as Target)} className="h-7 w-full min-w-24 rounded-soft border border-rule bg-raised px-1">
                    {TARGETS.map(({ value, name }) => (
                      <option key={name} value={value ?? ""}>
                        {name}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {checked.rows.map((row, n) => (
              <tr key={n} className="border-t border-hairline align-top">
                <th scope="row" className="code px-2 py-1 text-right font-normal text-quiet">{n + 1}</th>
                {row.map((cell, m) => (
                  <td key={m} data-wrong={cell.error !== null || undefined} className={`max-w-64 border-l border-hairline px-2 py-1 ${cell.error ? "text-stop" : targets[m] === null ? "text-quiet" : ""}`}>
                    <span className="line-clamp-2 break-words">{cell.text}</span>
                    {cell.error && !looking && <span className="block font-medium">{cell.error}</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {failed && <Notice tone="wait">Names cannot be looked up: {failed}. Products and models that are in this list already are known.</Notice>}
      <div role="status">
        {looking ? (
          <p className="text-quiet">Looking up {named.join(" and ")}…</p>
        ) : checked.wrong > 0 ? (
          <div className="flex flex-wrap items-center gap-x-6">
            <p className="font-semibold text-stop">
              {count(checked.wrong)} {checked.wrong === 1 ? "cell is" : "cells are"} wrong.
            </p>
            <Check label="Leave these out and take the rest" checked={anyway} onChange={(event) => setAnyway(event.target.checked)} />
          </div>
        ) : (
          <p className="text-quiet">Every cell is understood.</p>
        )}
      </div>
      <div className="flex gap-3">
        <Button look="solid" data-first disabled={blocked} onClick={() => props.onApply(mode, pasted, checked)}>
          Paste {count(checked.rows.length)} {checked.rows.length === 1 ? "row" : "rows"}
        </Button>
        <Button onClick={props.onClose}>Cancel</Button>
      </div>
    </Sheet>
  );
}
