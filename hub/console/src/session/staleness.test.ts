import { HubError, type LinkStatus } from "@fashionos/hub";
import { describe, expect, it } from "vitest";
import { freshness } from "./staleness";

const link = (state: LinkStatus["state"], more: Partial<LinkStatus> = {}): LinkStatus => ({
  state,
  lastRxAt: 1_000,
  rtt: 2,
  attempt: 0,
  nextRetryAt: null,
  ...more,
});

describe("F049: a screen says when it is not current", () => {
  it.each([
    ["live", "live", { is: "live" }],
    ["live", "joining", { is: "joining" }],
    ["live", "stale", { is: "stale", forMs: 7_000 }],
    ["stale", "live", { is: "stale", forMs: 7_000 }],
    ["stale", "stale", { is: "stale", forMs: 7_000 }],
    ["offline", "stale", { is: "stale", forMs: 7_000 }],
    ["connecting", "stale", { is: "stale", forMs: 7_000 }],
  ] as const)("link %s, room %s", (state, room, expected) => {
    expect(freshness(link(state), room, null, 8_000, 500)).toEqual(expected);
  });

  it("waits for a first signal before it complains of losing it", () => {
    expect(freshness(link("connecting", { lastRxAt: null }), "joining", null, 8_000, 500)).toEqual({ is: "joining" });
  });

  it("says so when it was opened without network", () => {
    const never = { lastRxAt: null, attempt: 1 };
    expect(freshness(link("offline", never), "joining", null, 8_000, 500)).toEqual({ is: "stale", forMs: 7_500 });
    expect(freshness(link("connecting", never), "joining", null, 8_000, 500)).toEqual({ is: "stale", forMs: 7_500 });
  });

  it("a revoked login is no lost signal", () => {
    const revoked = link("denied", { error: new HubError("revoked", "This device was revoked.", false) });
    expect(freshness(revoked, "stale", null, 8_000, 500)).toEqual({ is: "denied", message: "This device was revoked." });
    expect(freshness(link("live"), "denied", "No such event.", 8_000, 500)).toEqual({ is: "denied", message: "No such event." });
  });
});
