/** A look that somebody holds: it is shown at `to` and nowhere else, and nobody else is told. */
export interface Lift {
  lookId: string;
  /** Where it was. */
  from: number;
  /** Where it would be put down, from 0. */
  to: number;
  by: "keys" | "pointer";
}

/** A move that was asked for. It is shown until the hub's answer is, whatever that is. */
export interface PendingMove {
  lookId: string;
  to: number;
  /** The commit that holds it; null while there is no answer. */
  seq: number | null;
}

/** What a key does to a look that is held; null: nothing. */
export type LiftKey = { do: "drop" } | { do: "cancel" } | { do: "to"; to: number };

/** The order with one look at another place; the others close up, as the hub has it. */
export function moved(order: readonly string[], lookId: string, to: number): string[] {
  const rest = order.filter((id) => id !== lookId);
  if (rest.length === order.length) return rest;
  rest.splice(Math.max(0, Math.min(to, rest.length)), 0, lookId);
  return rest;
}

/** The hub's order, with what was asked for and is not in it yet, one after the other. */
export function shownOrder(order: readonly string[], pending: readonly PendingMove[], seen: number | null): readonly string[] {
  return stillPending(pending, seen).reduce<readonly string[]>((shown, { lookId, to }) => moved(shown, lookId, to), order);
}

/** Moves that the rows up to commit `seen` do not show. */
export function stillPending(pending: readonly PendingMove[], seen: number | null): readonly PendingMove[] {
  return pending.filter(({ seq }) => seq === null || seen === null || seq > seen);
}

/** What a key means for a look that is held. */
export function liftKey(key: string, { to }: Lift, count: number): LiftKey | null {
  switch (key) {
    case " ":
    case "Enter":
      return { do: "drop" };
    case "Escape":
    case "Tab":
      return { do: "cancel" };
    case "ArrowUp":
      return { do: "to", to: Math.max(0, to - 1) };
    case "ArrowDown":
      return { do: "to", to: Math.min(count - 1, to + 1) };
    case "Home":
      return { do: "to", to: 0 };
    case "End":
      return { do: "to", to: count - 1 };
    default:
      return null;
  }
}

/** The place of a pointer among the other looks, by the middles of their lines from top to bottom. */
export function placeAt(y: number, middles: readonly number[]): number {
  return middles.filter((middle) => middle < y).length;
}
