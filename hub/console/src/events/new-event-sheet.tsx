import { HubError } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { SelectField, TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import { zonedTime } from "./local-time";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const ZONES = [...new Set([HERE, "UTC", ...Intl.supportedValuesOf("timeZone")])];

/** A new event. Times are those of the place where it is. */
export function NewEventSheet({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const hub = useHub();
  const navigate = useNavigate();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const zone = text("time_zone");
    const start = zonedTime(text("start"), zone);
    const end = zonedTime(text("end"), zone);
    if (start === null || end === null) return setError("Give the start and the end.");
    if (end <= start) return setError("The end has to be after the start.");
    setBusy(true);
    setError(null);
    try {
      const made = await hub.api.createEvent({
        title: text("title"),
        start_time: new Date(start).toISOString(),
        end_time: new Date(end).toISOString(),
        time_zone: zone,
        ...(text("venue") && { venue_name: text("venue") }),
        ...(text("capacity") && { capacity_limit: Number(text("capacity")) }),
      });
      onCreated();
      await navigate({ to: "/event/$eventId", params: { eventId: made.id } });
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
      setBusy(false);
    }
  };
  return (
    <Sheet title="New event" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {error && <Notice tone="stop">{error}</Notice>}
        <TextField label="Title" name="title" required data-first maxLength={200} />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label="Start" name="start" type="datetime-local" required />
          <TextField label="End" name="end" type="datetime-local" required />
        </div>
        <SelectField label="Time zone" name="time_zone" defaultValue={HERE}>
          {ZONES.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </SelectField>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label="Venue" name="venue" maxLength={200} />
          <TextField label="Capacity" name="capacity" type="number" min={1} />
        </div>
        <Button type="submit" look="solid" disabled={busy}>
          Create it
        </Button>
      </form>
    </Sheet>
  );
}
