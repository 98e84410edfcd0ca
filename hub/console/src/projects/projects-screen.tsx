import { HubError, list, LISTS, type PersonSession } from "@fashionos/hub";
import { useHub, useRoom } from "@fashionos/hub/react";
import { Link, Navigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { Meter } from "../kit/meter";
import { Notice } from "../kit/notice";
import { Tag } from "../kit/tag";
import { useSession } from "../session/auth";
import { Connection } from "../session/connection";
import { OfficeHeader } from "../session/office-header";
import { screenPath } from "../session/screen-path";
import { SignIn } from "../session/sign-in";
import { day, instant } from "../time-format";

const PAUSE_MS = 200;
const MOST = 200;
const STATUS_WORDS: Record<string, string> = { draft: "Draft", planning: "Planning", active: "Active", in_review: "In review", completed: "Completed", cancelled: "Cancelled" };
const QUERY = { ...LISTS.projects, columns: ["id", "title", "type", "status", "due_date", "progress_percentage"] as const, pageSize: MOST };
type Row = { id: string; title: string; type: string; status: string; due_date: string | null; progress_percentage: number };

/** `/projects`: what the house is producing. */
export function ProjectsScreen() {
  const session = useSession();
  if (session === undefined) return null;
  if (session === null) return <SignIn />;
  if (session.kind === "device") return <Navigate to={screenPath(session.device.profile)} params={{ eventId: session.device.event_id }} replace />;
  return (
    <Connection session={session}>
      <div className="min-h-dvh">
        <OfficeHeader session={session} />
        {session.organization && <Projects key={session.organization.id} session={session} organizationId={session.organization.id} />}
      </div>
    </Connection>
  );
}

function Projects({ session, organizationId }: { session: PersonSession; organizationId: string }) {
  const [words, setWords] = useState("");
  const { rows, error } = useProjects(organizationId, words);
  return (
    <main className="mx-auto flex max-w-[1200px] flex-col gap-8 px-6 py-12 max-sm:py-6">
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div>
          <p className="label text-quiet">{session.organization?.name}</p>
          <h1 className="title text-display">Projects</h1>
        </div>
        <Link to="/projects/new-shoot" className="inline-flex h-10 items-center rounded-soft border border-ink bg-ink px-4 font-medium text-paper hover:border-quiet hover:bg-quiet">
          Start a shoot
        </Link>
      </div>
      <input type="search" aria-label="Search projects" placeholder="Search projects" value={words} onChange={(event) => setWords(event.target.value)} className="h-10 w-full max-w-80 rounded-soft border border-rule bg-raised px-3" />
      {error && <Notice tone="stop">{error}</Notice>}
      {rows !== null && rows.length === 0 && <p className="border-y border-hairline py-12 text-center text-quiet">{words.trim() ? "No project matches." : "No projects yet. Start the first shoot."}</p>}
      {rows !== null && rows.length > 0 && (
        <ul aria-label="Projects" className="divide-y divide-hairline border-y border-hairline">
          {rows.map((row) => (
            <li key={row.id}>
              <ProjectLine row={row} />
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}

function ProjectLine({ row }: { row: Row }) {
  const due = instant(row.due_date);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-8 gap-y-2 px-2 py-4 md:grid-cols-[minmax(0,1fr)_9rem_9rem_auto]">
      <div className="min-w-0">
        <Link to="/projects/$projectId/shot-list" params={{ projectId: row.id }} className="title block truncate text-heading underline-offset-4 hover:underline">
          {row.title}
        </Link>
        <p className="text-small text-quiet">{row.type}</p>
      </div>
      <p className="text-small max-md:row-start-2">
        {due === null ? <span className="text-quiet">No date</span> : `Due ${day(due, "UTC")}`}
        <Meter value={row.progress_percentage} total={100} name={`Progress of ${row.title}`} className="mt-1" />
      </p>
      <p className="justify-self-end md:justify-self-start">
        <Tag>{STATUS_WORDS[row.status] ?? row.status}</Tag>
      </p>
      <p className="flex gap-4 text-small max-md:col-span-2">
        <Link to="/projects/$projectId/on-set" params={{ projectId: row.id }} className="underline underline-offset-4">
          On set
        </Link>
        <Link to="/projects/$projectId/call-sheet" params={{ projectId: row.id }} className="underline underline-offset-4">
          Call sheet
        </Link>
      </p>
    </div>
  );
}

/** The organization's projects that match; read again whenever its journal tells of a project. */
function useProjects(organizationId: string, words: string): { rows: readonly Row[] | null; error: string | null } {
  const hub = useHub();
  const room = useRoom("organization", organizationId, { tables: ["projects"] });
  const [state, setState] = useState<{ rows: readonly Row[] | null; error: string | null }>({ rows: null, error: null });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(again, PAUSE_MS);
    };
    const ends = [room.on("delta", ({ commits }) => commits.length > 0 && soon()), room.on("snapshot", soon)];
    return () => {
      clearTimeout(timer);
      ends.forEach((end) => end());
    };
  }, [room, again]);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      list(hub.http, { ...QUERY, search: words }).page({ signal: abort.signal }).then(
        (page) => setState({ rows: page.rows as readonly Row[], error: null }),
        (cause) => !abort.signal.aborted && setState((before) => ({ ...before, error: cause instanceof HubError ? cause.message : String(cause) })),
      );
    }, words ? PAUSE_MS : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [hub, words, round]);
  return state;
}
