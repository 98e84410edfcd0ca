import type { CueVerb } from "@fashionos/hub";
import { useRoom, useRow, useRows, useServerClock } from "@fashionos/hub/react";
import { useCallback, useEffect, useMemo, useRef, useState, type MouseEvent } from "react";
import { Button } from "../kit/button";
import { useWakeLock } from "../kit/use-wake-lock";
import { Denied } from "../session/denied";
import { ScreenMessages } from "../session/screen-messages";
import { StaleStrip } from "../session/stale-strip";
import { useFreshness } from "../session/staleness";
import { openAlerts } from "../show/messages";
import { plannedCues } from "../show/run-of-show";
import { useShow } from "../show/use-show";
import { AlertPanel } from "./alert-panel";
import { CallerHeader } from "./caller-header";
import { CueClock } from "./cue-clock";
import { CueControls } from "./cue-controls";
import { actionOf, type KeyAction } from "./keys";
import { KeysSheet } from "./keys-sheet";
import { LooksPanel } from "./looks-panel";
import { MessagePanel } from "./message-panel";
import { NoteLine } from "./note-line";
import { planLines, runLines } from "./rundown-line";
import { RundownTable } from "./rundown-table";
import { EndSheet, StartSheet, TimeSheet } from "./sheets";
import { cueTarget, useCueCommands } from "./use-cue-commands";

const OPTIONS = {
  tables: [
    "events", "event_counters", "event_schedules", "runway_segments", "show_lineup", "show_runs", "show_run_cues",
    "event_alerts", "screen_messages", "message_acknowledgements",
  ],
};
const SURFACE = "fashionos.caller.surface";
type OpenSheet = "start" | "end" | "time" | "keys" | null;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type !== "checkbox");
}

/** A click on a button leaves the keyboard with the desk: the next Space is GO, not that button again. */
function keepKeyboard(event: MouseEvent) {
  const button = event.target instanceof Element && event.target.closest("button");
  if (!button || event.target instanceof HTMLInputElement || button.closest("dialog")) return;
  event.preventDefault();
  if (document.activeElement instanceof HTMLElement && !document.activeElement.closest("form")?.contains(button)) document.activeElement.blur();
}

