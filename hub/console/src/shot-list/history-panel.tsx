import { useServerClock } from "@fashionos/hub/react";
import { useState } from "react";
import { Button } from "../kit/button";
import { TextField } from "../kit/field";
import { day, hourMinute } from "../time-format";
import { STATUS_NAMES } from "./cells";
import type { ShotStatus } from "./content";
import type { Line } from "./lines";
import type { Known, OfLinks } from "./links";
import { type PastEdit, useHistory } from "./use-history";
import { columnWord, lineWord, linkWords } from "./words";

interface HistoryPanelProps {
  listId: string;
  /** The line in which one is; null: none. */
  current: Line | undefined;
  lines: readonly Line[];
  known: OfLinks<Known>;
  mayEdit: boolean;
  /** Anything that changes when the list does. */
  stamp: unknown;
  onSay: (text: string, bad?: boolean) => void;
  onClose: () => void;
}

/** Who changed what, and the states of the list that have a name and can be brought back. */
export function HistoryPanel({ listId, current, lines, known, mayEdit, stamp, onSay, onClose }: HistoryPanelProps) {
  const [whole, setWhole] = useState(false);
  const [name, setName] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const row = whole || !current || (current.kind === "scene" && !current.scene) ? null : current.id;
  const { versions, edits, error, nameOf, keep, restore } = useHistory(listId, row, stamp);
  const now = useServerClock(1);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const when = (ms: number) => (now - ms < 20 * 3_600_000 ? hourMinute(ms, zone) : `${day(ms, zone)} ${hourMinute(ms, zone)}`);
  const say = (failed: string | null, done: string) => onSay(failed ?? done, failed !== null);
  return (
    <aside aria-label="History" className="flex w-80 shrink-0 flex-col overflow-y-auto border-l border-hairline bg-paper max-lg:fixed max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:w-[min(20rem,100vw)]">
      <div className="flex items-center justify-between border-b border-hairline p-3">
        <h2 className="label text-quiet">Versions</h2>
        <Button size="row" look="plain" aria-label="Close history" onClick={onClose}>
          <span aria-hidden>✕</span>
        </Button>
      </div>
      {mayEdit && (
        <form
          className="flex flex-col gap-2 border-b border-hairline p-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) void keep(name.trim()).then((failed) => (say(failed, `Kept as “${name.trim()}”.`), failed === null && setName("")));
          }}
        >
          <TextField label="Keep the list as it is now" value={name} maxLength={200} placeholder="Before the weather turned" onChange={(event) => setName(event.target.value)} />
          <Button type="submit" size="row" disabled={!name.trim()}>
            Keep it
          </Button>
        </form>
      )}
      <ul aria-label="Versions" className="divide-y divide-hairline border-b border-hairline">
        {versions.map((version) => (
          <li key={version.id} className="flex flex-col gap-2 px-3 py-2">
            <div className="flex items-center gap-2">
              <p className="min-w-0 flex-1 text-small">
                <span className="block truncate font-medium">{version.name}</span>
                <span className="block truncate text-quiet">
                  {nameOf(version.made_by)}, {when(version.made_at)}
                </span>
              </p>
              {mayEdit && asked !== version.id && (
                <Button size="row" look="plain" aria-label={`Restore ${version.name}`} onClick={() => setAsked(version.id)}>
                  Restore
                </Button>
              )}
            </div>
            {asked === version.id && (
              <div className="flex items-center gap-2">
                <p className="min-w-0 flex-1 text-small">For everybody?</p>
                <Button size="row" look="stop" onClick={() => void restore(version.id).then((failed) => (say(failed, `The list is as it was in “${version.name}”.`), setAsked(null)))}>
                  Bring it back
                </Button>
                <Button size="row" onClick={() => setAsked(null)}>
                  No
                </Button>
              </div>
            )}
          </li>
        ))}
        {versions.length === 0 && <li className="px-3 py-2 text-small text-quiet">No version has been kept yet.</li>}
      </ul>
      <div className="flex items-center justify-between gap-2 p-3 pb-1">
        <h2 className="label min-w-0 truncate text-quiet">{row === null ? "All changes" : `Changes of ${lineWord(row, lines)}`}</h2>
        <Button size="row" look="plain" aria-pressed={whole} onClick={() => setWhole((is) => !is)}>
          {whole ? "This line" : "All"}
        </Button>
      </div>
      {error && <p role="alert" className="px-3 py-2 text-small text-stop">{error}</p>}
      <ol aria-label="Changes" className="divide-y divide-hairline">
        {(edits ?? []).map((edit) => (
          <li key={edit.id} data-change={edit.column} className="px-3 py-2 text-small">
            <p className="flex justify-between gap-3">
              <strong className="truncate font-medium">{nameOf(edit.by)}</strong>
              <span className="shrink-0 text-quiet">{when(edit.at)}</span>
            </p>
            <p className="break-words text-quiet">
              {row === null && `${lineWord(edit.row, lines)}: `}
              <Words edit={edit} lines={lines} known={known} />
            </p>
          </li>
        ))}
        {edits?.length === 0 && <li className="px-3 py-2 text-small text-quiet">Nothing has been changed here.</li>}
      </ol>
    </aside>
  );
}

function Words({ edit, lines, known }: { edit: PastEdit; lines: readonly Line[]; known: OfLinks<Known> }) {
  if (edit.column === "") return <>{edit.old === null ? "added" : edit.new === null ? "deleted" : "replaced"}</>;
  const link = linkWords(edit, known);
  if (link !== null) return <>{link}</>;
  if (edit.column === "rank") return <>moved</>;
  const shown = (value: unknown) => {
    if (value === null || value === "") return "nothing";
    if (edit.column === "status") return STATUS_NAMES[value as ShotStatus] ?? String(value);
    if (edit.column === "scene_id") return lineWord(String(value), lines);
    return edit.column === "time_est_minutes" ? `${String(value)} min` : `“${String(value)}”`;
  };
  return (
    <>
      {columnWord(edit.column)}: <del>{shown(edit.old)}</del> → <ins className="text-ink no-underline">{shown(edit.new)}</ins>
    </>
  );
}
