/**
 * The instant of a wall-clock time in a time zone, epoch ms. `local` is what a `datetime-local` field gives, for example
 * `2026-11-20T20:00`. In an hour that is skipped it is moved forward; of an hour that comes twice it is the first.
 */
export function zonedTime(local: string, zone: string): number | null {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return null;
  const earliest = asUtc - offsetAt(asUtc - 86_400_000, zone);
  const latest = asUtc - offsetAt(asUtc + 86_400_000, zone);
  // The offset of the day before and of the day after: one of them, or around a change one of both, gives the wall clock back.
  const candidates = [earliest, latest].sort((a, b) => a - b);
  return candidates.find((instant) => instant + offsetAt(instant, zone) === asUtc) ?? earliest;
}

/** How far `zone` is ahead of UTC at an instant, ms. */
function offsetAt(instant: number, zone: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" })
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!) - Math.floor(instant / 1000) * 1000;
}