/** The show caller's desk. */
export function CallerScreen({ eventId }: { eventId: string }) {
  const room = useRoom("event", eventId, OPTIONS);
  const event = useRow(room, "events", eventId);
  const schedules = useRows(room, "event_schedules");
  const segments = useRows(room, "runway_segments");
  const show = useShow(room);
  const fresh = useFreshness(room);
  const now = useServerClock(1);
  const { note, send } = useCueCommands(room);
  const [sheet, setSheet] = useState<OpenSheet>(null);
  const [selected, setSelected] = useState<string | null>(null);
  // Halls are dark: the desk is dark unless the caller says otherwise.
  const [surface, setSurface] = useState<string>(() => localStorage.getItem(SURFACE) ?? "night");
  const message = useRef<HTMLTextAreaElement>(null);
  useWakeLock();

  const plan = useMemo(() => plannedCues(schedules.values()), [schedules]);
  const lines = show ? runLines(show, now) : planLines(plan);
  const ids = lines.map((line) => line.id);
  const line = lines.find(({ id }) => id === selected) ?? null;
  const segmentId = line?.segmentId ?? show?.live?.segment_id ?? null;

  const act = useCallback(
    (action: KeyAction) => {
      const time = (ms: number) => show && send({ do: "add_time", ms });
      const cue = show?.cues.find((other) => cueTarget(other) === selected);
      switch (action) {
        case "go":
          return show ? send({ do: "next" }) : setSheet("start");
        case "hold":
          return show && send({ do: show.run.status === "held" ? "resume" : "hold" });
        case "undo":
          return show && send({ do: "undo" });
        case "later":
          return time(30_000);
        case "sooner":
          return time(-30_000);
        case "later-more":
          return time(60_000);
        case "sooner-more":
          return time(-60_000);
        case "custom-time":
          return show && setSheet("time");
        case "up":
        case "down": {
          const from = ids.indexOf(selected ?? (show?.live ? cueTarget(show.live) : ""));
          const to = Math.min(ids.length - 1, Math.max(0, from + (action === "up" ? -1 : 1)));
          return setSelected(ids[to] ?? null);
        }
        case "jump":
          return cue && send({ do: "jump", cue_id: cueTarget(cue) });
        case "skip":
          return cue && send({ do: "skip", cue_id: cueTarget(cue), skipped: !cue.skipped });
        case "start":
          return !show && setSheet("start");
        case "end":
          return show && setSheet("end");
        case "message":
          return message.current?.focus();
        case "alert": {
          const [loudest] = openAlerts(room.rows("event_alerts").values());
          return loudest && void room.send({ name: "acknowledge_alert", alert_id: loudest.id }).catch(() => {});
        }
        case "surface":
          return setSurface((is) => (is === "night" ? "paper" : "night"));
        case "keys":
          return setSheet("keys");
      }
    },
    [show, selected, ids.join(), send, room],
  );

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (sheet !== null || isTyping(event.target)) return;
      const action = actionOf(event);
      // A button that was reached with Tab keeps its own Space.
      const onButton = event.target instanceof HTMLButtonElement && event.key === " ";
      if (action === null || onButton) return;
      event.preventDefault();
      act(action);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [act, sheet]);
  useEffect(() => {
    localStorage.setItem(SURFACE, surface);
  }, [surface]);

  if (fresh.is === "denied") return <Denied message={fresh.message} />;
  const zone = event?.time_zone ?? "UTC";
  const close = () => setSheet(null);
  const verb = (next: CueVerb) => {
    close();
    send(next);
  };
  return (
    <div data-surface={surface} data-fresh={fresh.is} onMouseDown={keepKeyboard} className="flex h-dvh flex-col overflow-hidden max-lg:h-auto max-lg:min-h-dvh max-lg:overflow-visible">
      <CallerHeader room={room} event={event ?? null} surface={surface} act={act} />
      {/* Over the page, not in it: a message must not move GO away under a finger. */}
      <div className="pointer-events-none fixed inset-x-0 bottom-0 z-10">
        <ScreenMessages room={room} profile="caller" />
        <StaleStrip fresh={fresh} />
      </div>
      <main className={`grid min-h-0 flex-1 lg:grid-cols-[400px_minmax(0,1fr)_320px] ${fresh.is === "stale" ? "opacity-80 grayscale" : ""}`}>
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto border-r border-hairline p-6">
          {show ? (
            <>
              <CueClock show={show} zone={zone} />
              <CueControls show={show} note={note} act={act} />
            </>
          ) : (
            <div className="flex flex-col gap-4">
              <p className="label text-quiet">No run is live</p>
              <h2 className="title text-display">{lines.length === 0 ? "The rundown is empty" : "Ready when you are"}</h2>
              <p className="text-quiet">{lines.length === 0 ? "Import a rundown on the event’s page first." : `${lines.length} cues. The first is “${lines.find((l) => l.status !== "skipped")?.title ?? "–"}”.`}</p>
              <Button size="thumb" look="solid" data-start disabled={lines.length === 0} onClick={() => setSheet("start")}>
                Start…
              </Button>
            </div>
          )}
          <NoteLine note={note} />
        </div>
        <div className="flex min-h-0 flex-col">
          <div className="flex h-12 shrink-0 items-center gap-2 border-b border-hairline px-4">
            <p className="min-w-0 flex-1 truncate text-small text-quiet">{line ? `Selected: ${line.number ?? ""} ${line.title}` : "Select a cue with ↑ ↓ or a click"}</p>
            <Button size="row" disabled={!show || !line || note.is === "sending"} onClick={() => act("jump")}>
              Jump to it
            </Button>
            <Button size="row" disabled={!show || !line || line.actualStart !== null || note.is === "sending"} onClick={() => act("skip")}>
              {line?.status === "skipped" ? "Take it in" : "Skip it"}
            </Button>
          </div>
          <div className="min-h-0 flex-1 overflow-auto px-2" tabIndex={0} role="region" aria-label="Rundown">
            <RundownTable lines={lines} segments={segments} zone={zone} selected={selected} onSelect={setSelected} />
          </div>
        </div>
        <aside aria-label="Backstage" className="flex min-h-0 flex-col gap-6 overflow-y-auto border-l border-hairline p-4">
          <AlertPanel room={room} />
          <MessagePanel room={room} field={message} />
          <LooksPanel room={room} segmentId={segmentId} />
        </aside>
      </main>
      {sheet === "start" && (
        <StartSheet from={line?.title ?? null} onClose={close} onStart={(kind, fromSelected) => verb({ do: "start", kind, ...(fromSelected && selected && { cue_id: selected }) })} />
      )}
      {sheet === "end" && show && <EndSheet kind={show.run.kind} onClose={close} onEnd={() => verb({ do: "end" })} />}
      {sheet === "time" && <TimeSheet onClose={close} onAdd={(ms) => verb({ do: "add_time", ms })} />}
      {sheet === "keys" && <KeysSheet onClose={close} />}
    </div>
  );
}
