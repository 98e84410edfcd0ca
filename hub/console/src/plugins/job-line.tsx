import { Button } from "../kit/button";
import { Meter } from "../kit/meter";
import { Notice } from "../kit/notice";
import { Tag } from "../kit/tag";
import { day, instant, timeOfDay } from "../time-format";
import type { Job, Run } from "./answers";
import { choices, jobFace, progress, reason } from "./job-face";
import { useAction, usePluginApi } from "./use-plugins";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** One job: how it is, how far, why not, and what can be done about it. */
export function JobLine({ job, run, title, account, onShow, onChanged }: { job: Job; run: Run | null; title: string; account: string | null; onShow: () => void; onChanged: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const { word, tone } = jobFace(job);
  const may = choices(job);
  const far = run && job.status === "running" ? progress(run) : null;
  const why = job.last_error && job.status !== "succeeded" ? reason(job.last_error) : null;
  const made = instant(job.created_at) ?? 0;
  const change = async (work: () => Promise<unknown>) => {
    if (await act(work)) onChanged();
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-6 gap-y-2 py-3 md:grid-cols-[8rem_minmax(0,1fr)_auto]">
      <p className="text-small max-md:col-span-2">
        <Tag tone={tone}>{word}</Tag>
        <span className="block text-quiet">{attempts(job)}</span>
      </p>
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        <p className="text-small text-quiet">
          {[account, `queued ${day(made, HERE)}, ${timeOfDay(made, HERE)}`, due(job)].filter(Boolean).join(" · ")}
        </p>
        {far && (
          <div className="mt-2 max-w-96 text-small">
            {far.bar && <Meter value={far.bar.done} total={far.bar.total} name={`Progress of ${title}`} className="mb-1" />}
            <p>{far.words}</p>
          </div>
        )}
        {why && (
          <p className={`mt-1 text-small break-words ${job.status === "dead" ? "text-stop" : "text-quiet"}`}>
            {why.words} {why.code && <span className="code">{why.code}</span>}
          </p>
        )}
        {error && <Notice tone="stop">{error}</Notice>}
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        {may.retry && (
          <Button size="row" disabled={busy} onClick={() => void change(() => api.retry(job.id))} aria-label={`Retry ${title}`}>
            Retry
          </Button>
        )}
        {may.cancel && (
          <Button size="row" look="stop" disabled={busy} onClick={() => void change(() => api.cancel(job.id))} aria-label={`Cancel ${title}`}>
            Cancel
          </Button>
        )}
        <Button size="row" look="plain" onClick={onShow} aria-label={`Runs and log of ${title}`}>
          Log
        </Button>
      </div>
    </div>
  );
}

function attempts({ attempts: begun, max_attempts: most, status }: Job): string {
  if (begun === 0) return "";
  return status === "succeeded" ? `${begun} ${begun === 1 ? "attempt" : "attempts"}` : `attempt ${begun} of ${most}`;
}

/** When a job that waits is due, if that is not now. */
function due({ status, run_at: at, attempts: begun }: Job): string | null {
  const when = instant(at);
  if (status !== "queued" || when === null || (begun === 0 && when <= Date.now())) return null;
  return `due ${timeOfDay(when, HERE)}`;
}
