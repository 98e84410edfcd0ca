import type { Room, RowOf } from "@fashionos/hub";
import { useRows } from "@fashionos/hub/react";
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { LookHandle } from "./look-handle";
import { type Lift, liftKey, moved, placeAt, shownOrder } from "./look-order";
import { useLookMoves } from "./use-look-moves";

type Look = RowOf<"show_lineup">;
const STATES: Look["status"][] = ["planned", "dressing", "ready", "on_runway", "done", "cut"];
/** So near to an edge of the list it scrolls under a held look, px, and so far at a time. */
const EDGE = 24;

/** What somebody wears, whichever fields it was noted in. */
function outfit(details: unknown): string {
  if (typeof details === "string") return details;
  if (details === null || typeof details !== "object") return "";
  return Object.values(details)
    .flat()
    .filter((part) => typeof part === "string" && part !== "")
    .join(", ");
}

/** The looks of a segment in their order, which can be changed, and how far backstage is with them. */
export function LooksPanel({ room, segmentId }: { room: Room; segmentId: string | null }) {
  const rows = useRows(room, "show_lineup");
  const order = useMemo(
    () =>
      [...rows.values()]
        .filter((look) => look.segment_id === segmentId)
        .sort((a, b) => a.order_index - b.order_index || (a.id < b.id ? -1 : 1))
        .map((look) => look.id),
    [rows, segmentId],
  );
  const segment = useRows(room, "runway_segments").get(segmentId ?? "");
  const { pending, note, say, move } = useLookMoves(room);
  const [lift, setLift] = useState<Lift | null>(null);
  const list = useRef<HTMLOListElement>(null);

  const standing = shownOrder(order, pending, room.cursor?.seq ?? null);
  // Somebody may have taken the look out, or the show has gone on to another segment.
  const held = lift !== null && standing.includes(lift.lookId) ? lift : null;
  const shown = held ? moved(standing, held.lookId, held.to) : standing;
  const looks = shown.flatMap((id) => rows.get(id) ?? []);
  const ready = looks.filter((look) => look.status !== "planned" && look.status !== "dressing").length;

  const nameOf = (id: string) => rows.get(id)?.model_name ?? "the open look";
  const place = (to: number) => `place ${to + 1} of ${standing.length}`;
  const take = (lookId: string, by: Lift["by"]) => {
    const from = standing.indexOf(lookId);
    setLift({ lookId, from, to: from, by });
    say(`Holding ${nameOf(lookId)}, ${place(from)}. Arrow keys move it, Space puts it down, Escape puts it back.`);
  };
  const carry = (to: number) => {
    if (!held || to === held.to) return;
    setLift({ ...held, to });
    say(`${nameOf(held.lookId)}: ${place(to)}`);
  };
  const putBack = () => {
    if (!held) return;
    setLift(null);
    say(`${nameOf(held.lookId)} is back at ${place(held.from)}`);
  };
  const putDown = () => {
    if (!held) return;
    setLift(null);
    if (standing.indexOf(held.lookId) === held.to) return say(`${nameOf(held.lookId)} stays at ${place(held.to)}`);
    move(held.lookId, held.to, `${nameOf(held.lookId)} was moved to ${place(held.to)}`);
  };

  // While a pointer holds a look, the focus is elsewhere, and Escape means this before anything else.
  const escape = useRef(putBack);
  escape.current = putBack;
  useEffect(() => {
    if (held?.by !== "pointer") return;
    const press = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      escape.current();
    };
    addEventListener("keydown", press, { capture: true });
    return () => removeEventListener("keydown", press, { capture: true });
  }, [held?.by]);

  const onKeyDown = (lookId: string) => (event: KeyboardEvent) => {
    const mine = held?.lookId === lookId;
    const does = mine ? liftKey(event.key, held, standing.length) : null;
    if (!mine && event.key !== " " && event.key !== "Enter") return;
    // The desk's own keys are not meant.
    event.stopPropagation();
    if (!mine) {
      event.preventDefault();
      return take(lookId, "keys");
    }
    if (does === null) return;
    if (event.key !== "Tab") event.preventDefault();
    if (does.do === "to") carry(does.to);
    else if (does.do === "drop") putDown();
    else putBack();
  };
  const onPointerMove = (event: PointerEvent) => {
    const element = list.current;
    if (!element || held?.by !== "pointer") return;
    const box = element.getBoundingClientRect();
    if (event.clientY < box.top + EDGE) element.scrollBy(0, -EDGE);
    else if (event.clientY > box.bottom - EDGE) element.scrollBy(0, EDGE);
    const others = [...element.querySelectorAll<HTMLElement>("[data-look]")].filter(({ dataset }) => dataset.look !== held.lookId);
    const middles = others.map((line) => line.getBoundingClientRect()).map(({ top, height }) => top + height / 2);
    carry(placeAt(event.clientY, middles));
  };
  const handlers = (lookId: string) => ({
    onKeyDown: onKeyDown(lookId),
    onBlur: () => held?.by === "keys" && held.lookId === lookId && putBack(),
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      take(lookId, "pointer");
    },
    onPointerMove,
    onPointerUp: () => held?.by === "pointer" && putDown(),
    onPointerCancel: () => held?.by === "pointer" && putBack(),
  });

  if (looks.length === 0) return null;
  return (
    <section aria-labelledby="looks" className="flex flex-col gap-2">
      <h2 id="looks" className="label flex justify-between gap-2 text-quiet">
        <span className="truncate">Looks · {segment?.name}</span>
        <span className="shrink-0">
          {ready}/{looks.length} ready
        </span>
      </h2>
      <ol ref={list} className="max-h-72 divide-y divide-hairline overflow-y-auto border-y border-hairline" tabIndex={0} aria-label="Looks">
        {looks.map((look, n) => (
          <li
            key={look.id}
            data-look={look.id}
            data-held={held?.lookId === look.id || undefined}
            className={`flex items-center gap-2 py-1 ${look.status === "done" || look.status === "cut" ? "text-quiet" : ""} ${held?.lookId === look.id ? "bg-pressed" : ""}`}
          >
            <LookHandle name={`look ${n + 1}, ${look.model_name ?? "open"}`} held={held?.lookId === look.id} {...handlers(look.id)} />
            <span className="code w-6 shrink-0 text-small">{n + 1}</span>
            <span className="min-w-0 flex-1">
              <span className="block truncate text-small font-medium">{look.model_name ?? "Open"}</span>
              <span className="block truncate text-small text-quiet">
                {[outfit(look.outfit_details), look.notes].filter(Boolean).join(" · ")}
              </span>
            </span>
            <select
              aria-label={`State of look ${n + 1}`}
              value={look.status}
              onChange={(event) => void room.send({ name: "set_look_status", look_id: look.id, status: event.target.value }).catch(() => {})}
              className="h-8 rounded-soft border border-hairline bg-raised px-1 text-small"
            >
              {STATES.map((state) => (
                <option key={state} value={state}>
                  {state.replace("_", " ")}
                </option>
              ))}
            </select>
          </li>
        ))}
      </ol>
      <p id="looks-help" className="sr-only">
        Drag to change the running order. Or press Space to take hold of the look, arrow keys to move it, Space to put it down.
      </p>
      <p aria-live="assertive" data-look-note className={note.bad ? "border-l-2 border-stop pl-3 text-small text-stop" : "sr-only"}>
        {note.text}
      </p>
    </section>
  );
}
