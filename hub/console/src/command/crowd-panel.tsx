import type { Room } from "@fashionos/hub";
import { useRow, useRows } from "@fashionos/hub/react";
import { useMemo } from "react";
import { gateLines, tierLines } from "../show/arrivals";
import { useRates } from "../show/use-rates";
import { count } from "../time-format";

/** More would have to be smaller than can be read from 5 m. */
const MOST_TIERS = 5;
const MOST_GATES = 4;

/** The right of the wall: who is here, by tier and by gate, and how fast they come. */
export function CrowdPanel({ room, eventId }: { room: Room; eventId: string }) {
  const total = useRow(room, "event_counters", eventId);
  const tiers = useRows(room, "ticket_tiers");
  const tierCounters = useRows(room, "tier_counters");
  const gates = useRows(room, "event_gates");
  const gateCounters = useRows(room, "gate_counters");
  const rates = useRates(room);
  const byTier = useMemo(() => tierLines(tiers.values(), tierCounters), [tiers, tierCounters]);
  const byGate = useMemo(() => gateLines(gates.values(), gateCounters), [gates, gateCounters]);
  const rate = rates.get(eventId) ?? null;

  return (
    <div className="flex min-h-0 flex-col justify-between border-l border-hairline pl-[4vh]">
      <div>
        <div className="wall-row wall-small text-quiet">
          <p>Arrived</p>
          <p>a minute</p>
        </div>
        <div className="wall-row">
          <p data-arrived className="wall-sum">
            {count(total?.arrived_people)}
          </p>
          <p className="wall-line">{rate === null ? "–" : rate}</p>
        </div>
        <p className="wall-small text-quiet">
          of {count(total?.expected_people)} expected · {count(total?.inside_people)} inside · VIP {count(total?.vip_arrived)}/{count(total?.vip_expected)}
        </p>
      </div>
      <ul className="border-t border-hairline pt-[0.6vh]">
        {byTier.slice(0, MOST_TIERS).map((tier) => (
          <li key={tier.id} className="wall-row wall-line">
            <span className="wall-cut">{tier.name}</span>
            <span>
              {count(tier.arrived)}
              <span className="text-quiet">/{count(tier.expected)}</span>
            </span>
          </li>
        ))}
        {byTier.length > MOST_TIERS && <li className="wall-small text-quiet">and {byTier.length - MOST_TIERS} more tiers</li>}
      </ul>
      <ul className="border-t border-hairline pt-[0.6vh]">
        <li className="wall-row wall-small text-quiet">
          <span>Gates</span>
          <span>in · a minute</span>
        </li>
        {byGate.slice(0, MOST_GATES).map((gate) => {
          const speed = rates.get(gate.id) ?? null;
          return (
            <li key={gate.id} className="wall-row wall-line">
              <span className="wall-cut">{gate.name}</span>
              <span>
                {count(gate.entries)}
                <span className="text-quiet"> · {speed === null ? "–" : speed}</span>
              </span>
            </li>
          );
        })}
        {byGate.length > MOST_GATES && <li className="wall-small text-quiet">and {byGate.length - MOST_GATES} more gates</li>}
      </ul>
    </div>
  );
}
