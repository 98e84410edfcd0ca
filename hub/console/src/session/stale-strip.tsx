import { elapsed } from "../time-format";
import type { Freshness } from "./staleness";

/** The strip above a desk or tablet screen that says that its figures are old. Empty while they are current. */
export function StaleStrip({ fresh }: { fresh: Freshness }) {
  if (fresh.is !== "stale") return null;
  return (
    <div role="alert" data-stale className="flex items-center justify-center gap-3 bg-wait-field px-4 py-2 text-body font-semibold text-on-wait">
      <span aria-hidden>▲</span>
      No signal {elapsed(fresh.forMs)}. What you see may be old.
    </div>
  );
}
