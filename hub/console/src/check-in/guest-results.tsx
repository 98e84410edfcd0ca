import type { GuestHit } from "@fashionos/hub";
import { useState } from "react";
import { Button } from "../kit/button";
import { Tag } from "../kit/tag";
import { FEWEST_LETTERS, type GuestSearch } from "./use-guest-search";
import { PeopleStepper } from "./people-stepper";

/** Guests that were found, each with the one thing to do about them. */
export function GuestResults(props: { search: GuestSearch; direction: "in" | "out"; onCheckIn: (guest: GuestHit, people: number | undefined) => void }) {
  const { search } = props;
  if (search.is === "idle") return null;
  if (search.is === "short") return <p className="p-4 text-quiet">Type at least {FEWEST_LETTERS} letters of a name.</p>;
  if (search.is === "searching") return <p className="p-4 text-quiet">Searching…</p>;
  if (search.is === "failed") return <p className="p-4 text-stop" role="alert">{search.message}</p>;
  if (search.guests.length === 0) return <p className="p-4" role="status">Nobody of that name is on the list.</p>;
  return (
    <ul aria-label="Guests found" className="divide-y divide-hairline">
      {search.guests.map((guest) => (
        <GuestRow key={guest.registration_id} guest={guest} direction={props.direction} onCheckIn={props.onCheckIn} />
      ))}
    </ul>
  );
}

function GuestRow({ guest, direction, onCheckIn }: { guest: GuestHit; direction: "in" | "out"; onCheckIn: (guest: GuestHit, people: number | undefined) => void }) {
  const missing = guest.party_size - guest.arrived;
  const [people, setPeople] = useState(Math.max(1, missing));
  const open = guest.status === "confirmed" || guest.status === "attended";
  const stepper = direction === "in" && open && missing > 1;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 text-lead font-semibold">
          <span className="truncate">{guest.name}</span>
          {guest.vip && <Tag>VIP</Tag>}
        </p>
        <p className="flex flex-wrap items-center gap-x-3 text-body text-quiet">
          <span>{guest.tier}</span>
          {guest.seat && <span className="code">{guest.seat}</span>}
          <span className={guest.arrived > 0 ? "text-go" : ""}>
            {guest.arrived} of {guest.party_size} in
          </span>
          {!open && <Tag tone="stop">{guest.status === "pending" ? "not confirmed" : guest.status}</Tag>}
        </p>
      </div>
      {stepper && <PeopleStepper value={people} most={missing} onChange={setPeople} label={`People of ${guest.name}`} />}
      <Button size="thumb" look={missing > 0 && direction === "in" && open ? "solid" : "line"} onClick={() => onCheckIn(guest, stepper ? people : undefined)}>
        {direction === "out" ? "Check out" : "Check in"}
      </Button>
    </li>
  );
}
