import type { PersonSession } from "@fashionos/hub";
import { useServerClock, useSignal } from "@fashionos/hub/react";
import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Button } from "../kit/button";
import { Meter } from "../kit/meter";
import { useWakeLock } from "../kit/use-wake-lock";
import type { ProjectScreenProps } from "../projects/project-screen";
import { type ProjectView, useProject } from "../projects/use-project";
import { Denied } from "../session/denied";
import { StaleStrip } from "../session/stale-strip";
import { useFreshness } from "../session/staleness";
import { useSurface } from "../session/use-surface";
import { COLUMN_NAMES, STATUS_NAMES } from "../shot-list/cells";
import type { Shot, ShotStatus } from "../shot-list/content";
import { duration, sectionsOf, type Sums, sumsOf } from "../shot-list/lines";
import { LINKS, namesOf } from "../shot-list/links";
import { SaveState } from "../shot-list/save-state";
import type { Notice, SharedDocument } from "../shot-list/shared-document";
import { useDocument } from "../shot-list/use-document";
import { useLinked } from "../shot-list/use-linked";
import { outcomeWords } from "../shot-list/words";
import { hourMinute, instant } from "../time-format";
import { paceOf } from "./pace";

/** `/projects/{id}/on-set`: the list in a hand, ticked off as the day goes. */
export function OnSetScreen({ session, projectId, listId }: ProjectScreenProps & { listId: string | null }) {
  const { room, view } = useProject(session, projectId);
  const fresh = useFreshness(room);
  // Studios are dark.
  const [surface, turn] = useSurface("on-set", "night");
  useWakeLock();
  if (fresh.is === "denied") return <Denied message={fresh.message} />;
  const list = view?.lists.find(({ id }) => id === listId) ?? view?.lists[0] ?? null;
  return (
    <div data-surface={surface} data-fresh={fresh.is} className="flex h-dvh flex-col overflow-hidden">
      <div className="mx-auto flex min-h-0 w-full max-w-[640px] flex-1 flex-col">
        <header className="flex items-center gap-3 border-b border-hairline px-4 py-2">
          <h1 className="title min-w-0 flex-1 truncate text-heading">{view?.project.title ?? "…"}</h1>
          <Link to="/projects/$projectId/shot-list" params={{ projectId }} className="text-small text-quiet underline underline-offset-4">
            Shot list
          </Link>
          <Button size="row" look="plain" onClick={turn} aria-label={surface === "night" ? "Light surface" : "Dark surface"}>
            {surface === "night" ? "Light" : "Dark"}
          </Button>
        </header>
        {list && view && <OnSet key={list.id} session={session} view={view} listId={list.id} />}
        {view && !list && <p className="p-6 text-lead">This project has no shot list yet.</p>}
      </div>
      <StaleStrip fresh={fresh} />
    </div>
  );
}

function OnSet({ session, view, listId }: { session: PersonSession; view: ProjectView; listId: string }) {
  const [note, setNote] = useState({ text: "", bad: false });
  const told = useCallback((notice: Notice) => setNote({ text: notice.message ?? "The hub has put something right.", bad: true }), []);
  const shared = useDocument(listId, session, told);
  return shared && <Ticking shared={shared} session={session} view={view} listId={listId} note={note} setNote={setNote} />;
}

interface TickingProps {
  shared: SharedDocument;
  session: PersonSession;
  view: ProjectView;
  listId: string;
  note: { text: string; bad: boolean };
  setNote: (note: { text: string; bad: boolean }) => void;
}

