import type { Command, Verdict } from "@fashionos/hub";

/** A scan as the hub's contract says it. */
export type ScanCommand = Extract<Command, { name: "scan" }>;

/** What became of a scan so far. `sent` is not done: nobody has confirmed it. */
export type ScanState =
  | { is: "sent" }
  | { is: "verdict"; verdict: Verdict }
  | { is: "failed"; message: string };

/** One scan that was made on this device. */
export interface ScanEntry {
  /** The command's id. */
  id: string;
  /** What to call it before the hub has said who it is. */
  label: string;
  command: ScanCommand;
  state: ScanState;
  /** Somebody asked to take it back, or the hub has. */
  annul?: "asked" | "done";
  /** The verdict came after the guest had gone: somebody must be told when it was a refusal. */
  late?: boolean;
}

/** How many decided scans are listed. Those that wait for their verdict are all kept. */
const LISTED = 10;
/** A scan may be taken back this long, ms. The hub judges; this only hides a button that would be refused. */
export const ANNUL_WINDOW_MS = 15 * 60_000;

/** Newest first. All functions give a new list. */
export type ScanLog = readonly ScanEntry[];

function trimmed(log: ScanLog): ScanLog {
  let decided = 0;
  return log.filter((entry) => entry.state.is === "sent" || isUnseenRefusal(entry) || ++decided <= LISTED);
}

export function added(log: ScanLog, entry: ScanEntry): ScanLog {
  return trimmed([entry, ...log.filter((other) => other.id !== entry.id)]);
}

/** The entry with a part of it replaced; the same list when there is none with this id. */
export function changed(log: ScanLog, id: string, part: Partial<ScanEntry>): ScanLog {
  return trimmed(log.map((entry) => (entry.id === id ? { ...entry, ...part } : entry)));
}

/** A refusal that came after its guest had gone in, not yet looked at. */
export function isUnseenRefusal(entry: ScanEntry): boolean {
  if (!entry.late) return false;
  return entry.state.is === "failed" || (entry.state.is === "verdict" && entry.state.verdict.people === 0);
}

/** Whether the button to take a scan back is shown. */
export function mayAnnul(entry: ScanEntry, now: number): boolean {
  return (
    entry.state.is === "verdict" &&
    entry.state.verdict.people > 0 &&
    entry.annul === undefined &&
    now - entry.state.verdict.at < ANNUL_WINDOW_MS
  );
}

/** The stored log, or an empty one when there is none or it is not readable. */
export function parseLog(text: string | null): ScanLog {
  if (text === null) return [];
  try {
    const log: unknown = JSON.parse(text);
    return Array.isArray(log) ? (log as ScanEntry[]).filter((entry) => entry?.id && entry.command?.name === "scan" && entry.state?.is) : [];
  } catch {
    return [];
  }
}
