import { list, LISTS } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useState } from "react";

export interface Choice {
  readonly id: string;
  readonly name: string;
}
export interface Choices {
  readonly clients: readonly Choice[];
  readonly designers: readonly Choice[];
  readonly venues: readonly Choice[];
}

const MOST = 500;

/** What a shoot can refer to: clients, designers, venues. Without network the lists are empty, and can be chosen later. */
export function useChoices(): Choices {
  const hub = useHub();
  const [choices, setChoices] = useState<Choices>({ clients: [], designers: [], venues: [] });
  useEffect(() => {
    let left = false;
    const read = async (): Promise<Choices> => {
      const [clients, designers, venues] = await Promise.all([
        list(hub.http, { ...LISTS.accounts, columns: ["id", "name"] as const, pageSize: MOST }).page(),
        list(hub.http, { ...LISTS.designers, columns: ["id", "name"] as const, pageSize: MOST }).page(),
        list(hub.http, { ...LISTS.venues, columns: ["id", "name"] as const, pageSize: MOST }).page(),
      ]);
      const named = (rows: readonly { id: string; name: string | null }[]) => rows.map(({ id, name }) => ({ id, name: name ?? "–" }));
      return { clients: named(clients.rows), designers: named(designers.rows), venues: named(venues.rows) };
    };
    read().then(
      (found) => !left && setChoices(found),
      () => {},
    );
    return () => {
      left = true;
    };
  }, [hub]);
  return choices;
}
