import type { Room } from "@fashionos/hub";
import { useHub, useRows } from "@fashionos/hub/react";
import { useEffect, useRef, useState } from "react";
import { RateMeter } from "./arrivals";

/** People a minute: of the event under its id, of each gate under its. Null while that is not known. */
export function useRates(room: Room): ReadonlyMap<string, number | null> {
  const hub = useHub();
  const event = useRows(room, "event_counters");
  const gates = useRows(room, "gate_counters");
  const meters = useRef(new Map<string, RateMeter>());
  const [rates, setRates] = useState<ReadonlyMap<string, number | null>>(new Map());

  useEffect(() => {
    const note = (id: string, total: number) => {
      const meter = meters.current.get(id) ?? new RateMeter();
      meters.current.set(id, meter);
      meter.note(total, hub.serverNow());
    };
    for (const [id, counter] of event) note(id, counter.arrived_people);
    for (const [id, counter] of gates) note(id, counter.entries);
  }, [hub, event, gates]);

  useEffect(() => {
    const tick = () => setRates(new Map([...meters.current].map(([id, meter]) => [id, meter.perMinute(hub.serverNow())])));
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, [hub]);
  return rates;
}
