import type { DeviceProfile, RowOf, Severity } from "@fashionos/hub";
import { instant } from "../time-format";

export type Message = RowOf<"screen_messages">;
export type Alert = RowOf<"event_alerts">;

const LOUDNESS: Record<Severity, number> = { critical: 2, warning: 1, info: 0 };

/** Messages that a screen shows now: for its profile, not cleared, not expired; the loudest and newest first. */
export function messagesFor(profile: DeviceProfile | null, messages: Iterable<Message>, now: number): Message[] {
  return [...messages]
    .filter((message) => message.cleared_at === null)
    .filter((message) => (instant(message.expires_at) ?? Number.POSITIVE_INFINITY) > now)
    .filter((message) => profile === null || message.audience.length === 0 || message.audience.includes(profile))
    .sort((a, b) => LOUDNESS[b.severity] - LOUDNESS[a.severity] || newestFirst(a, b));
}

/** Alerts that nobody looks after yet, arrivals of VIPs apart; the loudest and newest first. */
export function openAlerts(alerts: Iterable<Alert>): Alert[] {
  return [...alerts]
    .filter((alert) => alert.status === "open" && alert.kind !== "vip_arrival")
    .sort((a, b) => LOUDNESS[b.severity] - LOUDNESS[a.severity] || newestFirst(a, b));
}

/** Arrivals of VIPs, the latest first, whoever has seen them. */
export function vipArrivals(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].filter((alert) => alert.kind === "vip_arrival").sort(newestFirst);
}

function newestFirst(a: { id: string; created_at?: string }, b: { id: string; created_at?: string }): number {
  return (b.created_at ?? "").localeCompare(a.created_at ?? "") || b.id.localeCompare(a.id);
}

/** The tone of a severity; `plain` is no state at all. */
export function toneOf(severity: Severity): "plain" | "wait" | "stop" {
  return severity === "critical" ? "stop" : severity === "warning" ? "wait" : "plain";
}
