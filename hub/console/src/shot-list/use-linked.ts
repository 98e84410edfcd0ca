import { type Hub, list, LISTS, type PersonSession } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { anyNamed } from "./any-named";
import type { Content } from "./content";
import { linkedIn } from "./lines";
import type { Known, Linked, LinkKind, OfLinks } from "./links";

/** So many ids or names are asked for at once. */
const BATCH = 100;
/** So many names are kept on the device, for work without network. */
const MOST_KEPT = 3_000;
const MOST_NAMED = 500;

const product = ({ id, sku, name }: { id: string; sku: string; name: string }): Linked => ({ id, name, sku });
const model = ({ id, name }: { id: string; name: string }): Linked => ({ id, name, sku: null });
const PRODUCTS = { ...LISTS.products, columns: ["id", "sku", "name"] as const };
const MODELS = { ...LISTS.models, columns: ["id", "name"] as const };

/** Products, of a collection if one is given, or models that match words. */
export async function searchLinked(hub: Hub, kind: LinkKind, search: string, limit: number, collectionId: string | null = null): Promise<Linked[]> {
  if (kind === "models") return (await list(hub.http, { ...MODELS, search, pageSize: limit }).page()).rows.map(model);
  const where = collectionId === null ? [] : [{ column: "collection_id", is: "eq", value: collectionId } as const];
  const query = { ...PRODUCTS, where: [...where, { column: "status", is: "neq", value: "archived" } as const], search, pageSize: limit };
  return (await list(hub.http, query).page()).rows.map(product);
}

async function byIds(hub: Hub, kind: LinkKind, ids: readonly string[]): Promise<Linked[]> {
  const where = [{ column: "id", is: "in", value: ids } as const];
  if (kind === "models") return (await list(hub.http, { ...MODELS, where, pageSize: BATCH }).page()).rows.map(model);
  return (await list(hub.http, { ...PRODUCTS, where, pageSize: BATCH }).page()).rows.map(product);
}

async function byTexts(hub: Hub, kind: LinkKind, texts: readonly string[]): Promise<Linked[]> {
  if (kind === "models") {
    const rows = await hub.http.get<{ id: string; name: string }[]>("/rest/v1/model_profiles", { select: "id,name", or: anyNamed(texts), limit: MOST_NAMED });
    return rows.map(model);
  }
  const any = [{ column: "sku", is: "in", value: texts } as const, { column: "name", is: "in", value: texts } as const];
  return (await list(hub.http, { ...PRODUCTS, where: [{ any }], pageSize: MOST_NAMED }).page()).rows.map(product);
}

/** Names for the products or models of a list: asked for once each, and kept on the device. */
function useKnown(session: PersonSession, kind: LinkKind, ids: ReadonlySet<string>) {
  const hub = useHub();
  const key = `fashionos.${kind}.${session.user.id}.${session.organization?.id}`;
  const [known, setKnown] = useState<Known>(() => stored(key));
  const asked = useRef(new Set<string>());
  const remember = useCallback((found: readonly Linked[]) => {
    if (found.length > 0) setKnown((before) => new Map([...before, ...found.map((linked) => [linked.id, linked] as const)]));
  }, []);

  useEffect(() => {
    // Also those that this device kept: a name may have changed since.
    const wanted = [...ids].filter((id) => !asked.current.has(id));
    for (let n = 0; n < wanted.length; n += BATCH) {
      const batch = wanted.slice(n, n + BATCH);
      for (const id of batch) asked.current.add(id);
      // Without an answer they are asked for again when the list changes.
      byIds(hub, kind, batch).then(remember, () => batch.forEach((id) => asked.current.delete(id)));
    }
  }, [hub, kind, ids, remember]);
  useEffect(() => {
    const kept = [...known.values()].filter(({ id }) => ids.has(id)).slice(0, MOST_KEPT);
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // The device is full: without network these have no names.
    }
  }, [key, known, ids]);

  const resolve = useCallback(
    async (texts: readonly string[]): Promise<void> => {
      const found: Linked[] = [];
      for (let n = 0; n < texts.length; n += BATCH) found.push(...(await byTexts(hub, kind, texts.slice(n, n + BATCH))));
      remember(found);
    },
    [hub, kind, remember],
  );
  return useMemo(() => ({ known, remember, resolve }), [known, remember, resolve]);
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/** The products and models of a list, and those who are cast for it, by name; and the way to look more of them up. */
export function useLinked(session: PersonSession, shots: Content["shots"], cast = NOBODY) {
  const productIds = useMemo(() => new Set(linkedIn(shots.values(), "products")), [shots]);
  const modelIds = useMemo(() => new Set([...linkedIn(shots.values(), "models"), ...cast.keys()]), [shots, cast]);
  const products = useKnown(session, "products", productIds);
  const models = useKnown(session, "models", modelIds);
  const [ofProducts, ofModels] = [products.resolve, models.resolve];
  /** Looks up what some texts, SKUs or names, mean; `known` has them then. The same function whatever is known: it is an effect's cause. */
  const resolve = useCallback(
    async (texts: OfLinks<readonly string[]>): Promise<void> => {
      await Promise.all([ofProducts(texts.products), ofModels(texts.models)]);
    },
    [ofProducts, ofModels],
  );
  return useMemo(
    () => ({
      known: { products: products.known, models: models.known },
      /** Who is offered first: model profiles, with how far their casting is. */
      cast: { products: NOBODY, models: cast },
      remember: { products: products.remember, models: models.remember },
      resolve,
    }),
    [products, models, cast, resolve],
  );
}

function stored(key: string): Known {
  try {
    return new Map((JSON.parse(localStorage.getItem(key) ?? "[]") as Linked[]).map((linked) => [linked.id, linked]));
  } catch {
    return new Map();
  }
}
