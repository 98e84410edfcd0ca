import type { DeviceProfile } from "@fashionos/hub";

const PATHS = { scan: "/check-in/$eventId", wall: "/command/$eventId", caller: "/caller/$eventId" } as const;

/** The route of the one screen that a device may open. */
export function screenPath(profile: DeviceProfile): (typeof PATHS)[DeviceProfile] {
  return PATHS[profile];
}

/** A profile in the words of people. */
export const PROFILE_NAMES: Record<DeviceProfile, string> = { scan: "Check-in", wall: "Wall", caller: "Caller" };
