/** Times as screens show them. All inputs are epoch milliseconds or milliseconds; rows carry RFC 3339 texts. */

/** The instant in a row's column, or null. */
export function instant(text: string | null | undefined): number | null {
  if (!text) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** `4:05`, `1:04:05`, `-0:12`: what is left, rounded up, so that 0:00 is shown when nothing is left. */
export function countdown(ms: number): string {
  // Rounding towards overtime: 0.2 s left shows 0:01, 0.2 s over shows -0:01 only after a whole second.
  const seconds = Math.ceil(ms / 1000);
  return seconds < 0 ? `-${clockOf(-seconds)}` : clockOf(seconds);
}

/** `0:07`, `12:30`, `1:02:03`: how long something has lasted, rounded down. */
export function elapsed(ms: number): string {
  return clockOf(Math.max(0, Math.floor(ms / 1000)));
}

/** `4:00` or `1:04:00`: a planned length. */
export function length(ms: number): string {
  return clockOf(Math.max(0, Math.round(ms / 1000)));
}

function clockOf(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `+1:05`, `-0:20`, `0:00`: later or earlier than planned. */
export function offset(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds === 0) return "0:00";
  return `${seconds > 0 ? "+" : "-"}${clockOf(Math.abs(seconds))}`;
}

/** `1:05 behind`, `0:20 ahead`, `on time` (within half a second). */
export function standing(delayMs: number): { word: "on time" | "behind" | "ahead"; by: string } {
  const seconds = Math.round(delayMs / 1000);
  if (seconds === 0) return { word: "on time", by: "0:00" };
  return { word: seconds > 0 ? "behind" : "ahead", by: clockOf(Math.abs(seconds)) };
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    try {
      made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    } catch {
      // A zone that this browser does not know: the screen's own zone is better than no time at all.
      made = new Intl.DateTimeFormat("en-GB", options);
    }
    formats.set(key, made);
  }
  return made;
}

/** `20:05:09` in the event's time zone. */
export function timeOfDay(ms: number, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(ms);
}

/** `20:05` in the event's time zone. */
export function hourMinute(ms: number, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
}

/** `Fri 20 Nov 2026` in the event's time zone. */
export function day(ms: number, zone: string): string {
  return format(zone, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(ms).replaceAll(",", "");
}

/** `1,204`. */
export function count(n: number | null | undefined): string {
  return (n ?? 0).toLocaleString("en-GB");
}
