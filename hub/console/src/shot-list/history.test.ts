import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { ContentStore } from "./content";
import { LAST } from "./edits";
import { History } from "./history";
import { outcomeWords } from "./words";

/** Two people in one document, with a line between them that can be cut. */
function pair() {
  const [ada, bea] = [new Y.Doc(), new Y.Doc()];
  let cut = false;
  const waiting: (() => void)[] = [];
  const wire = (from: Y.Doc, to: Y.Doc) =>
    from.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === "wire") return;
      const deliver = () => Y.applyUpdate(to, update, "wire");
      if (cut) waiting.push(deliver);
      else deliver();
    });
  wire(ada, bea);
  wire(bea, ada);
  const side = (doc: Y.Doc) => ({ doc, history: new History(doc), content: new ContentStore(doc) });
  return {
    ada: side(ada),
    bea: side(bea),
    cut: () => (cut = true),
    mend: () => {
      cut = false;
      waiting.splice(0).forEach((deliver) => deliver());
    },
  };
}

const shot = (values: Record<string, string | number> = {}) => ({ rank: "a0", description: "", ...values });

describe("F274: several people, one list", () => {
  it("keeps edits of different cells that were made apart", () => {
    const { ada, bea, cut, mend } = pair();
    ada.history.do("add", [{ do: "insert", of: "shots", row: "s1", values: shot() }]);
    cut();
    ada.history.do("type", [{ do: "set", of: "shots", row: "s1", key: "description", value: "Cape in the wind" }]);
    bea.history.do("type", [{ do: "set", of: "shots", row: "s1", key: "time_est_minutes", value: 35 }]);
    bea.history.do("link", [{ do: "link", kind: "products", row: "s1", id: "p1", rank: "a0" }]);
    mend();
    for (const side of [ada, bea]) expect(side.content.get().shots.get("s1")).toMatchObject({ description: "Cape in the wind", minutes: 35, products: ["p1"] });
  });

  it("shows a step whole, and leaves the other rows the objects they were", () => {
    const { ada, bea } = pair();
    ada.history.do("add", ["s1", "s2", "s3"].map((row) => ({ do: "insert", of: "shots", row, values: shot() }) as const));
    const before = bea.content.get();
    const seen: number[] = [];
    bea.content.subscribe(() => seen.push([...bea.content.get().shots.values()].filter(({ minutes }) => minutes === 5).length));
    ada.history.do("fill", ["s1", "s2"].map((row) => ({ do: "set", of: "shots", row, key: "time_est_minutes", value: 5 }) as const));
    expect(seen).toEqual([2]);
    expect(bea.content.get().shots.get("s3")).toBe(before.shots.get("s3"));
    expect(bea.content.get().scenes).toBe(before.scenes);
  });
});