function Ticking({ shared, session, view, listId, note, setNote }: TickingProps) {
  const content = useSignal(shared.content);
  const state = useSignal(shared.state);
  const steps = useSignal(shared.history);
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const sections = useMemo(() => sectionsOf(content), [content]);
  const sums = useMemo(() => sumsOf(content.shots.values()), [content.shots]);
  const { known } = useLinked(session, content.shots);
  const shoot = view.shoots.find(({ id }) => id === view.lists.find((list) => list.id === listId)?.shoot_id) ?? null;
  const mayTick = state.loaded && !state.readOnly && state.link !== "denied";
  const set = (shot: Shot, status: ShotStatus) => {
    setOpen(null);
    const also = status === "shooting" ? [...content.shots.values()].filter((other) => other.status === "shooting" && other.id !== shot.id) : [];
    // Only one shot is being taken: the one before goes back among the open ones.
    shared.history.do(`${STATUS_NAMES[status].toLowerCase()}: ${shot.description || "a shot"}`, [
      { do: "set", of: "shots", row: shot.id, key: "status", value: status },
      ...also.map((other) => ({ do: "set", of: "shots", row: other.id, key: "status", value: "todo" }) as const),
    ]);
    setNote({ text: "", bad: false });
  };
  const undo = () => {
    const outcome = shared.history.undo();
    if (outcome) setNote(outcomeWords(outcome, "Undone", [], (client) => shared.nameOf(client)));
  };
  const isOpen = (shot: Shot) => shot.status === "todo" || shot.status === "shooting";
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <Progress sums={sums} startsAt={instant(shoot?.starts_at)} endsAt={instant(shoot?.ends_at)} zone={shoot?.time_zone ?? "UTC"} />
      <div className="flex items-center justify-between gap-3 border-b border-hairline px-4 py-1">
        <SaveState state={state} />
        <div role="group" aria-label="Which shots" className="flex">
          {([[false, "Open"], [true, "All"]] as const).map(([value, name]) => (
            <button key={name} type="button" aria-pressed={all === value} onClick={() => setAll(value)} className="h-10 rounded-soft border border-transparent px-4 text-small text-quiet aria-pressed:border-ink aria-pressed:text-ink">
              {name}
            </button>
          ))}
        </div>
      </div>
      <div role="region" className="min-h-0 flex-1 overflow-y-auto overscroll-contain" tabIndex={0} aria-label="Shots">
        {sections.map((section, n) => {
          const shots = all ? section.shots : section.shots.filter(isOpen);
          if (shots.length === 0) return null;
          return (
            <section key={section.scene?.id ?? "none"} aria-label={section.scene?.title ?? "Without a scene"}>
              <h2 className="sticky top-0 z-[1] flex items-baseline justify-between gap-3 border-b border-hairline bg-raised px-4 py-2">
                <span className="title min-w-0 truncate text-lead">{section.scene?.title ?? "Without a scene"}</span>
                <span className="shrink-0 text-small text-quiet">
                  {section.sums.done}/{section.sums.shots} · {duration(section.sums.minutesLeft)} left
                </span>
              </h2>
              {section.scene?.description && <p className="border-b border-hairline px-4 py-2 text-small text-quiet">{section.scene.description}</p>}
              <ol>
                {shots.map((shot) => (
                  <li key={shot.id} data-shot={shot.id} data-status={shot.status} className={`border-b border-hairline ${shot.status === "shooting" ? "bg-pressed" : ""}`}>
                    <div className="flex items-stretch">
                      <button
                        type="button"
                        role="checkbox"
                        aria-checked={shot.status === "done"}
                        aria-label={`Done: ${shot.description || "shot"}`}
                        disabled={!mayTick}
                        onClick={() => set(shot, shot.status === "done" ? "todo" : "done")}
                        className="flex w-16 shrink-0 items-center justify-center"
                      >
                        <span aria-hidden className={`flex size-8 items-center justify-center rounded-soft border-2 text-lead ${shot.status === "done" ? "border-go-field bg-go-field text-on-go" : "border-rule"}`}>
                          {shot.status === "done" ? "✓" : ""}
                        </span>
                      </button>
                      <button type="button" aria-expanded={open === shot.id} onClick={() => setOpen(open === shot.id ? null : shot.id)} className="flex min-h-16 min-w-0 flex-1 items-center gap-3 py-2 pr-4 text-left">
                        <span className="min-w-0 flex-1">
                          <span className={`block ${shot.status === "skipped" ? "text-quiet line-through" : shot.status === "done" ? "text-quiet" : ""}`}>{shot.description || "No description"}</span>
                          <span className="block truncate text-small text-quiet">
                            {shot.status === "shooting" && <strong className="font-semibold text-wait">● Shooting </strong>}
                            {[namesOf(shot.models, known.models), namesOf(shot.products, known.products), shot.notes].filter(Boolean).join(" · ")}
                          </span>
                        </span>
                        <span className="code shrink-0 text-small text-quiet">
                          {n + 1}.{section.shots.indexOf(shot) + 1}
                          <span className="block text-right text-ink">{shot.minutes === null ? "–" : duration(shot.minutes)}</span>
                        </span>
                      </button>
                    </div>
                    {open === shot.id && (
                      <div className="flex flex-col gap-3 px-4 pb-4 pl-16">
                        {LINKS.map((kind) => shot[kind].length > 0 && (
                          <p key={kind} className="text-small">
                            <span className="text-quiet">{COLUMN_NAMES[kind]}:</span> {namesOf(shot[kind], known[kind]) || "…"}
                          </p>
                        ))}
                        {shot.notes && <p className="text-small whitespace-pre-wrap">{shot.notes}</p>}
                        <div className="grid grid-cols-3 gap-2">
                          {(["shooting", "skipped", "todo"] as const).map((status) => (
                            <Button key={status} size="thumb" className="px-2 text-body" disabled={!mayTick || shot.status === status} onClick={() => set(shot, status)}>
                              {status === "skipped" ? "Skip" : STATUS_NAMES[status]}
                            </Button>
                          ))}
                        </div>
                      </div>
                    )}
                  </li>
                ))}
              </ol>
            </section>
          );
        })}
        {state.loaded && sums.shots > 0 && !all && sums.done + sums.skipped === sums.shots && (
          <div className="p-8 text-center">
            <p className="title text-display">That’s a wrap</p>
            <p className="mt-2 text-quiet">Every shot is done or skipped.</p>
          </div>
        )}
        {state.loaded && sums.shots === 0 && <p className="p-6 text-lead text-quiet">The list is empty.</p>}
      </div>
      <div className="flex items-center gap-3 border-t border-hairline px-4 py-2">
        <p aria-live="polite" data-note className={`min-w-0 flex-1 text-small ${note.bad ? "text-stop" : "text-quiet"}`}>
          {note.text}
        </p>
        <Button disabled={!mayTick || !steps.undo} onClick={undo}>
          Undo
        </Button>
      </div>
    </main>
  );
}

