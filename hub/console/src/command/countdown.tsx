import { remainingOfLive } from "@fashionos/hub";
import { useServerClock } from "@fashionos/hub/react";
import type { RunOfShow } from "../show/run-of-show";
import { countdown } from "../time-format";

/** What is left of the live cue; overtime is red, negative and has a word. */
export function Countdown({ show }: { show: RunOfShow }) {
  // Twenty looks a second: the digits of two walls change within 50 ms of each other, without drawing more often than needed.
  const now = useServerClock(20);
  const left = remainingOfLive(show.run, show.live, now);
  if (left === null) return null;
  const text = countdown(left);
  const over = text.startsWith("-");
  const held = show.run.status === "held";
  return (
    <div className="flex items-end gap-[2.5vh]">
      <p role="timer" aria-label="Time left of the cue" data-countdown className={`wall-count ${text.length > 5 ? "wall-count-long" : ""} ${over ? "text-stop" : held ? "text-wait" : ""}`}>
        {text}
      </p>
      {(over || held) && <p className={`wall-line pb-[1.5vh] ${over ? "text-stop" : "text-wait"}`}>{over ? "over" : "held"}</p>}
    </div>
  );
}
