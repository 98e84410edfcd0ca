import type { Connection, Install, Job, JobKind, JobStatus, Manifest, Run } from "./answers";

type Tone = "plain" | "go" | "wait" | "stop";

interface Face {
  word: string;
  tone: Tone;
}

export const JOB_FACES: Record<JobStatus, Face> = {
  queued: { word: "Waits", tone: "plain" },
  running: { word: "Runs", tone: "wait" },
  succeeded: { word: "Done", tone: "go" },
  failed: { word: "Failed", tone: "stop" },
  dead: { word: "Dead", tone: "stop" },
  cancelled: { word: "Cancelled", tone: "plain" },
};

export const INSTALL_FACES: Record<Install["status"], Face> = {
  active: { word: "Active", tone: "go" },
  disabled: { word: "Paused", tone: "wait" },
  error: { word: "In error", tone: "stop" },
};

export const CONNECTION_FACES: Record<Connection["status"], Face> = {
  active: { word: "Connected", tone: "go" },
  expired: { word: "Expired", tone: "stop" },
  revoked: { word: "Revoked", tone: "stop" },
  error: { word: "In error", tone: "stop" },
};

/** The face of a job. One that waits after a failure is tried again, one that was cancelled as it ran comes to its end. */
export function jobFace({ status, attempts, cancel_requested: ending }: Pick<Job, "status" | "attempts" | "cancel_requested">): Face {
  if (status === "running" && ending) return { word: "Ends", tone: "wait" };
  return status === "queued" && attempts > 0 ? { word: "Tries again", tone: "wait" } : JOB_FACES[status];
}

/** What can be done with a job. */
export function choices({ status, cancel_requested: ending }: Pick<Job, "status" | "cancel_requested">): { retry: boolean; cancel: boolean } {
  return { retry: status === "dead" || status === "failed" || status === "cancelled", cancel: (status === "queued" || status === "running") && !ending };
}

/** `code: words` apart; the whole is words where there is no code. */
export function reason(error: string): { code: string | null; words: string } {
  const found = /^([a-z][a-z0-9_]*): ([^]+)$/.exec(error);
  return found ? { code: found[1]!, words: found[2]! } : { code: null, words: error };
}

/** The newest run of each job. Ids are in the order of time. */
export function newestRuns(runs: readonly Run[]): Map<string, Run> {
  const newest = new Map<string, Run>();
  for (const run of runs) {
    const known = newest.get(run.job_id);
    if (!known || known.id < run.id) newest.set(run.job_id, run);
  }
  return newest;
}

/** How far a run is: a bar where the plugin knows of how much, words otherwise; null when it has said nothing. */
export function progress({ progress_done: done, progress_total: total, progress_note: note }: Pick<Run, "progress_done" | "progress_total" | "progress_note">): { bar: { done: number; total: number } | null; words: string } | null {
  if (done === null && !note) return null;
  const bar = done !== null && total !== null && total > 0 ? { done, total } : null;
  const figures = bar ? `${bar.done} of ${bar.total}` : done === null ? "" : String(done);
  return { bar, words: [figures, note].filter(Boolean).join(" · ") };
}

/** Jobs about something that only the hub or the vendor can name. */
const NOT_BY_HAND = new Set(["webhook", "changed", "publish", "poll", "retract", "enrich", "send", "charge", "gaps", "deal", "node"]);

/** The jobs that somebody can start by a button. */
export function byHand(manifest: Manifest | null): JobKind[] {
  return (manifest?.jobs ?? []).filter(({ name }) => !NOT_BY_HAND.has(name));
}

/** Why nobody came back from the vendor with an account. */
export function refusedWords(code: string): string {
  switch (code) {
    case "declined":
      return "The account was not connected: it was declined on the vendor's page.";
    case "vendor_refused":
      return "The vendor gave no token. Look at the application's id and secret, and try again.";
    case "not_found":
      return "Connecting took longer than ten minutes, or was finished before. Begin again.";
    case "forbidden":
      return "You may not connect accounts any more.";
    case "oauth_application_missing":
      return "The application's id at the vendor is missing in the settings of the plugin.";
    default:
      return "The account was not connected.";
  }
}

/** How long a run took or has been taking, ms. */
export function lasted({ started_at: started, ended_at: ended }: Pick<Run, "started_at" | "ended_at">, now: number): number {
  return Math.max(0, (ended === null ? now : Date.parse(ended)) - Date.parse(started));
}

/** Where the vendor of an account sends its webhooks. */
export function webhookAddress(origin: string, { provider, id }: Pick<Connection, "provider" | "id">): string {
  return `${origin}/hooks/${provider}/${id}`;
}
