import { type Hub, list } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useState } from "react";

/** What a sheet's rows refer to, by name. */
export interface Referred {
  readonly names: ReadonlyMap<string, string>;
  readonly products: ReadonlyMap<string, { sku: string; name: string }>;
  readonly venue: { name: string; address: string | null } | null;
}

export interface Ids {
  readonly models: readonly string[];
  readonly designers: readonly string[];
  readonly partners: readonly string[];
  readonly staff: readonly string[];
  readonly products: readonly string[];
  readonly venue: string | null;
}

const BATCH = 100;

async function inBatches<Row>(ids: readonly string[], read: (batch: readonly string[]) => Promise<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let n = 0; n < ids.length; n += BATCH) rows.push(...(await read(ids.slice(n, n + BATCH))));
  return rows;
}

const byId = (ids: readonly string[]) => [{ column: "id", is: "in", value: ids } as const];

async function referred(hub: Hub, ids: Ids): Promise<Referred> {
  const named = (table: "model_profiles" | "designer_profiles" | "stakeholders") => (batch: readonly string[]) => list(hub.http, { table, columns: ["id", "name"], where: byId(batch), pageSize: BATCH }).page().then(({ rows }) => rows as readonly { id: string; name: string | null }[]);
  // Crew with a login has the name of its person.
  const crew = (batch: readonly string[]) => hub.http.get<{ id: string; name: string | null; users: { full_name: string } | null }[]>("/rest/v1/staff", { select: "id,name,users(full_name)", id: `in.(${batch.join(",")})` });
  const [models, designers, partners, staff, products, venues] = await Promise.all([
    inBatches(ids.models, named("model_profiles")),
    inBatches(ids.designers, named("designer_profiles")),
    inBatches(ids.partners, named("stakeholders")),
    inBatches(ids.staff, crew),
    inBatches(ids.products, (batch) => list(hub.http, { table: "products", columns: ["id", "sku", "name"], where: byId(batch), pageSize: BATCH }).page().then(({ rows }) => rows)),
    inBatches(ids.venue ? [ids.venue] : [], (batch) => list(hub.http, { table: "venues", columns: ["id", "name", "address", "city"], where: byId(batch) }).page().then(({ rows }) => rows)),
  ]);
  const [venue] = venues;
  return {
    names: new Map([...models, ...designers, ...partners, ...staff.map(({ id, name, users }) => ({ id, name: name ?? users?.full_name ?? null }))].map(({ id, name }) => [id, name ?? "–"])),
    products: new Map(products.map(({ id, sku, name }) => [id, { sku, name }])),
    venue: venue ? { name: venue.name, address: [venue.address, venue.city].filter(Boolean).join(", ") || null } : null,
  };
}

/** Reads the names that some ids stand for; null while they are not here. */
export function useReferred(ids: Ids): { found: Referred | null; error: string | null } {
  const hub = useHub();
  const [state, setState] = useState<{ found: Referred | null; error: string | null }>({ found: null, error: null });
  const key = JSON.stringify(ids);
  useEffect(() => {
    let left = false;
    referred(hub, JSON.parse(key) as Ids).then(
      (found) => !left && setState({ found, error: null }),
      (cause: Error) => !left && setState((before) => ({ ...before, error: cause.message })),
    );
    return () => {
      left = true;
    };
  }, [hub, key]);
  return state;
}
