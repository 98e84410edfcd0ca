import { HubError, type GuestHit, type Room } from "@fashionos/hub";
import { useEffect, useState } from "react";

export type GuestSearch =
  | { is: "idle" }
  | { is: "short" }
  | { is: "searching" }
  | { is: "found"; guests: readonly GuestHit[] }
  | { is: "failed"; message: string };

/** The hub answers from three letters on, so that nobody pages through the list. */
export const FEWEST_LETTERS = 3;
const PAUSE_MS = 120;

/** Guests whose name has words that begin like `text`. `again` repeats the question when it changes. */
export function useGuestSearch(room: Room, text: string, again: unknown): GuestSearch {
  const [search, setSearch] = useState<GuestSearch>({ is: "idle" });
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === "") return setSearch({ is: "idle" });
    if (wanted.length < FEWEST_LETTERS) return setSearch({ is: "short" });
    let left = false;
    setSearch((before) => (before.is === "found" ? before : { is: "searching" }));
    const timer = setTimeout(() => {
      room.query({ name: "find_guests", text: wanted.slice(0, 100), limit: 20 }).then(
        (answer) => !left && setSearch({ is: "found", guests: answer.guests }),
        (cause) => !left && setSearch({ is: "failed", message: cause instanceof HubError && cause.code === "offline" ? "Search needs a signal." : String(cause.message) }),
      );
    }, PAUSE_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [room, wanted, again]);
  return search;
}
