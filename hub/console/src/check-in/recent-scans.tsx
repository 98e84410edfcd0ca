import { useServerClock } from "@fashionos/hub/react";
import { useState } from "react";
import { Button } from "../kit/button";
import { timeOfDay } from "../time-format";
import { isUnseenRefusal, mayAnnul, type ScanEntry } from "./scan-log";
import { faceOf, shortWord } from "./verdict-face";
import type { Scans } from "./use-scans";

/** The scans of this device: those without an answer, and the last ten with one. */
export function RecentScans({ scans, zone, online }: { scans: Scans; zone: string; online: boolean }) {
  const now = useServerClock(1);
  const [refused, setRefused] = useState<string | null>(null);
  if (scans.log.length === 0) return <p className="p-4 text-quiet">No scans yet. Hold a code to the camera, use the scanner, or search a name.</p>;
  return (
    <>
      {refused && <p role="alert" className="px-4 py-2 text-stop">{refused}</p>}
      <ul aria-label="Last scans" className="divide-y divide-hairline">
        {scans.log.map((entry) => (
          <ScanRow key={entry.id} entry={entry} now={now} zone={zone} online={online} onAnnul={async () => setRefused(await scans.annul(entry.id))} onSeen={() => scans.seen(entry.id)} />
        ))}
      </ul>
    </>
  );
}

const TONES = { go: "text-go", wait: "text-wait", stop: "text-stop" };

function ScanRow({ entry, now, zone, online, onAnnul, onSeen }: { entry: ScanEntry; now: number; zone: string; online: boolean; onAnnul: () => void; onSeen: () => void }) {
  const { state } = entry;
  const name = state.is === "verdict" ? (state.verdict.guest?.name ?? entry.label) : entry.label;
  const word = state.is === "verdict" ? shortWord(state.verdict) : state.is === "sent" ? (online ? "Sent…" : "Not sent yet") : "Not counted";
  const tone = state.is === "verdict" ? faceOf(state.verdict).tone : state.is === "sent" ? "wait" : "stop";
  const people = state.is === "verdict" && state.verdict.people > 1 ? ` · ${state.verdict.people} people` : "";
  const late = isUnseenRefusal(entry);
  return (
    <li data-scan={state.is === "verdict" ? state.verdict.result : state.is} className={`flex min-h-14 items-center gap-3 px-4 py-2 ${late ? "bg-stop-field text-on-stop" : ""}`}>
      <span className="code text-small">{timeOfDay(entry.command.scanned_at, zone)}</span>
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{name}</span>
        {late && <span className="block text-small">Scanned without signal; the answer came after the guest.</span>}
      </span>
      <span className={`font-medium ${late ? "" : entry.annul === "done" ? "text-quiet line-through" : TONES[tone]}`}>
        {word}
        {people}
      </span>
      {late && (
        <button type="button" className="h-10 rounded-soft border border-current px-3" onClick={onSeen}>
          Seen
        </button>
      )}
      {!late && mayAnnul(entry, now) && (
        <Button onClick={onAnnul} aria-label={`Take back ${name}`}>
          Take back
        </Button>
      )}
      {entry.annul === "asked" && <span className="text-wait">Taking back…</span>}
      {entry.annul === "done" && <span className="text-small text-quiet">taken back</span>}
    </li>
  );
}
