import { delayAt, remainingOfLive, showEnd } from "@fashionos/hub";
import { useServerClock } from "@fashionos/hub/react";
import type { RunOfShow } from "../show/run-of-show";
import { countdown, elapsed, hourMinute, instant, length, standing } from "../time-format";

/** The live cue: its name, what is left, and how the show stands. */
export function CueClock({ show, zone }: { show: RunOfShow; zone: string }) {
  const now = useServerClock(10);
  const { run, live } = show;
  if (!live) return null;
  const left = remainingOfLive(run, live, now) ?? 0;
  const planned = instant(live.planned_end)! - instant(live.planned_start)!;
  const total = Math.max(1, planned + live.added_ms + live.held_ms);
  const over = countdown(left).startsWith("-");
  const held = run.status === "held";
  const late = standing(delayAt(run, now));
  const end = showEnd(run, show.cues, now);
  return (
    <section aria-label="Live cue" className="flex flex-col gap-3">
      <p className="label text-quiet">
        Now · {run.kind === "rehearsal" ? "Rehearsal" : "Show"} · {held ? `held ${elapsed(now - (instant(run.held_at) ?? now))}` : "running"}
      </p>
      <h2 data-live-cue className="text-heading font-semibold text-balance">
        {live.cue_number && <span className="text-quiet">{live.cue_number}</span>}{" "}
        {live.title}
      </h2>
      <div className="flex items-baseline gap-3">
        <p role="timer" aria-label="Time left of the cue" data-countdown className={`text-[104px] leading-[0.9] font-semibold tracking-[-0.04em] ${over ? "text-stop" : held ? "text-wait" : ""}`}>
          {countdown(left)}
        </p>
        {(over || held) && <p className={`text-lead font-semibold ${over ? "text-stop" : "text-wait"}`}>{over ? "over" : "held"}</p>}
      </div>
      <div aria-hidden className="h-1 bg-hairline">
        <div className={`h-full origin-left ${over ? "bg-stop" : "bg-ink"}`} style={{ transform: `scaleX(${Math.min(1, Math.max(0, 1 - left / total))})` }} />
      </div>
      <dl className="grid grid-cols-3 gap-4 border-b border-hairline pb-3">
        <Figure name="Planned" value={length(planned)} />
        <Figure name="Show is" value={late.word === "on time" ? "on time" : `${late.by} ${late.word}`} tone={late.word === "behind" ? "text-wait" : late.word === "ahead" ? "text-go" : ""} />
        <Figure name="Ends" value={end === null ? "–" : hourMinute(end, zone)} />
      </dl>
    </section>
  );
}

function Figure({ name, value, tone = "" }: { name: string; value: string; tone?: string }) {
  return (
    <div>
      <dt className="label text-quiet">{name}</dt>
      <dd className={`text-lead font-semibold ${tone}`}>{value}</dd>
    </div>
  );
}
