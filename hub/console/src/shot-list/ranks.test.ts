import { describe, expect, it } from "vitest";
import { byRank, place, ranksBetween, type Ranked } from "./ranks";

/** Small and repeatable; not for secrets. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
}

const order = (list: readonly Ranked[]) => [...list].sort(byRank).map(({ id }) => id);
const put = (list: readonly Ranked[], ranks: ReadonlyMap<string, string>) => {
  const known = new Map([...list.map(({ id, rank }) => [id, rank] as const), ...ranks]);
  return [...known].map(([id, rank]) => ({ id, rank }));
};

describe("F020, F274: order by fractional ranks", () => {
  it("goes on where the database's own ranks end", () => {
    expect(ranksBetween(null, null, 3)).toEqual(["a0", "a1", "a2"]);
    expect(ranksBetween("az", null, 1)).toEqual(["b00"]);
  });

  it("finds room between ranks that are not of its own making", () => {
    for (const [low, high] of [["n", "n1"], ["n", "o"], [null, "n"], ["zz!", null], ["0", "00V"]] as const) {
      const ranks = ranksBetween(low, high, 5)!;
      expect(ranks).toHaveLength(5);
      [low ?? "", ...ranks].forEach((rank, n, all) => n > 0 && expect(all[n - 1]! < rank).toBe(true));
      if (high !== null) expect(ranks.at(-1)! < high).toBe(true);
    }
  });

  it("says when there is no room", () => {
    expect(ranksBetween("a", "a0", 1)).toBeNull();
    expect(ranksBetween("b", "a", 1)).toBeNull();
    expect(ranksBetween("a1", "a1", 1)).toBeNull();
  });

  it("parts those who stand at one place, and touches nobody else", () => {
    const list = [{ id: "a", rank: "a0" }, { id: "b", rank: "a1" }, { id: "c", rank: "a1" }, { id: "d", rank: "a2" }];
    const ranks = place(list, ["new"], 2);
    expect([...ranks.keys()]).toEqual(["new", "c"]);
    expect(order(put(list, ranks))).toEqual(["a", "b", "new", "c", "d"]);
  });

  it("makes room where there was none at all", () => {
    const list = [{ id: "a", rank: "0" }, { id: "b", rank: "00" }];
    expect(order(put(list, place(list, ["x", "y"], 0)))).toEqual(["x", "y", "a", "b"]);
  });

  it("puts any block anywhere, 2,000 times over, and ranks stay short", () => {
    const next = random(7);
    let list: Ranked[] = Array.from({ length: 40 }, (_, n) => ({ id: `r${String(n).padStart(2, "0")}`, rank: next() < 0.2 ? "n" : `a${Math.floor(next() * 10)}` }));
    for (let round = 0; round < 2_000; round += 1) {
      const sorted = [...list].sort(byRank);
      const moving = sorted.filter(() => next() < 0.1).map(({ id }) => id);
      const rest = sorted.filter(({ id }) => !moving.includes(id));
      const index = Math.floor(next() * (rest.length + 1));
      list = put(list, place(rest, moving, index));
      const wanted = rest.map(({ id }) => id);
      wanted.splice(index, 0, ...moving);
      expect(order(list)).toEqual(wanted);
    }
    expect(Math.max(...list.map(({ rank }) => rank.length))).toBeLessThan(200);
  });
});
