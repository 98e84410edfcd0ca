import type { RowOf } from "@fashionos/hub";

/** How many of whom are there. */
export interface Line {
  id: string;
  name: string;
  arrived: number;
  expected: number;
}

/** What went through a gate. */
export interface GateLine {
  id: string;
  name: string;
  entries: number;
  exits: number;
  refused: number;
}

/** Tiers by name with their counters; the tiers that most people come with stand first. */
export function tierLines(tiers: Iterable<RowOf<"ticket_tiers">>, counters: ReadonlyMap<string, RowOf<"tier_counters">>): Line[] {
  return [...tiers]
    .map((tier) => {
      const counter = counters.get(tier.id);
      return { id: tier.id, name: tier.name, arrived: counter?.arrived_people ?? 0, expected: counter?.expected_people ?? 0 };
    })
    .sort((a, b) => b.expected - a.expected || a.name.localeCompare(b.name));
}

/** Gates in their own order with their counters. */
export function gateLines(gates: Iterable<RowOf<"event_gates">>, counters: ReadonlyMap<string, RowOf<"gate_counters">>): GateLine[] {
  return [...gates]
    .sort((a, b) => a.order_index - b.order_index || a.name.localeCompare(b.name))
    .map((gate) => {
      const counter = counters.get(gate.id);
      return { id: gate.id, name: gate.name, entries: counter?.entries ?? 0, exits: counter?.exits ?? 0, refused: counter?.refused ?? 0 };
    });
}

const WINDOW_MS = 60_000;
/** Below this a rate would be a guess. */
const SHORTEST_MS = 10_000;

/** People a minute, from a counter's values as they come. */
export class RateMeter {
  readonly #samples: { at: number; total: number }[] = [];

  /** Notes the counter's value at `at` (epoch ms, never earlier than before). */
  note(total: number, at: number): void {
    const last = this.#samples.at(-1);
    if (last?.total !== total) this.#samples.push({ at, total });
    // One sample before the window is kept: it is the value at the window's beginning.
    while (this.#samples.length > 1 && this.#samples[1]!.at <= at - WINDOW_MS) this.#samples.shift();
  }

  /** Over the last minute, or since the first value; null until that is long enough to mean something. */
  perMinute(now: number): number | null {
    const [first] = this.#samples;
    if (!first) return null;
    const span = Math.min(WINDOW_MS, now - first.at);
    if (span < SHORTEST_MS) return null;
    let before = first;
    for (const sample of this.#samples) if (sample.at <= now - span) before = sample;
    const gained = this.#samples.at(-1)!.total - before.total;
    return Math.max(0, Math.round((gained * 60_000) / span));
  }
}
