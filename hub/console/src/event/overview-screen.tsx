import { useRoom, useRow } from "@fashionos/hub/react";
import { Link } from "@tanstack/react-router";
import { useSession } from "../session/auth";
import { Denied } from "../session/denied";
import { OfficeHeader } from "../session/office-header";
import { StaleStrip } from "../session/stale-strip";
import { useFreshness } from "../session/staleness";
import { Tag } from "../kit/tag";
import { day, hourMinute, instant } from "../time-format";
import { DeviceSection } from "./device-section";
import { DoorSection } from "./door-section";
import { ExportSection } from "./export-section";
import { FigureSection } from "./figure-section";
import { ImportSection } from "./import-section";

const OPTIONS = {
  rate: 5,
  tables: [
    "events", "event_counters", "tier_counters", "gate_counters", "event_gates", "event_gate_tiers", "ticket_tiers", "devices", "event_schedules", "show_runs",
  ],
};

/** One event as its producer sees it. */
export function OverviewScreen({ eventId }: { eventId: string }) {
  const session = useSession();
  const room = useRoom("event", eventId, OPTIONS);
  const event = useRow(room, "events", eventId);
  const fresh = useFreshness(room);
  if (fresh.is === "denied") return <Denied message={fresh.message} />;
  if (session?.kind !== "person") return null;
  const start = instant(event?.start_time);
  return (
    <div className="min-h-dvh" data-fresh={fresh.is}>
      <OfficeHeader session={session} />
      <StaleStrip fresh={fresh} />
      <main className="mx-auto flex max-w-[1200px] flex-col gap-12 px-6 py-10">
        <div className="flex flex-wrap items-end justify-between gap-6">
          <div className="min-w-0">
            <p className="label text-quiet">
              {start !== null && event && `${day(start, event.time_zone)} · ${hourMinute(start, event.time_zone)} · ${event.time_zone}`}
              {event?.venue_name && ` · ${event.venue_name}`}
            </p>
            <h1 className="title text-display text-balance">{event?.title ?? "…"}</h1>
            {event && (
              <p className="mt-2 flex gap-2">
                <Tag tone={event.status === "published" ? "go" : event.status === "cancelled" ? "stop" : "plain"}>{event.status}</Tag>
                <Tag>{event.live_state.replace("_", " ")}</Tag>
              </p>
            )}
          </div>
          <nav aria-label="Screens of this event" className="flex flex-wrap gap-2">
            <ScreenLink to="/command/$eventId" eventId={eventId} name="Command center" />
            <ScreenLink to="/caller/$eventId" eventId={eventId} name="Call the show" />
            <ScreenLink to="/check-in/$eventId" eventId={eventId} name="Check-in" />
          </nav>
        </div>
        <FigureSection room={room} eventId={eventId} />
        <DoorSection room={room} eventId={eventId} />
        <ImportSection eventId={eventId} />
        <ExportSection eventId={eventId} />
        <DeviceSection room={room} eventId={eventId} />
      </main>
    </div>
  );
}

function ScreenLink({ to, eventId, name }: { to: "/command/$eventId" | "/caller/$eventId" | "/check-in/$eventId"; eventId: string; name: string }) {
  return (
    <Link to={to} params={{ eventId }} className="inline-flex h-10 items-center rounded-soft border border-rule px-4 font-medium transition-colors hover:bg-pressed">
      {name}
    </Link>
  );
}
