import { describe, expect, it } from "vitest";
import { messagesFor, openAlerts, vipArrivals, type Alert, type Message } from "./messages";

const message = (id: string, more: Partial<Message> = {}) =>
  ({ id, text: id, severity: "info", audience: [], expires_at: null, cleared_at: null, created_at: `2026-11-20T20:0${id}:00Z`, ...more }) as Message;
const alert = (id: string, more: Partial<Alert> = {}) =>
  ({ id, kind: "manual", severity: "info", status: "open", created_at: `2026-11-20T20:0${id}:00Z`, ...more }) as Alert;

describe("F052: messages and alerts on screens", () => {
  const now = Date.parse("2026-11-20T20:10:00Z");

  it("shows a message to its audience until it is cleared or expires", () => {
    const all = [
      message("1"),
      message("2", { audience: ["wall"] }),
      message("3", { audience: ["scan", "caller"] }),
      message("4", { cleared_at: "2026-11-20T20:05:00Z" }),
      message("5", { expires_at: "2026-11-20T20:10:00Z" }),
      message("6", { expires_at: "2026-11-20T20:10:01Z" }),
    ];
    expect(messagesFor("wall", all, now).map((m) => m.id)).toEqual(["6", "2", "1"]);
    expect(messagesFor("scan", all, now).map((m) => m.id)).toEqual(["6", "3", "1"]);
    expect(messagesFor(null, all, now).map((m) => m.id)).toEqual(["6", "3", "2", "1"]);
  });

  it("puts the loudest first, then the newest", () => {
    const all = [message("1", { severity: "critical" }), message("2"), message("3", { severity: "warning" })];
    expect(messagesFor("wall", all, now).map((m) => m.id)).toEqual(["1", "3", "2"]);
  });

  it("keeps arrivals of VIPs apart from what needs hands", () => {
    const all = [alert("1", { kind: "vip_arrival" }), alert("2"), alert("3", { status: "acknowledged" }), alert("4", { kind: "vip_arrival", status: "acknowledged" })];
    expect(openAlerts(all).map((a) => a.id)).toEqual(["2"]);
    expect(vipArrivals(all).map((a) => a.id)).toEqual(["4", "1"]);
  });
});