/** What is left of the day against what was planned. */
function Progress({ sums, startsAt, endsAt, zone }: { sums: Sums; startsAt: number | null; endsAt: number | null; zone: string }) {
  const now = useServerClock(1);
  const pace = paceOf({ now, startsAt, endsAt, minutesLeft: sums.minutesLeft });
  // Weeks before or after, an hour of the day would say nothing.
  const isToday = endsAt === null || Math.abs(now - endsAt) < 24 * 3_600_000;
  return (
    <div className="flex flex-col gap-2 border-b border-hairline px-4 py-3">
      <div className="flex items-end justify-between gap-4">
        <p>
          <span className="block text-figure font-semibold" data-left={sums.minutesLeft}>
            {duration(sums.minutesLeft)}
          </span>
          <span className="text-small text-quiet">left to shoot{sums.unestimated > 0 && `, and ${sums.unestimated} without an estimate`}</span>
        </p>
        {isToday && (
          <p className="text-right text-small">
            <span className={`block text-lead font-semibold ${pace.over === null ? "" : pace.over > 0 ? "text-stop" : "text-go"}`} data-over={pace.over ?? undefined}>
              {pace.over === null ? hourMinute(pace.end, zone) : pace.over > 0 ? `${duration(pace.over)} over` : pace.over < 0 ? `${duration(-pace.over)} to spare` : "On time"}
            </span>
            <span className="text-quiet">
              done {hourMinute(pace.end, zone)}
              {endsAt !== null && `, wrap ${hourMinute(endsAt, zone)}`}
            </span>
          </p>
        )}
      </div>
      <Meter value={sums.done} total={sums.shots - sums.skipped} name="Shots done" />
      <p className="text-small text-quiet">
        <strong className="font-semibold text-ink">{sums.done}</strong> of {sums.shots - sums.skipped} shots done
      </p>
    </div>
  );
}
