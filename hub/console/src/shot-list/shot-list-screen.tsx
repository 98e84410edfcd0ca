import { useSignal } from "@fashionos/hub/react";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Button } from "../kit/button";
import type { ProjectScreenProps } from "../projects/project-screen";
import { ProjectHeader } from "../projects/project-header";
import { type ProjectView, useProject } from "../projects/use-project";
import { Denied } from "../session/denied";
import { StaleStrip } from "../session/stale-strip";
import { useFreshness } from "../session/staleness";
import { useSurface } from "../session/use-surface";
import { Editor } from "./editor";
import { NewList } from "./new-list";
import { People } from "./people";
import { SaveState } from "./save-state";
import type { Notice, SharedDocument } from "./shared-document";
import { useCast } from "./use-cast";
import { useDocument } from "./use-document";

/** `/projects/{id}/shot-list`: the shot list of a project, several people at once. */
export function ShotListScreen({ session, projectId, listId }: ProjectScreenProps & { listId: string | null }) {
  const { room, view } = useProject(session, projectId);
  const fresh = useFreshness(room);
  const [surface, turn] = useSurface("shot-list", "paper");
  const chosen = view?.lists.find(({ id }) => id === listId) ?? view?.lists[0] ?? null;
  if (fresh.is === "denied") return <Denied message={fresh.message} />;
  const head = { session, projectId, view, surface, turn };
  return (
    <div data-surface={surface} data-fresh={fresh.is} className="flex h-dvh flex-col overflow-hidden">
      {chosen ? (
        <OpenList key={chosen.id} {...head} listId={chosen.id} />
      ) : (
        <>
          <Head {...head} listId={null} shared={null} />
          {view && <NewList view={view} />}
        </>
      )}
      <StaleStrip fresh={fresh} />
    </div>
  );
}

interface HeadProps extends ProjectScreenProps {
  view: ProjectView | null;
  surface: string;
  turn: () => void;
}

function OpenList(props: HeadProps & { listId: string }) {
  const [note, setNote] = useState({ text: "", bad: false });
  const say = useCallback((text: string, bad = false) => setNote({ text, bad }), []);
  const told = useCallback((notice: Notice) => say(notice.message ?? notice.code ?? "The hub has put something right.", true), [say]);
  const shared = useDocument(props.listId, props.session, told);
  return (
    <>
      <Head {...props} shared={shared} />
      {shared && <Opened key={props.listId} shared={shared} {...props} note={note} say={say} />}
    </>
  );
}

function Opened({ shared, listId, session, view, note, say }: HeadProps & { shared: SharedDocument; listId: string; note: { text: string; bad: boolean }; say: (text: string, bad?: boolean) => void }) {
  const state = useSignal(shared.state);
  const cast = useCast(view, listId);
  if (state.link === "denied" && !state.loaded) {
    return (
      <main className="p-12">
        <p role="alert" className="text-lead text-stop">
          The list cannot be opened: {state.reason}
        </p>
      </main>
    );
  }
  return <Editor shared={shared} listId={listId} session={session} cast={cast} note={state.link === "denied" ? { text: `The hub has closed the list: ${state.reason}`, bad: true } : note} say={say} />;
}

function Head({ projectId, view, surface, turn, listId, shared }: HeadProps & { listId: string | null; shared: SharedDocument | null }) {
  const navigate = useNavigate();
  return (
    <ProjectHeader
      projectId={projectId}
      title={view?.project.title ?? null}
      corner={
        <Button size="row" look="plain" onClick={turn} aria-label={surface === "night" ? "Light surface" : "Dark surface"}>
          {surface === "night" ? "Light" : "Dark"}
        </Button>
      }
    >
      {view && view.lists.length > 1 && (
        <select aria-label="Shot list" value={listId ?? ""} onChange={(event) => void navigate({ to: "/projects/$projectId/shot-list", params: { projectId }, search: { list: event.target.value } })} className="h-8 max-w-56 rounded-soft border border-hairline bg-transparent px-2 text-small">
          {view.lists.map((list) => (
            <option key={list.id} value={list.id}>
              {list.title}
            </option>
          ))}
        </select>
      )}
      {shared && <Who shared={shared} />}
    </ProjectHeader>
  );
}

function Who({ shared }: { shared: SharedDocument }) {
  return (
    <>
      <People others={useSignal(shared.others)} />
      <SaveState state={useSignal(shared.state)} />
    </>
  );
}
