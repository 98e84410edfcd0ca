import { HubError, type AuditEntry, type AuditFilter } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useRef, useState } from "react";

interface Found {
  entries: AuditEntry[] | null;
  next: string | undefined;
}

/** The entries that match, a page at a time. A new filter begins anew; an answer to an older one is dropped. */
export function useAudit(filter: AuditFilter) {
  const hub = useHub();
  const [found, setFound] = useState<Found>({ entries: null, next: undefined });
  const [error, setError] = useState<string | null>(null);
  const [loading, setLoading] = useState(false);
  const asked = useRef(0);
  const load = useCallback(
    async (cursor: string | undefined) => {
      const turn = ++asked.current;
      setLoading(true);
      try {
        const page = await hub.api.audit({ ...filter, ...(cursor !== undefined && { cursor }) });
        if (turn !== asked.current) return;
        setError(null);
        setFound((before) => ({ entries: cursor === undefined ? page.entries : [...(before.entries ?? []), ...page.entries], next: page.next }));
      } catch (cause) {
        if (turn === asked.current) setError(cause instanceof HubError ? cause.message : String(cause));
      } finally {
        if (turn === asked.current) setLoading(false);
      }
    },
    [hub, filter],
  );
  useEffect(() => void load(undefined), [load]);
  return { entries: found.entries, error, loading, more: found.next !== undefined, loadMore: () => void load(found.next) };
}
