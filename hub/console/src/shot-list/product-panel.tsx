import { HubError, list, LISTS } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useMemo, useState } from "react";
import { Button } from "../kit/button";
import type { Product } from "./cells";
import { PRODUCTS_TYPE } from "./grid";
import type { Section } from "./lines";
import { searchProducts } from "./use-products";

const PAUSE_MS = 150;
const MOST_FOUND = 100;

interface ProductPanelProps {
  sections: readonly Section[];
  /** How many shots are selected. */
  chosen: number;
  mayEdit: boolean;
  onFound: (products: readonly Product[]) => void;
  onPut: (products: readonly Product[]) => void;
  onShots: (products: readonly Product[]) => void;
  onClose: () => void;
}

/** The products of the house beside the list: found by words and collection, ticked, put on shots, or dragged there. */
export function ProductPanel({ sections, chosen, mayEdit, onFound, onPut, onShots, onClose }: ProductPanelProps) {
  const hub = useHub();
  const [words, setWords] = useState("");
  const [collection, setCollection] = useState("");
  const [collections, setCollections] = useState<readonly { id: string; name: string }[]>([]);
  const [found, setFound] = useState<readonly Product[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [ticked, setTicked] = useState<ReadonlyMap<string, Product>>(new Map());
  useEffect(() => {
    let left = false;
    list(hub.http, { ...LISTS.collections, columns: ["id", "name"] as const, pageSize: 200 }).page().then(
      (page) => !left && setCollections(page.rows),
      () => {},
    );
    return () => {
      left = true;
    };
  }, [hub]);
  useEffect(() => {
    let left = false;
    const timer = setTimeout(() => {
      searchProducts(hub, words, collection || null, MOST_FOUND).then(
        (products) => {
          if (left) return;
          setFound(products);
          setError(null);
          onFound(products);
        },
        (cause) => !left && setError(cause instanceof HubError ? cause.message : String(cause)),
      );
    }, PAUSE_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [hub, words, collection, onFound]);
  // The other direction: in which scenes a product is.
  const scenesOf = useMemo(() => {
    const map = new Map<string, Set<string>>();
    sections.forEach((section, n) => {
      for (const id of section.shots.flatMap(({ products }) => products)) map.set(id, (map.get(id) ?? new Set()).add(section.scene ? String(n + 1) : "–"));
    });
    return map;
  }, [sections]);
  const tick = (product: Product) => {
    const next = new Map(ticked);
    if (!next.delete(product.id)) next.set(product.id, product);
    setTicked(next);
  };
  const all = [...ticked.values()];
  const done = (put: (products: readonly Product[]) => void) => {
    put(all);
    setTicked(new Map());
  };
  return (
    <aside aria-label="Products" className="flex w-80 shrink-0 flex-col border-l border-hairline bg-paper max-lg:fixed max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:w-[min(20rem,100vw)]">
      <div className="flex flex-col gap-2 border-b border-hairline p-3">
        <div className="flex items-center justify-between">
          <h2 className="label text-quiet">Products</h2>
          <Button size="row" look="plain" aria-label="Close products" onClick={onClose}>
            <span aria-hidden>✕</span>
          </Button>
        </div>
        <input type="search" aria-label="Search products" placeholder="Search products" value={words} onChange={(event) => setWords(event.target.value)} className="h-8 w-full rounded-soft border border-rule bg-raised px-2 text-small" />
        <select aria-label="Collection" value={collection} onChange={(event) => setCollection(event.target.value)} className="h-8 w-full rounded-soft border border-rule bg-raised px-2 text-small">
          <option value="">All collections</option>
          {collections.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <ul aria-label="Products found" className="min-h-0 flex-1 divide-y divide-hairline overflow-y-auto">
        {(found ?? []).map((product) => (
          <li key={product.id} draggable={mayEdit} onDragStart={(event) => event.dataTransfer.setData(PRODUCTS_TYPE, ticked.has(product.id) ? all.map(({ id }) => id).join(",") : product.id)}>
            <label className="flex min-h-10 items-center gap-2 px-3 py-1 text-small hover:bg-pressed">
              <input type="checkbox" className="size-4 shrink-0 accent-ink" checked={ticked.has(product.id)} onChange={() => tick(product)} />
              <span className="min-w-0 flex-1">
                <span className="block truncate">{product.name}</span>
                <span className="code block truncate text-label text-quiet">
                  {product.sku}
                  {scenesOf.has(product.id) && <span className="font-sans"> · in scene {[...scenesOf.get(product.id)!].join(", ")}</span>}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {error && <p role="alert" className="px-3 py-2 text-small text-stop">{error}</p>}
      {found?.length === 0 && !error && <p className="px-3 py-2 text-small text-quiet">No product matches.</p>}
      <div className="flex flex-col gap-2 border-t border-hairline p-3">
        <Button size="row" look="solid" disabled={!mayEdit || ticked.size === 0 || chosen === 0} onClick={() => done(onPut)}>
          {chosen === 0 ? "Select shots to put them on" : `Put ${ticked.size || ""} on ${chosen} selected ${chosen === 1 ? "shot" : "shots"}`}
        </Button>
        <Button size="row" disabled={!mayEdit || ticked.size === 0} onClick={() => done(onShots)}>
          A new shot for each
        </Button>
      </div>
    </aside>
  );
}
