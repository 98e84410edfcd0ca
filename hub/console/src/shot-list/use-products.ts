import { type Hub, list, LISTS, type PersonSession } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Product, Products } from "./cells";

/** So many ids or names are asked for at once. */
const BATCH = 100;
/** So many names are kept on the device, for work without network. */
const MOST_KEPT = 3_000;

const pick = ({ id, sku, name }: Product): Product => ({ id, sku, name });

/** Products that match words, of a collection if one is given. */
export async function searchProducts(hub: Hub, search: string, collectionId: string | null, limit: number): Promise<Product[]> {
  const where = collectionId === null ? [] : [{ column: "collection_id", is: "eq", value: collectionId } as const];
  const query = { ...LISTS.products, columns: ["id", "sku", "name"] as const, where: [...where, { column: "status", is: "neq", value: "archived" } as const], search, pageSize: limit };
  return (await list(hub.http, query).page()).rows.map(pick);
}

async function byIds(hub: Hub, ids: readonly string[]): Promise<Product[]> {
  const query = { ...LISTS.products, columns: ["id", "sku", "name"] as const, where: [{ column: "id", is: "in", value: ids } as const], pageSize: BATCH };
  return (await list(hub.http, query).page()).rows.map(pick);
}

async function byTexts(hub: Hub, texts: readonly string[]): Promise<Product[]> {
  const any = [{ column: "sku", is: "in", value: texts } as const, { column: "name", is: "in", value: texts } as const];
  const query = { ...LISTS.products, columns: ["id", "sku", "name"] as const, where: [{ any }], pageSize: 500 };
  return (await list(hub.http, query).page()).rows.map(pick);
}

/** Names for the products of a list: asked for once each, and kept on the device. */
export function useProducts(session: PersonSession, ids: ReadonlySet<string>) {
  const hub = useHub();
  const key = `fashionos.products.${session.user.id}.${session.organization?.id}`;
  const [products, setProducts] = useState<Products>(() => stored(key));
  const asked = useRef(new Set<string>());
  const remember = useCallback((found: readonly Product[]) => {
    if (found.length > 0) setProducts((known) => new Map([...known, ...found.map((product) => [product.id, product] as const)]));
  }, []);

  useEffect(() => {
    const missing = [...ids].filter((id) => !products.has(id) && !asked.current.has(id));
    for (let n = 0; n < missing.length; n += BATCH) {
      const batch = missing.slice(n, n + BATCH);
      for (const id of batch) asked.current.add(id);
      // Without an answer they are asked for again when the list changes.
      byIds(hub, batch).then(remember, () => batch.forEach((id) => asked.current.delete(id)));
    }
  }, [hub, ids, products, remember]);
  useEffect(() => {
    const kept = [...products.values()].filter(({ id }) => ids.has(id)).slice(0, MOST_KEPT);
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // The device is full: without network these have no names.
    }
  }, [key, products, ids]);

  /** Finds the products that some texts, SKUs or names, mean. */
  const resolve = useCallback(
    async (texts: readonly string[]): Promise<Product[]> => {
      const found: Product[] = [];
      for (let n = 0; n < texts.length; n += BATCH) found.push(...(await byTexts(hub, texts.slice(n, n + BATCH))));
      remember(found);
      return found;
    },
    [hub, remember],
  );
  return useMemo(() => ({ products, remember, resolve }), [products, remember, resolve]);
}

function stored(key: string): Products {
  try {
    return new Map((JSON.parse(localStorage.getItem(key) ?? "[]") as Product[]).map((product) => [product.id, product]));
  } catch {
    return new Map();
  }
}
