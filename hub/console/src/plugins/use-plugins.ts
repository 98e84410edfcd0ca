import { HubError, type Room } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { PluginApi } from "./plugin-api";

/** What a burst of commits has time to become before the hub is asked again, ms. */
const PAUSE_MS = 200;

/** Words for what went wrong. */
export function said(cause: unknown): string {
  return cause instanceof HubError ? cause.message : String(cause);
}

/** The hub's plugins. */
export function usePluginApi(): PluginApi {
  const { http } = useHub();
  return useMemo(() => new PluginApi(http), [http]);
}

export interface Followed<T> {
  /** Null while the first answer is not there. */
  answer: T | null;
  error: string | null;
  /** Asks again now. */
  reload: () => void;
}

/** An answer of the hub, asked for again whenever the room tells of one of the tables. One question at a time, so that no flood of news keeps answers from being shown. */
export function useFollowed<T>(room: Room, tables: readonly string[], ask: () => Promise<T>): Followed<T> {
  const [state, setState] = useState<{ answer: T | null; error: string | null }>({ answer: null, error: null });
  const again = useRef<() => void>(() => undefined);
  const reload = useCallback(() => again.current(), []);
  const watched = tables.join(" ");
  useEffect(() => {
    const names = new Set(watched.split(" "));
    let [left, asking, news] = [false, false, false];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const now = async () => {
      clearTimeout(timer);
      if (asking) {
        news = true;
        return;
      }
      [asking, news] = [true, false];
      try {
        const answer = await ask();
        if (!left) setState({ answer, error: null });
      } catch (cause) {
        if (!left) setState((before) => ({ ...before, error: said(cause) }));
      }
      asking = false;
      if (news && !left) soon();
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void now(), PAUSE_MS);
    };
    again.current = () => void now();
    const ends = [
      room.on("delta", ({ commits }) => commits.some(({ changes }) => changes.some(({ table }) => names.has(table))) && soon()),
      room.on("snapshot", soon),
    ];
    void now();
    return () => {
      left = true;
      clearTimeout(timer);
      ends.forEach((end) => end());
    };
  }, [room, watched, ask]);
  return { ...state, reload };
}

/** Does one thing at a time and keeps what went wrong. */
export function useAction(): { busy: boolean; error: string | null; act: (work: () => Promise<unknown>) => Promise<boolean> } {
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const act = useCallback(async (work: () => Promise<unknown>) => {
    setState({ busy: true, error: null });
    try {
      await work();
      setState({ busy: false, error: null });
      return true;
    } catch (cause) {
      setState({ busy: false, error: said(cause) });
      return false;
    }
  }, []);
  return { ...state, act };
}
