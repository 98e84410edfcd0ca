import type { AuditFilter, PersonSession } from "@fashionos/hub";
import { Navigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { useSession } from "../session/auth";
import { Connection } from "../session/connection";
import { OfficeHeader } from "../session/office-header";
import { screenPath } from "../session/screen-path";
import { SignIn } from "../session/sign-in";
import { AuditFilters } from "./audit-filters";
import { AuditLine } from "./audit-line";
import { useAudit } from "./use-audit";

/** `/audit`: who changed what, for owners and admins. */
export function AuditScreen() {
  const session = useSession();
  if (session === undefined) return null;
  if (session === null) return <SignIn />;
  if (session.kind === "device") return <Navigate to={screenPath(session.device.profile)} params={{ eventId: session.device.event_id }} replace />;
  return (
    <Connection session={session}>
      <div className="min-h-dvh">
        <OfficeHeader session={session} />
        <Audit key={session.organization?.id} session={session} />
      </div>
    </Connection>
  );
}

function Audit({ session }: { session: PersonSession }) {
  const [filter, setFilter] = useState<AuditFilter>({});
  const { entries, error, more, loadMore, loading } = useAudit(filter);
  return (
    <main className="mx-auto flex max-w-[1200px] flex-col gap-8 px-6 py-12">
      <div>
        <p className="label text-quiet">{session.organization?.name}</p>
        <h1 className="title text-display">Audit</h1>
      </div>
      <AuditFilters filter={filter} onChange={setFilter} />
      {error && <Notice tone="stop">{error}</Notice>}
      {entries !== null && entries.length === 0 && <p className="border-y border-hairline py-12 text-center text-quiet">No change matches.</p>}
      {entries !== null && entries.length > 0 && (
        <table aria-label="Changes" className="w-full border-b border-hairline">
          <thead className="sr-only">
            <tr>
              <th scope="col">When</th>
              <th scope="col">Who</th>
              <th scope="col">What</th>
              <th scope="col">Values</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, index) => (
              <AuditLine key={`${entry.at} ${entry.table} ${entry.row} ${index}`} entry={entry} onFilter={(wanted) => setFilter({ ...filter, ...wanted })} />
            ))}
          </tbody>
        </table>
      )}
      {more && (
        <Button className="self-center" disabled={loading} onClick={loadMore}>
          {loading ? "…" : "Earlier changes"}
        </Button>
      )}
    </main>
  );
}
