import type { PersonSession } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { Link } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { Button } from "../kit/button";
import type { OrganizationSummary } from "@fashionos/hub";
import { auth } from "./auth";
import { NewOrganizationSheet } from "./new-organization-sheet";

const NEW = "new";

/** The head of office pages: the way home, the organization, the person. */
export function OfficeHeader({ session, children }: { session: PersonSession; children?: ReactNode }) {
  const hub = useHub();
  const [organizations, setOrganizations] = useState<OrganizationSummary[]>([]);
  const [founding, setFounding] = useState(false);
  const current = session.organization;
  useEffect(() => {
    let left = false;
    // Without network the switch shows the current organization only.
    hub.api.me().then((me) => !left && setOrganizations(me.organizations), () => {});
    return () => {
      left = true;
    };
  }, [hub]);
  const known = organizations.length > 0 ? organizations : current ? [current] : [];
  return (
    <header className="flex h-16 items-center gap-4 border-b border-hairline px-6">
      <Link to="/" className="title text-heading">
        Hub
      </Link>
      <select
        aria-label="Organization"
        value={current?.id ?? ""}
        onChange={(event) => (event.target.value === NEW ? setFounding(true) : void auth.switchOrganization(event.target.value))}
        className="h-8 max-w-64 rounded-soft border border-hairline bg-transparent px-2 text-small"
      >
        {!current && <option value="">No organization</option>}
        {known.map((organization) => (
          <option key={organization.id} value={organization.id}>
            {organization.name}
          </option>
        ))}
        <option value={NEW}>New organization…</option>
      </select>
      <div className="min-w-0 flex-1">{children}</div>
      <p className="truncate text-small text-quiet max-sm:hidden">{session.user.full_name || session.user.email}</p>
      <Button size="row" look="plain" onClick={() => void auth.signOut()}>
        Sign out
      </Button>
      {founding && <NewOrganizationSheet onClose={() => setFounding(false)} />}
    </header>
  );
}
