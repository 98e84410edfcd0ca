import { HubError } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useState } from "react";

/** One edit, as the hub's history has it. */
export interface PastEdit {
  readonly id: number;
  readonly table: "scenes" | "shots";
  readonly row: string;
  /** `products.{id}` or `models.{id}` for a link; empty when the whole row came or went. */
  readonly column: string;
  /** Null: the hub put something right. */
  readonly by: string | null;
  readonly old: unknown;
  readonly new: unknown;
  /** Epoch ms. */
  readonly at: number;
}

/** A state of the list that somebody gave a name. */
export interface Version {
  readonly id: string;
  readonly name: string;
  readonly made_by: string | null;
  readonly made_at: number;
}

const MOST = 100;

/** The versions of a list and its edits, of one row if one is given; read again when `stamp` changes. */
export function useHistory(listId: string, row: string | null, stamp: unknown) {
  const hub = useHub();
  const [versions, setVersions] = useState<readonly Version[]>([]);
  const [edits, setEdits] = useState<readonly PastEdit[] | null>(null);
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const [error, setError] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let left = false;
    const timer = setTimeout(async () => {
      try {
        const [kept, past] = await Promise.all([
          hub.http.get<{ versions: Version[] }>(`/v1/docs/${listId}/versions`),
          hub.http.get<{ changes: PastEdit[] }>(`/v1/docs/${listId}/changes`, { limit: MOST, ...(row !== null && { row }) }),
        ]);
        const people = [...new Set([...kept.versions.map(({ made_by }) => made_by), ...past.changes.map(({ by }) => by)].filter((id) => id !== null))];
        const found = people.length === 0 ? [] : await hub.http.get<{ id: string; full_name: string }[]>("/rest/v1/users", { select: "id,full_name", id: `in.(${people.join(",")})` });
        if (left) return;
        setVersions(kept.versions);
        setEdits(past.changes);
        setNames(new Map(found.map(({ id, full_name }) => [id, full_name])));
        setError(null);
      } catch (cause) {
        if (!left) setError(cause instanceof HubError ? cause.message : String(cause));
      }
    }, 250);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [hub, listId, row, stamp, round]);
  const attempt = useCallback(
    async (work: () => Promise<unknown>): Promise<string | null> => {
      try {
        await work();
        setRound((n) => n + 1);
        return null;
      } catch (cause) {
        return cause instanceof HubError ? cause.message : String(cause);
      }
    },
    [],
  );
  return {
    versions,
    edits,
    error,
    nameOf: (id: string | null) => (id === null ? "The hub" : (names.get(id) ?? "Somebody")),
    keep: (name: string) => attempt(() => hub.http.post(`/v1/docs/${listId}/versions`, { name })),
    restore: (id: string) => attempt(() => hub.http.post(`/v1/docs/${listId}/versions/${id}/restore`)),
  };
}
