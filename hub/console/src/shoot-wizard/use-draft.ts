import { HubError, type PersonSession, uuidv7 } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { begin, type Draft, merged, rowsOf, saved, STEPS, type StoredDraft } from "./draft";

const PAUSE_MS = 400;
const RETRY_MS = 4_000;
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export type Keeping = "saved" | "saving" | "on this device";

/** The draft of this person's shoot: on the device at once, with the hub a moment later, and on from wherever it was left. */
export function useDraft(session: PersonSession) {
  const hub = useHub();
  const key = `fashionos.shoot-draft.${session.user.id}.${session.organization?.id}`;
  const [draft, setDraft] = useState<Draft | null>(null);
  const [resumed, setResumed] = useState(false);
  const [keeping, setKeeping] = useState<Keeping>("saved");
  const now = useRef<Draft | null>(null);
  now.current = draft;
  const busy = useRef(false);
  /** Finished or discarded: nothing more is written. */
  const over = useRef(false);

  const change = useCallback(
    (next: Draft) => {
      now.current = next;
      setDraft(next);
      // Before anything else: a tab that is killed now has lost nothing.
      localStorage.setItem(key, JSON.stringify(next));
    },
    [key],
  );

  useEffect(() => {
    let left = false;
    const here = kept(key);
    const fresh = begin(uuidv7, HERE);
    const query = { select: "id,rev,step,state", wizard: "eq.shoot", status: "eq.open", user_id: `eq.${session.user.id}`, order: "updated_at.desc", limit: 1 };
    hub.http.get<StoredDraft[]>("/rest/v1/wizard_drafts", query).then(
      ([stored]) => {
        if (left) return;
        setResumed(stored !== undefined || here !== null);
        // What was begun here and never reached the hub goes on too, but a draft of the hub comes first.
        change(stored ? merged(stored, here, fresh) : here && here.rev === 0 ? here : fresh);
      },
      () => {
        if (left) return;
        setResumed(here !== null);
        change(here ?? fresh);
      },
    );
    return () => {
      left = true;
    };
  }, [hub, key, session.user.id, change]);

  const save = useCallback(async (): Promise<void> => {
    const sent = now.current;
    if (!sent || busy.current || over.current || sent.unsaved.length === 0) return;
    busy.current = true;
    setKeeping("saving");
    try {
      const row = { id: sent.id, wizard: "shoot", step: sent.step, step_count: STEPS.length, state: { ids: sent.ids, answers: sent.answers } };
      const extras = { headers: { prefer: "return=representation,resolution=merge-duplicates" } };
      const answer = await hub.http.request("POST", "/rest/v1/wizard_drafts", { on_conflict: "id", select: "rev" }, row, extras);
      const [stored] = (await answer.json()) as { rev: number }[];
      if (now.current) change(saved(now.current, stored?.rev ?? sent.rev, sent));
      setKeeping(now.current?.unsaved.length ? "saving" : "saved");
    } catch {
      setKeeping("on this device");
    } finally {
      busy.current = false;
    }
  }, [hub, change]);
  useEffect(() => {
    if (!draft || draft.unsaved.length === 0) return;
    const soon = setTimeout(() => void save(), PAUSE_MS);
    const again = setInterval(() => void save(), RETRY_MS);
    return () => {
      clearTimeout(soon);
      clearInterval(again);
    };
  }, [draft, save]);

  /** Ends the draft and forgets it here. */
  const end = async (status: "submitted" | "discarded", result?: { type: string; id: string }) => {
    over.current = true;
    const was = now.current;
    localStorage.removeItem(key);
    if (!was) return;
    const row = { id: was.id, wizard: "shoot", step: STEPS.length, step_count: STEPS.length, state: { ids: was.ids, answers: was.answers }, status, result_type: result?.type ?? null, result_id: result?.id ?? null };
    // A draft that the hub never had need not be discarded there.
    if (status === "discarded" && was.rev === 0) return;
    await hub.http.request("POST", "/rest/v1/wizard_drafts", { on_conflict: "id" }, row, { headers: { prefer: "return=minimal,resolution=merge-duplicates" } });
  };

  /** Makes the project, its shoot and its shot list: once, however often it is tried. Null, or what went wrong. */
  const finish = async (): Promise<string | null> => {
    const was = now.current;
    if (!was) return null;
    const rows = rowsOf(was);
    const once = { headers: { prefer: "return=minimal,resolution=ignore-duplicates" } };
    try {
      for (const [table, row] of [["projects", rows.project], ["shoots", rows.shoot], ["shot_lists", rows.list]] as const) {
        await hub.http.request("POST", `/rest/v1/${table}`, { on_conflict: "id" }, row, once);
      }
      await end("submitted", { type: "project", id: was.ids.project });
      return null;
    } catch (cause) {
      over.current = false;
      localStorage.setItem(key, JSON.stringify(was));
      return cause instanceof HubError ? cause.message : String(cause);
    }
  };
  return { draft, resumed, keeping, change, finish, discard: () => end("discarded") };
}

function kept(key: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}
