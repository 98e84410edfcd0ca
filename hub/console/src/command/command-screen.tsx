import "./wall.css";
import { useConnection, useHub, useRoom, useRow, useServerClock } from "@fashionos/hub/react";
import { useEffect, useState } from "react";
import { useWakeLock } from "../kit/use-wake-lock";
import { BUILD } from "../session/build";
import { Denied } from "../session/denied";
import { useFreshness } from "../session/staleness";
import { elapsed, timeOfDay } from "../time-format";
import { CrowdPanel } from "./crowd-panel";
import { MessageBand } from "./message-band";
import { ShowPanel } from "./show-panel";
import { WatchPanel } from "./watch-panel";

/** Only what the wall shows, merged to ten updates a second: no guest's row ever reaches a wall. */
const OPTIONS = {
  rate: 10,
  tables: [
    "events", "event_counters", "tier_counters", "gate_counters", "event_gates", "ticket_tiers",
    "event_schedules", "show_runs", "show_run_cues", "event_alerts", "screen_messages",
  ],
};

/** The command center, seen from 5 m. It takes no input. */
export function CommandScreen({ eventId }: { eventId: string }) {
  const room = useRoom("event", eventId, OPTIONS);
  const event = useRow(room, "events", eventId);
  const fresh = useFreshness(room);
  const shift = usePixelShift();
  useWakeLock();

  if (fresh.is === "denied") {
    return (
      <div data-surface="night">
        <Denied message={fresh.message} />
      </div>
    );
  }
  const old = fresh.is === "stale";
  return (
    <main data-surface="night" data-fresh={fresh.is} className="relative h-screen w-screen overflow-hidden">
      <div className={`wall wall-shift ${old ? "wall-old" : ""}`} style={{ transform: `translate(${shift.x}px, ${shift.y}px)` }}>
        <header className="wall-row [grid-area:head]">
          <h1 className="title wall-title wall-cut">{event?.title ?? "…"}</h1>
          <Clock zone={event?.time_zone ?? "UTC"} />
        </header>
        <div className="flex min-h-0 flex-col gap-[1.2vh] pt-[1.2vh] [grid-area:show]">
          <div className="grid min-h-0 flex-1">{event && <ShowPanel room={room} zone={event.time_zone} />}</div>
          <WatchPanel room={room} />
        </div>
        <div className="grid min-h-0 pt-[1.2vh] [grid-area:crowd]">
          <CrowdPanel room={room} eventId={eventId} />
        </div>
      </div>
      <Fingerprint />
      <MessageBand room={room} />
      {old && (
        <div role="alert" data-stale className="absolute inset-x-0 top-[34vh] flex items-center justify-center gap-[3vh] bg-wait-field py-[2vh] text-on-wait">
          <p className="wall-signal">No signal {elapsed(fresh.forMs)}</p>
        </div>
      )}
    </main>
  );
}

function Clock({ zone }: { zone: string }) {
  const now = useServerClock(1);
  return <p className="wall-title">{timeOfDay(now, zone)}</p>;
}

/** Which page this is and how it is connected, for the operator who walks up to it. */
function Fingerprint() {
  const hub = useHub();
  const link = useConnection();
  useServerClock(1);
  const offset = Math.round((hub.serverNow() - Date.now()) / 1000);
  return (
    <p data-fingerprint className="code wall-print absolute right-[0.8vh] bottom-[0.5vh] text-quiet">
      {BUILD} · {link.rtt === null ? "–" : `${Math.max(1, Math.round(link.rtt))} ms`} · clock {offset > 0 ? "+" : ""}
      {offset} s
    </p>
  );
}

/** A place within three pixels, another one every minute. */
function usePixelShift(): { x: number; y: number } {
  const [step, setStep] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setStep((n) => n + 1), 60_000);
    return () => clearInterval(timer);
  }, []);
  const places = [0, 2, 3, 1, -2, -3, -1];
  return { x: places[step % 7]!, y: places[(step * 3) % 7]! };
}
