import type { EventRow, EventSummary, PersonSession } from "@fashionos/hub";
import { useConnection, useHub, useRoom, useRow, useServerClock } from "@fashionos/hub/react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../kit/button";
import { Meter } from "../kit/meter";
import { Notice } from "../kit/notice";
import { Tag } from "../kit/tag";
import { OfficeHeader } from "../session/office-header";
import { StaleStrip } from "../session/stale-strip";
import { count, day, hourMinute, instant } from "../time-format";
import { NewEventSheet } from "./new-event-sheet";
import { useEvents } from "./use-events";

const STATUSES: { value: EventRow["status"] | ""; name: string }[] = [
  { value: "", name: "All" },
  { value: "published", name: "Published" },
  { value: "draft", name: "Drafts" },
  { value: "completed", name: "Completed" },
  { value: "cancelled", name: "Cancelled" },
];
/** Counts are followed live for events this close to now; the others show the count of the list. */
const FOLLOWED_WITHIN_MS = 36 * 3_600_000;
/** A socket may join eight topics. */
const MOST_FOLLOWED = 6;

export function EventList({ session }: { session: PersonSession }) {
  const organization = session.organization;
  return (
    <div className="min-h-dvh">
      <OfficeHeader session={session} />
      {organization ? (
        <Events organizationId={organization.id} name={organization.name} />
      ) : (
        <main className="mx-auto max-w-[720px] p-12">
          <h1 className="title text-display">Welcome</h1>
          <p className="mt-4">You are in no organization yet. Create one in the list above, or ask for an invitation.</p>
        </main>
      )}
    </div>
  );
}

function Events({ organizationId, name }: { organizationId: string; name: string }) {
  const hub = useHub();
  const link = useConnection();
  const [q, setQ] = useState("");
  const [status, setStatus] = useState<EventRow["status"] | "">("");
  const [creating, setCreating] = useState(false);
  const { list, error, reload } = useEvents(organizationId, q, status);
  const now = useServerClock(1);
  const near = new Set(
    (list ?? [])
      .filter((event) => Math.abs((instant(event.start_time) ?? 0) - now) < FOLLOWED_WITHIN_MS)
      .slice(0, MOST_FOLLOWED)
      .map((event) => event.id),
  );
  return (
    <>
      {(link.state === "stale" || link.state === "offline") && <StaleStrip fresh={{ is: "stale", forMs: Math.max(0, hub.serverNow() - (link.lastRxAt ?? hub.serverNow())) }} />}
      <main className="mx-auto flex max-w-[1200px] flex-col gap-8 px-6 py-12">
        <div className="flex flex-wrap items-end justify-between gap-4">
          <div>
            <p className="label text-quiet">{name}</p>
            <h1 className="title text-display">Events</h1>
          </div>
          <Button look="solid" onClick={() => setCreating(true)}>
            New event
          </Button>
        </div>
        <div className="flex flex-wrap items-center gap-4">
          <input type="search" aria-label="Search events" placeholder="Search events" value={q} onChange={(event) => setQ(event.target.value)} className="h-10 w-full max-w-80 rounded-soft border border-rule bg-raised px-3" />
          <div role="group" aria-label="Status" className="flex flex-wrap gap-1">
            {STATUSES.map((choice) => (
              <button key={choice.value} type="button" aria-pressed={status === choice.value} onClick={() => setStatus(choice.value)} className="h-8 rounded-soft border border-transparent px-3 text-small text-quiet hover:bg-pressed aria-pressed:border-ink aria-pressed:text-ink">
                {choice.name}
              </button>
            ))}
          </div>
        </div>
        {error && <Notice tone="stop">{error}</Notice>}
        {list !== null && list.length === 0 && (
          <p className="border-y border-hairline py-12 text-center text-quiet">{q || status ? "No event matches." : "No events yet. Create the first one."}</p>
        )}
        {list !== null && list.length > 0 && (
          <ul aria-label="Events" className="divide-y divide-hairline border-y border-hairline">
            {list.map((event) => (
              <li key={event.id}>{near.has(event.id) ? <FollowedEvent event={event} /> : <EventLine event={event} counters={event.counters} />}</li>
            ))}
          </ul>
        )}
      </main>
      {creating && (
        <NewEventSheet
          onClose={() => setCreating(false)}
          onCreated={() => {
            setCreating(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function FollowedEvent({ event }: { event: EventSummary }) {
  const room = useRoom("event", event.id, { tables: ["event_counters"], rate: 1 });
  const counters = useRow(room, "event_counters", event.id);
  return <EventLine event={event} counters={counters ?? event.counters} />;
}

const LIVE_WORDS: Record<EventRow["live_state"], string> = { idle: "", doors_open: "Doors open", running: "Running", paused: "Paused", ended: "Ended" };

function EventLine({ event, counters }: { event: EventSummary; counters: EventSummary["counters"] | undefined }) {
  const start = instant(event.start_time);
  const expected = counters?.expected_people ?? 0;
  const arrived = counters?.arrived_people ?? 0;
  return (
    <Link to="/event/$eventId" params={{ eventId: event.id }} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-8 gap-y-2 px-2 py-5 transition-colors hover:bg-raised md:grid-cols-[10rem_minmax(0,1fr)_12rem_9rem]">
      <p className="text-small max-md:col-span-2">
        {start === null ? "–" : day(start, event.time_zone)}
        <span className="block text-quiet">{start !== null && hourMinute(start, event.time_zone)}</span>
      </p>
      <div className="min-w-0">
        <p className="title truncate text-heading">{event.title}</p>
        <p className="truncate text-small text-quiet">{event.venue_name}</p>
      </div>
      <div className="text-small max-md:col-span-2">
        <p data-arrived={arrived}>
          <strong className="font-semibold">{count(arrived)}</strong> of {count(expected)} arrived
        </p>
        <Meter value={arrived} total={expected} name={`Arrived at ${event.title}`} className="mt-1" />
      </div>
      <p className="justify-self-end max-md:col-start-2 max-md:row-start-2">
        {event.live_state !== "idle" && event.live_state !== "ended" ? <Tag tone="go">{LIVE_WORDS[event.live_state]}</Tag> : <Tag>{event.status}</Tag>}
      </p>
    </Link>
  );
}
