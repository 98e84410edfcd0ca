import type { Room } from "@fashionos/hub";
import { useRow, useRows } from "@fashionos/hub/react";
import { useMemo } from "react";
import { Meter } from "../kit/meter";
import { gateLines, tierLines } from "../show/arrivals";
import { useRates } from "../show/use-rates";
import { count } from "../time-format";
import { Section } from "../kit/section";

/** Who is here, by tier and gate, as the ledger counts. */
export function FigureSection({ room, eventId }: { room: Room; eventId: string }) {
  const total = useRow(room, "event_counters", eventId);
  const tiers = useRows(room, "ticket_tiers");
  const tierCounters = useRows(room, "tier_counters");
  const gates = useRows(room, "event_gates");
  const gateCounters = useRows(room, "gate_counters");
  const rates = useRates(room);
  const byTier = useMemo(() => tierLines(tiers.values(), tierCounters), [tiers, tierCounters]);
  const byGate = useMemo(() => gateLines(gates.values(), gateCounters), [gates, gateCounters]);
  return (
    <Section title="Arrivals">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-5">
        <Figure name="Arrived" value={count(total?.arrived_people)} of={count(total?.expected_people)} data="arrived" />
        <Figure name="Inside now" value={count(total?.inside_people)} />
        <Figure name="VIP" value={count(total?.vip_arrived)} of={count(total?.vip_expected)} />
        <Figure name="Refused" value={count(total?.refused_count)} />
        <Figure name="A minute" value={String(rates.get(eventId) ?? "–")} />
      </dl>
      <div className="grid gap-8 md:grid-cols-2">
        <table className="w-full self-start">
          <caption className="label pb-1 text-left text-quiet">Tiers</caption>
          <tbody>
            {byTier.map((tier) => (
              <tr key={tier.id} className="h-10 border-t border-hairline">
                <th scope="row" className="max-w-0 truncate text-left font-medium">{tier.name}</th>
                <td className="w-28 px-4">
                  <Meter value={tier.arrived} total={tier.expected} name={`${tier.name}: arrived`} />
                </td>
                <td className="w-px text-right whitespace-nowrap">
                  {count(tier.arrived)} <span className="text-quiet">of {count(tier.expected)}</span>
                </td>
              </tr>
            ))}
            {byTier.length === 0 && <Empty text="No tiers yet." />}
          </tbody>
        </table>
        <table className="w-full self-start">
          <caption className="label pb-1 text-left text-quiet">Gates</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Gate</th>
              <th scope="col">In</th>
              <th scope="col">Out</th>
              <th scope="col">Refused</th>
              <th scope="col">A minute</th>
            </tr>
          </thead>
          <tbody>
            {byGate.map((gate) => (
              <tr key={gate.id} className="h-10 border-t border-hairline">
                <th scope="row" className="max-w-0 truncate text-left font-medium">{gate.name}</th>
                <td className="w-px pl-4 text-right whitespace-nowrap">{count(gate.entries)} in</td>
                <td className="w-px pl-4 text-right whitespace-nowrap text-quiet">{count(gate.exits)} out</td>
                <td className={`w-px pl-4 text-right whitespace-nowrap ${gate.refused > 0 ? "text-stop" : "text-quiet"}`}>{count(gate.refused)} refused</td>
                <td className="w-px pl-4 text-right whitespace-nowrap text-quiet">{rates.get(gate.id) ?? "–"}/min</td>
              </tr>
            ))}
            {byGate.length === 0 && <Empty text="No gates yet." />}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Empty({ text }: { text: string }) {
  return (
    <tr className="h-10 border-t border-hairline">
      <td className="text-quiet">{text}</td>
    </tr>
  );
}

function Figure({ name, value, of, data }: { name: string; value: string; of?: string; data?: string }) {
  return (
    <div>
      <dt className="label text-quiet">{name}</dt>
      <dd data-figure={data} className="text-figure font-semibold">
        {value}
        {of && <span className="text-body font-normal text-quiet"> of {of}</span>}
      </dd>
    </div>
  );
}
