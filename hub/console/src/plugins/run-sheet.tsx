import type { Room } from "@fashionos/hub";
import { useServerClock } from "@fashionos/hub/react";
import { useCallback, useState } from "react";
import { Button } from "../kit/button";
import { SelectField } from "../kit/field";
import { Meter } from "../kit/meter";
import { Notice } from "../kit/notice";
import { saveFile } from "../kit/save-file";
import { Sheet } from "../kit/sheet";
import { Tag } from "../kit/tag";
import { elapsed, instant, timeOfDay } from "../time-format";
import type { Job, LogLine, Run } from "./answers";
import { Failure } from "./failure";
import { lasted, progress } from "./job-face";
import { useAction, useFollowed, usePluginApi } from "./use-plugins";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const TABLES = ["plugin_runs"];
/** More attempts than a job has, but for one that was retried by hand again and again. */
const MOST = 50;
const TONES: Record<LogLine["level"], string> = { debug: "text-quiet", info: "", warn: "text-wait", error: "text-stop" };

/** The runs of a job, the newest first, each with its log. */
export function RunSheet({ room, job, title, mayTake, onClose }: { room: Room; job: Job; title: string; mayTake: boolean; onClose: () => void }) {
  const api = usePluginApi();
  const [chosen, setChosen] = useState<string | null>(null);
  // With the log of the one that is looked at, in one question: what a run says is news together with how it ended.
  const ask = useCallback(async () => {
    const runs = await api.runs({ job: job.id }, MOST);
    const shown = runs.find(({ id }) => id === chosen) ?? runs[0];
    return { runs, shown: shown ? await api.run(shown.id) : null };
  }, [api, job.id, chosen]);
  const { answer, error, reload } = useFollowed(room, TABLES, ask);
  return (
    <Sheet title={title} onClose={onClose} wide>
      {error && <Failure error={error} onAgain={reload} />}
      {answer === null && !error && (
        <p role="status" className="text-quiet">
          Reading…
        </p>
      )}
      {answer?.shown === null && <p className="text-quiet">It has not run yet.</p>}
      {answer?.shown && (
        <>
          {answer.runs.length > 1 && (
            <SelectField label="Run" value={answer.shown.id} onChange={(event) => setChosen(event.target.value)}>
              {answer.runs.map((run) => (
                <option key={run.id} value={run.id}>
                  Attempt {run.attempt}, {timeOfDay(instant(run.started_at) ?? 0, HERE)}: {run.outcome ?? "runs"}
                </option>
              ))}
            </SelectField>
          )}
          <RunDetails run={answer.shown} mayTake={mayTake} />
        </>
      )}
    </Sheet>
  );
}

function RunDetails({ run, mayTake }: { run: Run; mayTake: boolean }) {
  const api = usePluginApi();
  const now = useServerClock(1);
  const { busy, error, act } = useAction();
  const far = progress(run);
  const facts = [
    `attempt ${run.attempt}`,
    `version ${run.version}`,
    run.ended_at === null ? `for ${elapsed(lasted(run, now))}` : `took ${(lasted(run, now) / 1000).toFixed(2)} s`,
    run.compute_ms !== null && `computed ${run.compute_ms} ms`,
    run.calls !== null && `${run.calls} ${run.calls === 1 ? "call" : "calls"} of the hub`,
  ];
  return (
    <div className="flex flex-col gap-4" data-run={run.id}>
      <p className="text-small">
        <Tag tone={run.outcome === null ? "wait" : run.outcome === "ok" ? "go" : "stop"}>{run.outcome ?? "runs"}</Tag> <span className="text-quiet">{facts.filter(Boolean).join(" · ")}</span>
      </p>
      {run.message && <Notice tone={run.outcome === "ok" ? "plain" : "stop"}>{run.message}</Notice>}
      {far && (
        <div className="text-small">
          {far.bar && <Meter value={far.bar.done} total={far.bar.total} name="Progress" className="mb-1" />}
          <p>{far.words}</p>
        </div>
      )}
      <Log lines={run.log ?? []} ended={run.ended_at !== null} />
      {error && <Notice tone="stop">{error}</Notice>}
      {mayTake && run.recorded && (
        <div className="flex flex-wrap items-center gap-3">
          <Button disabled={busy} onClick={() => void act(async () => saveFile(await api.recording(run.id), `run-${run.id}.json`))}>
            Download the recording
          </Button>
          <p className="text-small text-quiet">For the plugin's author. Without keys and tokens, but with your data.</p>
        </div>
      )}
    </div>
  );
}

function Log({ lines, ended }: { lines: LogLine[]; ended: boolean }) {
  if (lines.length === 0) return <p className="border-y border-hairline py-4 text-quiet">{ended ? "It said nothing." : "The log is there when the run has ended."}</p>;
  return (
    <ol aria-label="Log" tabIndex={0} className="code max-h-[50dvh] overflow-y-auto border-y border-hairline py-2 text-small">
      {lines.map(({ level, message }, index) => (
        <li key={index} className={`grid grid-cols-[minmax(4rem,auto)_minmax(0,1fr)] gap-x-4 ${TONES[level]}`}>
          <span>{level}</span>
          <span className="break-words whitespace-pre-wrap">{message}</span>
        </li>
      ))}
    </ol>
  );
}
