import { HubError, type Room } from "@fashionos/hub";
import { useHub, useRows } from "@fashionos/hub/react";
import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { Check, SelectField, TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import { Section } from "../kit/section";

type Making = "tier" | "gate" | null;

/** Tiers and gates of the event: which guests there are, and where they come in. */
export function DoorSection({ room, eventId }: { room: Room; eventId: string }) {
  const gates = [...useRows(room, "event_gates").values()].sort((a, b) => a.order_index - b.order_index);
  const tiers = useRows(room, "ticket_tiers");
  const taken = [...useRows(room, "event_gate_tiers").values()];
  const [making, setMaking] = useState<Making>(null);
  const close = () => setMaking(null);
  return (
    <Section title="Doors" hint="A gate takes every tier unless you name some for it.">
      <div className="flex gap-3">
        <Button onClick={() => setMaking("tier")}>Add a tier</Button>
        <Button onClick={() => setMaking("gate")}>Add a gate</Button>
      </div>
      {gates.length > 0 && (
        <ul className="border-t border-hairline">
          {gates.map((gate) => {
            const names = taken.filter((link) => link.gate_id === gate.id).flatMap((link) => tiers.get(link.ticket_tier_id)?.name ?? []);
            return (
              <li key={gate.id} className="flex justify-between gap-4 border-b border-hairline py-2">
                <span>{gate.name}</span>
                <span className="text-quiet">{names.length > 0 ? names.sort().join(", ") : "every tier"}</span>
              </li>
            );
          })}
        </ul>
      )}
      {making === "tier" && <TierSheet eventId={eventId} onClose={close} />}
      {making === "gate" && <GateSheet room={room} eventId={eventId} onClose={close} />}
    </Section>
  );
}

function TierSheet({ eventId, onClose }: { eventId: string; onClose: () => void }) {
  const hub = useHub();
  const [error, submit] = useSubmit(onClose, (form) =>
    hub.api.createTier(eventId, {
      name: String(form.get("name")).trim(),
      type: String(form.get("type")) as "paid" | "comp" | "press" | "vip",
      quantity_total: Number(form.get("quantity")),
    }),
  );
  return (
    <Sheet title="Add a tier" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {error && <Notice tone="stop">{error}</Notice>}
        <TextField label="Name" name="name" required data-first maxLength={100} placeholder="Front row" />
        <SelectField label="Kind" name="type" defaultValue="comp">
          <option value="comp">Invited</option>
          <option value="vip">VIP</option>
          <option value="press">Press</option>
          <option value="paid">Paid</option>
        </SelectField>
        <TextField label="Places" name="quantity" type="number" required min={0} max={1_000_000} defaultValue={500} />
        <Button type="submit" look="solid">
          Add it
        </Button>
      </form>
    </Sheet>
  );
}

function GateSheet({ room, eventId, onClose }: { room: Room; eventId: string; onClose: () => void }) {
  const hub = useHub();
  const tiers = [...useRows(room, "ticket_tiers").values()].sort((a, b) => a.name.localeCompare(b.name));
  const [error, submit] = useSubmit(onClose, (form) =>
    hub.api.createGate(eventId, { name: String(form.get("name")).trim(), tier_ids: form.getAll("tier").map(String) }),
  );
  return (
    <Sheet title="Add a gate" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {error && <Notice tone="stop">{error}</Notice>}
        <TextField label="Name" name="name" required data-first maxLength={100} placeholder="North" />
        {tiers.length > 0 && (
          <fieldset className="flex flex-col">
            <legend className="label text-quiet">Takes only (none: every tier)</legend>
            {tiers.map((tier) => (
              <Check key={tier.id} label={tier.name} name="tier" value={tier.id} />
            ))}
          </fieldset>
        )}
        <Button type="submit" look="solid">
          Add it
        </Button>
      </form>
    </Sheet>
  );
}

/** Sends a form, closes its sheet, or says why not. */
function useSubmit(onDone: () => void, send: (form: FormData) => Promise<unknown>) {
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setError(null);
    send(new FormData(event.currentTarget)).then(onDone, (cause: unknown) => {
      setError(cause instanceof HubError ? cause.message : String(cause));
    });
  };
  return [error, submit] as const;
}
