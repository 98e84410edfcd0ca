import { describe, expect, it } from "vitest";
import { type Lift, liftKey, moved, placeAt, shownOrder, stillPending } from "./look-order";

const order = ["a", "b", "c", "d"];

/** F066: the order that is shown is the hub's, with one look elsewhere. */
describe("moving a look", () => {
  it("closes up behind it and makes room before it", () => {
    expect(moved(order, "a", 2)).toEqual(["b", "c", "a", "d"]);
    expect(moved(order, "d", 0)).toEqual(["d", "a", "b", "c"]);
    expect(moved(order, "b", 1)).toEqual(order);
    expect(moved(order, "b", 99)).toEqual(["a", "c", "d", "b"]);
    expect(moved(order, "b", -1)).toEqual(["b", "a", "c", "d"]);
  });

  it("leaves an order without that look as it is", () => {
    expect(moved(order, "x", 0)).toEqual(order);
  });
});

describe("moves on their way", () => {
  it("are shown one after the other until the hub's rows show them", () => {
    const pending = [
      { lookId: "a", to: 3, seq: 7 },
      { lookId: "b", to: 1, seq: null },
    ];
    expect(shownOrder(order, pending, 6)).toEqual(["c", "b", "d", "a"]);
    // The rows of commit 7 are there: what the hub made of the first move counts, not what was shown.
    expect(shownOrder(["b", "c", "a", "d"], pending, 7)).toEqual(["c", "b", "a", "d"]);
    expect(stillPending(pending, 7)).toEqual([pending[1]]);
    expect(stillPending(pending, null)).toEqual(pending);
  });

  it("do not bring back a look that is gone", () => {
    expect(shownOrder(["b", "c"], [{ lookId: "a", to: 0, seq: null }], 1)).toEqual(["b", "c"]);
  });
});

describe("keys while a look is held", () => {
  const lift: Lift = { lookId: "b", from: 1, to: 1, by: "keys" };

  it("move it within the list", () => {
    expect(liftKey("ArrowUp", lift, 4)).toEqual({ do: "to", to: 0 });
    expect(liftKey("ArrowUp", { ...lift, to: 0 }, 4)).toEqual({ do: "to", to: 0 });
    expect(liftKey("ArrowDown", { ...lift, to: 3 }, 4)).toEqual({ do: "to", to: 3 });
    expect(liftKey("Home", { ...lift, to: 3 }, 4)).toEqual({ do: "to", to: 0 });
    expect(liftKey("End", lift, 4)).toEqual({ do: "to", to: 3 });
  });

  it("put it down, or back", () => {
    expect([" ", "Enter"].map((key) => liftKey(key, lift, 4)?.do)).toEqual(["drop", "drop"]);
    expect(["Escape", "Tab"].map((key) => liftKey(key, lift, 4)?.do)).toEqual(["cancel", "cancel"]);
    expect(liftKey("x", lift, 4)).toBeNull();
  });
});

it("a pointer's place is behind the lines whose middle it has passed", () => {
  expect([0, 15, 25, 99].map((y) => placeAt(y, [10, 20, 30]))).toEqual([0, 1, 2, 3]);
  expect(placeAt(5, [])).toBe(0);
});
