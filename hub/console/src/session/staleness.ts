import type { LinkStatus, Room, RoomStatus } from "@fashionos/hub";
import { useConnection, useHub, useRoomStatus, useServerClock } from "@fashionos/hub/react";
import { useState } from "react";

/** Whether what a screen shows is current; if not, for how long it has not been, in ms. */
export type Freshness =
  | { is: "live" }
  | { is: "joining" }
  | { is: "stale"; forMs: number }
  | { is: "denied"; message: string };

/** Freshness of a room from the link and the room itself. `opened`: when the screen was opened, for one that never had a signal. */
export function freshness(link: LinkStatus, room: RoomStatus, roomError: string | null, now: number, opened: number): Freshness {
  if (link.state === "denied") return { is: "denied", message: link.error?.message ?? "The hub does not take this login any more." };
  if (room === "denied") return { is: "denied", message: roomError ?? "This screen may not be seen with this login." };
  if (link.state === "live" && room === "live") return { is: "live" };
  // The first attempt is not a lost signal yet; once it has failed, or a signal was lost, the screen says so.
  const firstAttempt = link.state === "connecting" && link.attempt === 0 && link.lastRxAt === null;
  if (room === "joining" && (link.state === "live" || firstAttempt)) return { is: "joining" };
  return { is: "stale", forMs: Math.max(0, now - (link.lastRxAt ?? opened)) };
}

/** {@link freshness} of a room, kept current. */
export function useFreshness(room: Room): Freshness {
  const hub = useHub();
  const link = useConnection();
  const status = useRoomStatus(room);
  const [opened] = useState(() => hub.serverNow());
  useServerClock(2);
  return freshness(link, status, room.error?.message ?? null, hub.serverNow(), opened);
}