describe("undo never overwrites somebody else's newer value", () => {
  it("takes back one's own, and does it again", () => {
    const { ada } = pair();
    ada.history.do("add", [{ do: "insert", of: "shots", row: "s1", values: shot({ time_est_minutes: 10 }) }]);
    ada.history.do("type", [{ do: "set", of: "shots", row: "s1", key: "time_est_minutes", value: 20 }]);
    expect(ada.history.get()).toEqual({ undo: "type", redo: null });
    expect(ada.history.undo()).toMatchObject({ name: "type", changed: 1, kept: [] });
    expect(ada.content.get().shots.get("s1")!.minutes).toBe(10);
    expect(ada.history.redo()).toMatchObject({ changed: 1 });
    expect(ada.content.get().shots.get("s1")!.minutes).toBe(20);
    ada.history.undo();
    ada.history.undo();
    expect(ada.content.get().shots.size).toBe(0);
    expect(ada.history.undo()).toBeNull();
    ada.history.redo();
    ada.history.redo();
    expect(ada.content.get().shots.get("s1")!.minutes).toBe(20);
  });

  it("leaves a cell that another person has changed, names who, and takes back the rest of the step", () => {
    const { ada, bea } = pair();
    ada.history.do("add", ["s1", "s2"].map((row) => ({ do: "insert", of: "shots", row, values: shot() }) as const));
    ada.history.do("fill", ["s1", "s2"].map((row) => ({ do: "set", of: "shots", row, key: "time_est_minutes", value: 200 }) as const));
    bea.history.do("type", [{ do: "set", of: "shots", row: "s1", key: "time_est_minutes", value: 300 }]);
    const outcome = ada.history.undo()!;
    expect(outcome.changed).toBe(1);
    expect(outcome.kept).toMatchObject([{ client: bea.doc.clientID, change: { row: "s1", key: "time_est_minutes" } }]);
    expect(bea.content.get().shots.get("s1")!.minutes).toBe(300);
    expect(bea.content.get().shots.get("s2")!.minutes).toBeNull();
    // And again: what is Bea's is not part of it.
    ada.history.redo();
    expect(bea.content.get().shots.get("s1")!.minutes).toBe(300);
    expect(bea.content.get().shots.get("s2")!.minutes).toBe(200);
  });

  it("does not take a row away in which another person has written", () => {
    const { ada, bea } = pair();
    ada.history.do("add", [{ do: "insert", of: "shots", row: "s1", values: shot() }]);
    bea.history.do("type", [{ do: "set", of: "shots", row: "s1", key: "notes", value: "Wind from the left" }]);
    expect(ada.history.undo()).toMatchObject({ changed: 0, kept: [{ client: bea.doc.clientID }] });
    expect(bea.content.get().shots.get("s1")!.notes).toBe("Wind from the left");
    expect(ada.history.get().redo).toBeNull();
  });

  it("F041: takes a model out that was put in, unless another person has moved it since", () => {
    const { ada, bea } = pair();
    ada.history.do("add", [{ do: "insert", of: "shots", row: "s1", values: shot() }]);
    ada.history.do("link", ["m1", "m2"].map((id, n) => ({ do: "link", kind: "models", row: "s1", id, rank: `a${n}` }) as const));
    bea.history.do("move", [{ do: "link", kind: "models", row: "s1", id: "m1", rank: "a5" }]);
    const outcome = ada.history.undo()!;
    expect(outcome).toMatchObject({ changed: 1, kept: [{ client: bea.doc.clientID, change: { kind: "models", id: "m1" } }] });
    expect(bea.content.get().shots.get("s1")).toMatchObject({ models: ["m1"], products: [] });
    expect(outcomeWords(outcome, "Undone", [], () => "Bea").text).toBe("Undone: link, but Models of a line that is gone was changed by Bea and stays");
    ada.history.redo();
    expect(bea.content.get().shots.get("s1")!.models).toEqual(["m2", "m1"]);
  });

  it("F021: what is added comes behind what is there, whatever its rank, and whatever was taken off before", () => {
    const { ada, bea } = pair();
    ada.history.do("add", [{ do: "insert", of: "shots", row: "s1", values: { ...shot(), products: { p1: "a0", p2: "n" } } }]);
    const add = (id: string) => ({ do: "link", kind: "products", row: "s1", id, rank: LAST }) as const;
    ada.history.do("link", [add("p9"), add("p3"), add("p1")]);
    expect(bea.content.get().shots.get("s1")!.products).toEqual(["p1", "p2", "p9", "p3"]);
    ada.history.do("link", [{ do: "link", kind: "products", row: "s1", id: "p1", rank: null }, add("p0")]);
    expect(bea.content.get().shots.get("s1")!.products).toEqual(["p2", "p9", "p3", "p0"]);
    ada.history.undo();
    ada.history.redo();
    expect(bea.content.get().shots.get("s1")!.products).toEqual(["p2", "p9", "p3", "p0"]);
  });

  it("brings a deleted row back with its products and models", () => {
    const { ada, bea } = pair();
    ada.history.do("add", [{ do: "insert", of: "shots", row: "s1", values: { ...shot({ description: "Both on the landing" }), products: { p1: "a0", p2: "a1" }, models: { m2: "a0", m1: "a1" } } }]);
    ada.history.do("delete", [{ do: "delete", of: "shots", row: "s1" }]);
    expect(bea.content.get().shots.size).toBe(0);
    ada.history.undo();
    expect(bea.content.get().shots.get("s1")).toMatchObject({ description: "Both on the landing", products: ["p1", "p2"], models: ["m2", "m1"] });
  });

  it("writes nothing where a value is as wanted, or the row is gone", () => {
    const { ada } = pair();
    ada.history.do("add", [{ do: "insert", of: "shots", row: "s1", values: shot() }]);
    expect(ada.history.do("type", [{ do: "set", of: "shots", row: "s1", key: "description", value: "" }])).toBe(0);
    expect(ada.history.do("type", [{ do: "set", of: "shots", row: "gone", key: "description", value: "x" }])).toBe(0);
    expect(ada.history.do("type", [{ do: "link", kind: "products", row: "s1", id: "p1", rank: null }])).toBe(0);
    expect(ada.history.get().undo).toBe("add");
  });
});

describe("what others wrote wrongly", () => {
  it("reads as nothing and breaks nothing", () => {
    const doc = new Y.Doc();
    const store = new ContentStore(doc);
    doc.transact(() => {
      doc.getMap("shots").set("text", "no map");
      doc.getMap("shots").set("s1", new Y.Map(Object.entries({ rank: 7, description: null, time_est_minutes: "ten", status: "lost", products: "p1", models: 5 })));
      doc.getMap("locks").set("s1", 5);
    });
    expect([...store.get().shots.values()]).toEqual([{ id: "s1", sceneId: null, rank: "", description: "", minutes: null, status: "todo", notes: "", products: [], models: [] }]);
    expect(store.get().locks.size).toBe(0);
  });
});
