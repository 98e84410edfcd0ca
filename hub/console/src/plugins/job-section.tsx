import type { Room } from "@fashionos/hub";
import { useCallback, useMemo, useState } from "react";
import { Button } from "../kit/button";
import { Check, SelectField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Section } from "../kit/section";
import { aboutRows } from "./about";
import { AboutSheet } from "./about-sheet";
import type { Connection, Install, Job, JobKind, JobStatus, Run } from "./answers";
import { Failure } from "./failure";
import { byHand, JOB_FACES, newestRuns } from "./job-face";
import { JobLine } from "./job-line";
import { RunSheet } from "./run-sheet";
import { useAction, useFollowed, usePluginApi } from "./use-plugins";

const TABLES = ["plugin_jobs", "plugin_runs"];
const PAGE = 25;
/** The hub gives no more at once. */
const MOST = 200;

interface Work {
  jobs: Job[];
  runs: Run[];
}

/** Jobs as they wait, run and end. */
export function JobSection({ room, install, connections, manages }: { room: Room; install: Install; connections: Connection[]; manages: boolean }) {
  const api = usePluginApi();
  const [status, setStatus] = useState<JobStatus | "">("");
  const [size, setSize] = useState(PAGE);
  const [shown, setShown] = useState<Job | null>(null);
  const ask = useCallback(async (): Promise<Work> => {
    const [jobs, runs] = await Promise.all([api.jobs(install.id, size, status || undefined), api.runs({ install: install.id }, MOST)]);
    return { jobs, runs };
  }, [api, install.id, size, status]);
  const { answer, error, reload } = useFollowed(room, TABLES, ask);
  const newest = useMemo(() => newestRuns(answer?.runs ?? []), [answer]);
  const titles = new Map((install.manifest?.jobs ?? []).map(({ name, title }) => [name, title]));
  const accounts = new Map(connections.map((connection) => [connection.id, connection.display_name ?? connection.external_account_id]));
  return (
    <Section title="Jobs" hint="A job that fails is tried again, later each time. One that cannot succeed is dead until somebody retries it.">
      <RunNow install={install} connections={connections} onQueued={reload} />
      <div className="max-w-60">
        <SelectField label="Show" value={status} onChange={(event) => setStatus(event.target.value as JobStatus | "")}>
          <option value="">All jobs</option>
          {(["queued", "running", "succeeded", "dead", "cancelled"] as const).map((one) => (
            <option key={one} value={one}>
              {JOB_FACES[one].word}
            </option>
          ))}
        </SelectField>
      </div>
      {error && <Failure error={error} onAgain={reload} />}
      {answer === null && !error && (
        <p role="status" className="text-quiet">
          Reading…
        </p>
      )}
      {answer !== null && answer.jobs.length === 0 && <p className="border-y border-hairline py-8 text-center text-quiet">{status ? "No such job." : "No job yet."}</p>}
      {answer !== null && answer.jobs.length > 0 && (
        <ul aria-label="Jobs" className="divide-y divide-hairline border-y border-hairline">
          {answer.jobs.map((job) => (
            <li key={job.id} data-job={job.id} data-status={job.status}>
              <JobLine job={job} run={newest.get(job.id) ?? null} title={titles.get(job.kind) ?? job.kind} account={job.connection_id ? (accounts.get(job.connection_id) ?? null) : null} onShow={() => setShown(job)} onChanged={reload} />
            </li>
          ))}
        </ul>
      )}
      {answer !== null && answer.jobs.length >= size && size < MOST && (
        <Button className="self-center" onClick={() => setSize(Math.min(MOST, size + PAGE))}>
          Earlier jobs
        </Button>
      )}
      {answer !== null && answer.jobs.length >= MOST && <p className="text-center text-small text-quiet">The newest {MOST} are shown.</p>}
      {shown && <RunSheet room={room} job={shown} title={titles.get(shown.kind) ?? shown.kind} mayTake={manages} onClose={() => setShown(null)} />}
    </Section>
  );
}

/** Queues a job: one that needs nothing but its name, or one about a row that is chosen; with an account where the plugin has some. */
function RunNow({ install, connections, onQueued }: { install: Install; connections: Connection[]; onQueued: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const [account, setAccount] = useState("");
  const [record, setRecord] = useState(false);
  const [choosing, setChoosing] = useState<JobKind | null>(null);
  const kinds: JobKind[] = byHand(install.manifest);
  const about = aboutRows(install.manifest);
  const connection = connections.find(({ id }) => id === account) ?? connections[0];
  const needs = (install.manifest?.credentials ?? []).length > 0;
  if (kinds.length + about.length === 0) return null;
  const start = async (kind: string) => {
    if (await act(() => api.queue(install.id, { kind, record, ...(connection && { connection_id: connection.id }) }))) onQueued();
  };
  return (
    <div className="flex flex-col gap-3">
      {error && <Notice tone="stop">{error}</Notice>}
      <div className="flex flex-wrap items-end gap-3">
        {connections.length > 1 && (
          <div className="w-60">
            <SelectField label="With the account" value={connection?.id} onChange={(event) => setAccount(event.target.value)}>
              {connections.map(({ id, display_name: name, external_account_id: external }) => (
                <option key={id} value={id}>
                  {name ?? external}
                </option>
              ))}
            </SelectField>
          </div>
        )}
        {kinds.map(({ name, title }) => (
          <Button key={name} disabled={busy || (needs && !connection)} onClick={() => void start(name)}>
            {title} now
          </Button>
        ))}
        {about.map((kind) => (
          <Button key={kind.name} disabled={busy || (needs && !connection)} onClick={() => setChoosing(kind)}>
            {kind.title}…
          </Button>
        ))}
        <Check label="Record it for the plugin's author" checked={record} onChange={(event) => setRecord(event.target.checked)} />
      </div>
      {choosing && <AboutSheet install={install} job={choosing} connection={connection?.id} record={record} onQueued={onQueued} onClose={() => setChoosing(null)} />}
    </div>
  );
}
