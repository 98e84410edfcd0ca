import type { PersonSession } from "@fashionos/hub";
import { useConnection, useHub, useServerClock } from "@fashionos/hub/react";
import type { ReactNode } from "react";
import { Notice } from "../kit/notice";
import { OfficeHeader } from "../session/office-header";
import { StaleStrip } from "../session/stale-strip";

/** Who looks, and what they may. */
export interface Onlooker {
  organizationId: string;
  organization: string;
  /** Installs, pauses, upgrades, disconnects and removes; whoever else sees the page connects accounts and runs jobs. */
  manages: boolean;
}

/** The frame of the pages about plugins: owners and admins manage them, producers connect accounts and run jobs, nobody else sees them. */
export function PluginsPage({ session, children }: { session: PersonSession; children: (onlooker: Onlooker) => ReactNode }) {
  const organization = session.organization;
  const manages = organization?.role === "owner" || organization?.role === "admin";
  return (
    <div className="min-h-dvh">
      <OfficeHeader session={session} />
      {organization && (manages || organization.role === "producer") ? (
        <>
          <Link />
          <main className="mx-auto flex max-w-[1200px] flex-col gap-10 px-6 py-12 max-sm:py-6">{children({ organizationId: organization.id, organization: organization.name, manages })}</main>
        </>
      ) : (
        <main className="mx-auto flex max-w-[720px] flex-col gap-4 p-12 max-sm:p-6">
          <h1 className="title text-display">Plugins</h1>
          <Notice tone="stop">You may not see this page. Plugins are for owners, admins and producers{organization ? ` of ${organization.name}` : " of an organization"}.</Notice>
        </main>
      )}
    </div>
  );
}

/** Says when what is shown may be old. */
function Link() {
  const hub = useHub();
  const link = useConnection();
  useServerClock(1);
  if (link.state !== "stale" && link.state !== "offline") return null;
  return <StaleStrip fresh={{ is: "stale", forMs: Math.max(0, hub.serverNow() - (link.lastRxAt ?? hub.serverNow())) }} />;
}
