import { count } from "../time-format";
import { duration, type Sums } from "./lines";

/** What the list comes to, and what was last said about it. */
export function ListFooter({ sums, note }: { sums: Sums; note: { text: string; bad: boolean } }) {
  return (
    <footer className="flex min-h-10 flex-wrap items-center justify-between gap-x-6 gap-y-1 border-t border-hairline px-4 py-1 text-small">
      <p aria-live="polite" data-note className={`min-w-0 flex-1 ${note.bad ? "font-medium text-stop" : "text-quiet"}`}>
        {note.text}
      </p>
      <p data-total={sums.minutes} className="text-quiet">
        <strong className="font-semibold text-ink">{count(sums.shots)}</strong> {sums.shots === 1 ? "shot" : "shots"} · <strong className="font-semibold text-ink">{duration(sums.minutes)}</strong> planned · {duration(sums.minutesLeft)} left
        {sums.unestimated > 0 && ` · ${count(sums.unestimated)} without an estimate`}
      </p>
    </footer>
  );
}
