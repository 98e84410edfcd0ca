import { delayAt, expectedStart, showEnd, type Room } from "@fashionos/hub";
import { useRows, useServerClock } from "@fashionos/hub/react";
import { useMemo } from "react";
import { plannedCues, type RunOfShow } from "../show/run-of-show";
import { useShow } from "../show/use-show";
import { countdown, hourMinute, instant, standing, timeOfDay } from "../time-format";
import { Countdown } from "./countdown";

/** The left of the wall: what runs, how long, what comes, how late. */
export function ShowPanel({ room, zone }: { room: Room; zone: string }) {
  const show = useShow(room);
  return show?.live ? <Running show={show} zone={zone} /> : <BeforeAndAfter room={room} zone={zone} />;
}

function Running({ show, zone }: { show: RunOfShow; zone: string }) {
  const now = useServerClock(1);
  const late = standing(delayAt(show.run, now));
  const end = showEnd(show.run, show.cues, now);
  const nextAt = show.next ? expectedStart(show.run, show.live, show.next, now) : null;
  const live = show.live!;
  return (
    <div className="flex min-h-0 flex-col justify-between">
      <div>
        <p className="wall-small text-quiet">Now{show.run.kind === "rehearsal" ? " · rehearsal" : ""}</p>
        <p data-live-cue className="wall-name wall-cut">
          {live.cue_number && <span className="pr-[0.4vh] text-quiet">{live.cue_number}</span>}{" "}
          {live.title}
        </p>
      </div>
      <Countdown show={show} />
      <div className="border-t border-hairline pt-[1vh]">
        <p className="wall-small text-quiet">Next</p>
        <div className="wall-row wall-line">
          <p data-next-cue className="wall-cut">
            {show.next ? (
              <>
                {show.next.cue_number && <span className="pr-[0.4vh] text-quiet">{show.next.cue_number}</span>}{" "}
                {show.next.title}
              </>
            ) : (
              <span className="text-quiet">Last cue</span>
            )}
          </p>
          <p>{nextAt !== null && timeOfDay(nextAt, zone)}</p>
        </div>
      </div>
      <div className="flex gap-[5vh] border-t border-hairline pt-[1vh]">
        <div>
          <p className="wall-small text-quiet">Show is</p>
          <p data-standing className={`wall-line ${late.word === "behind" ? "text-wait" : late.word === "ahead" ? "text-go" : ""}`}>
            {late.word === "on time" ? "on time" : `${late.by} ${late.word}`}
          </p>
        </div>
        <div>
          <p className="wall-small text-quiet">Ends</p>
          <p className="wall-line">{end === null ? "–" : hourMinute(end, zone)}</p>
        </div>
      </div>
    </div>
  );
}

function BeforeAndAfter({ room, zone }: { room: Room; zone: string }) {
  const now = useServerClock(1);
  const schedules = useRows(room, "event_schedules");
  const last = useShow(room, "last");
  const event = [...useRows(room, "events").values()][0];
  const first = useMemo(() => plannedCues(schedules.values()).find((cue) => !cue.skipped) ?? null, [schedules]);
  const ended = event?.live_state === "ended" && last?.run.kind === "show";
  const begins = instant(first?.start_time ?? event?.start_time);
  if (ended || begins === null) {
    return (
      <div className="flex min-h-0 flex-col justify-center gap-[2vh]">
        <p className="wall-small text-quiet">Show</p>
        <p className="wall-name">{ended ? "The show has ended" : "No rundown yet"}</p>
        {ended && last?.run.ended_at && <p className="wall-line text-quiet">at {timeOfDay(instant(last.run.ended_at)!, zone)}</p>}
      </div>
    );
  }
  const left = begins - now;
  const text = countdown(left);
  const over = left < 0;
  return (
    <div className="flex min-h-0 flex-col justify-between">
      <div>
        <p className="wall-small text-quiet">{event?.live_state === "doors_open" ? "Doors are open · " : ""}
          {over ? "First cue was due" : "First cue in"}</p>
      </div>
      <div className="flex items-end gap-[2.5vh]">
        <p role="timer" aria-label="Time until the first cue" data-countdown className={`wall-count ${text.length > 5 ? "wall-count-long" : ""} ${over ? "text-wait" : ""}`}>
          {text}
        </p>
        {over && <p className="wall-line pb-[1.5vh] text-wait">late</p>}
      </div>
      <div className="border-t border-hairline pt-[1vh]">
        <p className="wall-small text-quiet">First cue</p>
        <div className="wall-row wall-line">
          <p data-next-cue className="wall-cut">
            {first?.title ?? "–"}
          </p>
          <p>{timeOfDay(begins, zone)}</p>
        </div>
      </div>
    </div>
  );
}
