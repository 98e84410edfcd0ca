// F017: named versions, who changed what, locks, and a history that is dropped.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import * as Y from "yjs";
import { addShot, open, shot, shots } from "../clients.js";
import { startDemo, token, until } from "../hub.js";
import { fromLog, projection, rows } from "../replica.js";

let hub;
let access;
let me;
before(async () => {
  hub = await startDemo();
  access = await token(hub);
  me = JSON.parse(Buffer.from(access.split(".")[1], "base64url")).sub;
});
after(() => hub?.stop());

async function ask(method, path, body) {
  const answer = await fetch(`${hub.url}/v1/docs/${hub.list}${path}`, {
    method,
    headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, ...(await answer.json()) };
}

test("a version is brought back while others edit, and the history says by whom", async () => {
  const client = open("hocuspocus 4", hub, access);
  await client.synced();
  const [row, gone] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank, id limit 2`);
  const was = await rows(hub);
  const version = await ask("POST", "/versions", { name: "Before the weather turned" });
  assert.equal(version.status, 201);
  const note = randomUUID();
  addShot(client.doc, note, { description: "Rain cover", rank: "z9" });
  shot(client, row).set("status", "skipped");
  shots(client.doc).delete(gone);
  await client.saved();
  await until("the rows follow", async () => !(gone in (await rows(hub)).shots) && note in (await rows(hub)).shots);
  assert.equal((await ask("GET", "/versions")).versions[0].name, "Before the weather turned");
  const restored = await ask("POST", `/versions/${version.id}/restore`);
  assert.equal(restored.status, 200);
  assert.ok(restored.changed >= 3, JSON.stringify(restored));
  await until("the document follows", () => isDeepStrictEqual(projection(client.doc), was));
  await until("the log too", async () => isDeepStrictEqual(projection(await fromLog(hub)), was));
  const { changes } = await ask("GET", `/changes?row=${row}&column=status`);
  assert.deepEqual(changes.slice(0, 2).map(({ old, new: now, by }) => [old, now, by]), [["skipped", was.shots[row].status, me], [was.shots[row].status, "skipped", me]]);
  assert.equal((await ask("POST", `/versions/${randomUUID()}/restore`)).status, 404);
  assert.equal((await ask("POST", "/versions", { name: "" })).status, 400);
  client.close();
});

test("whoever brings the history of an epoch that was dropped is told so", { timeout: 120_000 }, async () => {
  const doc = new Y.Doc();
  const client = open("hocuspocus 4", hub, access, { doc });
  await client.synced();
  const [row] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank, id limit 1`);
  doc.transact(() => {
    for (let round = 0; round < 12_000; round++) shot(client, row).set(["notes", "description"][round % 2], `take ${round} of a long afternoon`);
  });
  await client.saved();
  await until("the rows follow", async () => isDeepStrictEqual(await rows(hub), projection(doc)));
  const said = await rows(hub);
  client.close();
  await hub.psql(`update live.documents set epoch_since = now() - interval '8 days' where id = '${hub.list}'`);
  await until("the history is dropped", async () => (await hub.psql(`select epoch from live.documents where id = '${hub.list}'`))[0] === "2", 60_000);
  const [size] = await hub.psql(`select length(state) from live.documents where id = '${hub.list}'`);
  assert.ok(Number(size) < 20_000, `${size} bytes are left`);
  const late = open("hocuspocus 4", hub, access, { doc });
  await until("it is told", () => late.notices.some(({ type }) => type === "epoch"));
  late.close();
  const stale = open("y-websocket 3", hub, access, { doc });
  await until("its socket is closed for good", () => stale.codes.includes(4410));
  stale.close();
  const fresh = open("y-websocket 2", hub, access);
  await fresh.synced();
  assert.deepEqual(projection(fresh.doc), said, "who opens it anew has all of it");
  fresh.close();
});
