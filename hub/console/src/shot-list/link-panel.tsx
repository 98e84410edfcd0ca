import { list, LISTS } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useMemo, useState } from "react";
import { Button } from "../kit/button";
import { COLUMN_NAMES } from "./cells";
import { dragType } from "./grid";
import type { Section } from "./lines";
import { type Known, LINK_WORDS, type Linked, type LinkKind, offered } from "./links";
import { useFound } from "./use-found";

const MOST_FOUND = 100;

interface LinkPanelProps {
  kind: LinkKind;
  known: Known;
  /** Who is shown first, with how far their casting is. */
  cast: ReadonlyMap<string, string>;
  sections: readonly Section[];
  /** How many shots are selected. */
  chosen: number;
  mayEdit: boolean;
  onFound: (found: readonly Linked[]) => void;
  onPut: (linked: readonly Linked[]) => void;
  onShots: (linked: readonly Linked[]) => void;
  onClose: () => void;
}

/** The products or models of the house beside the list: found by words, products by collection too, ticked, put on shots, or dragged there. */
export function LinkPanel({ kind, known, cast, sections, chosen, mayEdit, onFound, onPut, onShots, onClose }: LinkPanelProps) {
  const hub = useHub();
  const [words, setWords] = useState("");
  const [collection, setCollection] = useState("");
  const [collections, setCollections] = useState<readonly { id: string; name: string }[]>([]);
  const [ticked, setTicked] = useState<ReadonlyMap<string, Linked>>(new Map());
  const { found, error, settled } = useFound({ kind, words, collection: collection || null, limit: MOST_FOUND }, onFound);
  const shown = offered(known, new Set(cast.keys()), words, found, MOST_FOUND);
  useEffect(() => {
    if (kind !== "products") return;
    let left = false;
    list(hub.http, { ...LISTS.collections, columns: ["id", "name"] as const, pageSize: 200 }).page().then(
      (page) => !left && setCollections(page.rows),
      () => {},
    );
    return () => {
      left = true;
    };
  }, [hub, kind]);
  // The other direction: in which scenes a product or model is.
  const scenesOf = useMemo(() => {
    const map = new Map<string, Set<string>>();
    sections.forEach((section, n) => {
      for (const id of section.shots.flatMap((shot) => shot[kind])) map.set(id, (map.get(id) ?? new Set()).add(section.scene ? String(n + 1) : "–"));
    });
    return map;
  }, [sections, kind]);
  const tick = (linked: Linked) => {
    const next = new Map(ticked);
    if (!next.delete(linked.id)) next.set(linked.id, linked);
    setTicked(next);
  };
  const all = [...ticked.values()];
  const done = (put: (linked: readonly Linked[]) => void) => {
    put(all);
    setTicked(new Map());
  };
  const name = COLUMN_NAMES[kind];
  return (
    <aside aria-label={name} className="flex w-80 shrink-0 flex-col border-l border-hairline bg-paper max-lg:fixed max-lg:inset-y-0 max-lg:right-0 max-lg:z-20 max-lg:w-[min(20rem,100vw)]">
      <div className="flex flex-col gap-2 border-b border-hairline p-3">
        <div className="flex items-center justify-between">
          <h2 className="label text-quiet">{name}</h2>
          <Button size="row" look="plain" aria-label={`Close ${kind}`} onClick={onClose}>
            <span aria-hidden>✕</span>
          </Button>
        </div>
        <input type="search" aria-label={`Search ${kind}`} placeholder={`Search ${kind}`} value={words} onChange={(event) => setWords(event.target.value)} className="h-8 w-full rounded-soft border border-rule bg-raised px-2 text-small" />
        {kind === "products" && (
          <select aria-label="Collection" value={collection} onChange={(event) => setCollection(event.target.value)} className="h-8 w-full rounded-soft border border-rule bg-raised px-2 text-small">
            <option value="">All collections</option>
            {collections.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </div>
      <ul aria-label={`${name} found`} className="min-h-0 flex-1 divide-y divide-hairline overflow-y-auto">
        {shown.map((linked) => (
          <li key={linked.id} draggable={mayEdit} onDragStart={(event) => event.dataTransfer.setData(dragType(kind), ticked.has(linked.id) ? all.map(({ id }) => id).join(",") : linked.id)}>
            <label className="flex min-h-10 items-center gap-2 px-3 py-1 text-small hover:bg-pressed">
              <input type="checkbox" className="size-4 shrink-0 accent-ink" checked={ticked.has(linked.id)} onChange={() => tick(linked)} />
              <span className="min-w-0 flex-1">
                <span className="block truncate">{linked.name || "–"}</span>
                <span className="block truncate text-label text-quiet">
                  {linked.sku !== null && <span className="code">{linked.sku}</span>}
                  {cast.get(linked.id)}
                  {scenesOf.has(linked.id) && `${linked.sku !== null || cast.has(linked.id) ? " · " : ""}in scene ${[...scenesOf.get(linked.id)!].join(", ")}`}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {error && <p role="alert" className="px-3 py-2 text-small text-stop">{error}</p>}
      {shown.length === 0 && settled && !error && <p className="px-3 py-2 text-small text-quiet">No {LINK_WORDS[kind].one} matches.</p>}
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
