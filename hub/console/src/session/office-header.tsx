import type { PersonSession } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Button } from "../kit/button";
import type { OrganizationSummary } from "@fashionos/hub";
import { auth } from "./auth";
import { NewOrganizationSheet } from "./new-organization-sheet";
import { Places } from "./places";

const NEW = "new";

/** The head of office pages: the organization, the places that one's role may go to, the person. */
export function OfficeHeader({ session }: { session: PersonSession }) {
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
    <header className="flex min-h-16 flex-wrap items-center gap-x-4 border-b border-hairline px-6 max-md:pt-3">
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
      <Places role={current?.role} />
      <p className="ml-auto truncate text-small text-quiet max-sm:hidden">{session.user.full_name || session.user.email}</p>
      <Button size="row" look="plain" className="max-sm:ml-auto" onClick={() => void auth.signOut()}>
        Sign out
      </Button>
      {founding && <NewOrganizationSheet onClose={() => setFounding(false)} />}
    </header>
  );
}
