// F017: whatever several people do in whatever order it arrives, the hub has what every editor has. Random histories by Yjs
// itself, told to the hub's own code in the order they were made, shuffled, twice and merged. HISTORIES=10000 for more.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "node:test";
import * as Y from "yjs";
import { sorted } from "../clients.js";
import { projection } from "../replica.js";

const PROGRAM = process.env.REPLICAS_BIN ?? new URL("../../../../target/debug/examples/replicas", import.meta.url).pathname;
const HISTORIES = Number(process.env.HISTORIES ?? 2_000);

/** The same histories every time. */
function dice(seed) {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const id = (number) => `01920000-0000-7000-8000-${String(number).padStart(12, "0")}`;

function edit(doc, undo, roll) {
  const shots = doc.getMap("shots");
  const scenes = doc.getMap("scenes");
  const row = shots.get(id(roll(8)));
  const put = (map, key, cells) => {
    const made = new Y.Map();
    for (const [column, value] of Object.entries(cells)) made.set(column, value);
    map.set(key, made);
  };
  switch (roll(12)) {
    case 0:
    case 1:
      return put(shots, id(roll(8)), { description: `new ${roll(1000)}`, rank: `a${roll(10)}`, status: "todo" });
    case 2:
      return shots.delete(id(roll(8)));
    case 3:
      return put(scenes, id(100 + roll(3)), { title: `scene ${roll(100)}`, rank: `a${roll(10)}` });
    case 4:
      return scenes.delete(id(100 + roll(3)));
    case 5:
      return undo.undo();
    case 6:
      return undo.redo();
    case 7:
      return row?.set("rank", `b${roll(100)}`);
    case 8: {
      if (!row) return undefined;
      const link = ["products", "models"][roll(2)];
      if (!row.has(link)) row.set(link, new Y.Map());
      const shown = id(200 + roll(4));
      return roll(3) ? row.get(link).set(shown, `a${roll(9)}`) : row.get(link).delete(shown);
    }
    case 9:
      return row?.set("scene_id", roll(4) ? id(100 + roll(3)) : null);
    case 10:
      return row?.set("time_est_minutes", roll(60));
    default:
      return row?.set(["description", "notes"][roll(2)], `🪡 ${roll(1000)}`);
  }
}

/** Editors that are on and off the network; their updates in the order in which one that was always there saw them. */
function history(seed) {
  const roll = dice(seed);
  const order = [];
  const editors = Array.from({ length: 2 + roll(3) }, (_, at) => {
    const doc = new Y.Doc();
    doc.clientID = 1000 + seed * 10 + at;
    const editor = { doc, offline: [], missed: [], away: false };
    editor.undo = new Y.UndoManager([doc.getMap("shots"), doc.getMap("scenes")], { captureTimeout: 0 });
    doc.on("update", (update, origin) => origin !== "remote" && send(editor, update));
    return editor;
  });
  const tell = (from, update) => {
    order.push(update);
    for (const other of editors) {
      if (other === from) continue;
      if (other.away) other.missed.push(update);
      else Y.applyUpdate(other.doc, update, "remote");
    }
  };
  const send = (editor, update) => (editor.away ? editor.offline.push(update) : tell(editor, update));
  const back = (editor) => {
    editor.away = false;
    editor.missed.splice(0).forEach((update) => Y.applyUpdate(editor.doc, update, "remote"));
    const offline = editor.offline.splice(0);
    if (offline.length && roll(2)) tell(editor, Y.mergeUpdates(offline));
    else offline.forEach((update) => tell(editor, update));
  };
  for (let step = 10 + roll(40); step > 0; step--) {
    const editor = editors[roll(editors.length)];
    if (roll(10) === 0) editor.away ? back(editor) : (editor.away = true);
    editor.doc.transact(() => edit(editor.doc, editor.undo, roll), undefined);
  }
  editors.filter((editor) => editor.away).forEach(back);
  return { docs: editors.map(({ doc }) => doc), order, roll };
}

/** Ways in which the same updates can arrive. */
function arrivals({ order, roll }) {
  const shuffled = [...order];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = roll(at + 1);
    [shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]];
  }
  const twice = order.flatMap((update) => (roll(3) ? [update] : [update, update]));
  const half = order.length >> 1;
  const merged = order.length > 1 ? [Y.mergeUpdates(order.slice(0, half)), Y.mergeUpdates(order.slice(half))].filter((update) => update.length > 2) : order;
  return { causal: order, shuffled, reversed: [...order].reverse(), twice, merged };
}

test(`${HISTORIES} histories end alike in every editor, in the hub, and in the rows`, { timeout: 3_600_000 }, async (context) => {
  const program = spawn(PROGRAM, { stdio: ["pipe", "pipe", "inherit"] });
  context.after(() => program.kill());
  const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const missing = {};
  for (let seed = 0; seed < HISTORIES; seed++) {
    const made = history(seed);
    const expected = JSON.stringify(sorted(made.docs[0].toJSON()));
    for (const doc of made.docs) assert.equal(JSON.stringify(sorted(doc.toJSON())), expected, `editors of history ${seed}`);
    const rows = JSON.stringify(projection(made.docs[0]));
    for (const [how, updates] of Object.entries(arrivals(made))) {
      program.stdin.write(`${JSON.stringify({ updates: updates.map((update) => Buffer.from(update).toString("hex")) })}\n`);
      const answer = JSON.parse((await answers.next()).value);
      const copy = new Y.Doc();
      ["scenes", "shots"].forEach((name) => copy.getMap(name));
      Y.applyUpdate(copy, Buffer.from(answer.document, "hex"));
      const { scenes = {}, shots = {} } = copy.toJSON();
      const { scenes: one = {}, shots: other = {} } = made.docs[0].toJSON();
      assert.equal(JSON.stringify(sorted({ scenes, shots })), JSON.stringify(sorted({ scenes: one, shots: other })), `history ${seed}, ${how}`);
      const sheet = {
        scenes: answer.sheet.scenes,
        shots: Object.fromEntries(Object.entries(answer.sheet.shots).map(([key, { cells, products, models }]) => [key, { ...cells, products, models }])),
      };
      assert.equal(JSON.stringify(sorted(sheet)), rows, `rows of history ${seed}, ${how}`);
      missing[how] = (missing[how] ?? 0) + answer.missing;
    }
  }
  context.diagnostic(`updates that came too early: ${JSON.stringify(missing)}`);
  assert.equal(missing.causal + missing.twice + missing.merged, 0, "nothing is missing in the order it was made");
});
