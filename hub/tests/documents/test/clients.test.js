// F017: several people edit one shot list at once, with the clients that exist, unmodified.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { addShot, json, KINDS, open, shot, shots } from "../clients.js";
import { startDemo, token, until } from "../hub.js";

let hub;
let access;
before(async () => {
  hub = await startDemo();
  access = await token(hub);
});
after(() => hub?.stop());

async function all() {
  const clients = KINDS.map((kind) => open(kind, hub, access));
  await Promise.all(clients.map((client) => client.synced()));
  return clients;
}

const closeAll = (clients) => clients.forEach((client) => client.close());

describe("the four clients at one document", () => {
  test("they see the rows, each other's edits, and so do the tables", async () => {
    const clients = await all();
    const [first] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank limit 1`);
    for (const client of clients) {
      assert.equal(shots(client.doc).size, Number((await hub.psql(`select count(*) from shots where shot_list_id = '${hub.list}'`))[0]), client.kind);
      const words = `by ${client.kind}`;
      shot(client, first).set("description", words);
      for (const other of clients) await until(`${other.kind} sees ${words}`, () => shot(other, first).get("description") === words);
      await client.saved();
      await until(`the table says ${words}`, async () => (await hub.psql(`select description from shots where id = '${first}'`))[0] === words);
    }
    const id = randomUUID();
    addShot(clients[3].doc, id, { description: "New", time_est_minutes: 12, rank: "z5" });
    await clients[3].saved();
    await until("the new row is there", async () => (await hub.psql(`select time_est_minutes from shots where id = '${id}'`))[0] === "12");
    shots(clients[0].doc).delete(id);
    await until("and gone", async () => (await hub.psql(`select count(*) from shots where id = '${id}'`))[0] === "0");
    await until("all are equal", () => new Set(clients.map(json)).size === 1);
    closeAll(clients);
  });

  test("they see who else is there, and that somebody has left", async () => {
    const clients = await all();
    clients.forEach((client, at) => client.awareness.setLocalState({ user: { id: String(at), name: client.kind } }));
    const names = (client) => [...client.awareness.getStates().values()].map((state) => state.user?.name).filter(Boolean).sort();
    for (const client of clients) await until(`${client.kind} sees all`, () => names(client).length === 4);
    const [first, ...rest] = clients;
    first.cut();
    first.provider.shouldConnect = false;
    for (const client of rest) await until(`${client.kind} sees that ${first.kind} has left`, () => !names(client).includes(first.kind));
    first.back();
    for (const client of rest) await until(`${client.kind} sees that ${first.kind} is back`, () => names(client).includes(first.kind), 10_000);
    closeAll(clients);
  });

  test("what was edited without a network merges", async () => {
    const clients = await all();
    const [row] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank offset 1 limit 1`);
    for (const client of clients) {
      client.away();
      await until(`${client.kind} is away`, () => !client.isConnected());
    }
    clients.forEach((client, at) => {
      shot(client, row).set(["description", "notes", "status", "time_est_minutes"][at], ["offline", "wind", "shooting", 33][at]);
      addShot(client.doc, randomUUID(), { description: client.kind, rank: `c${at}` });
    });
    for (const client of clients) client.back();
    for (const client of clients) await client.synced();
    await until("all are equal", () => new Set(clients.map(json)).size === 1);
    const { description, notes, status, time_est_minutes } = shot(clients[0], row).toJSON();
    assert.deepEqual([description, notes, status, time_est_minutes], ["offline", "wind", "shooting", 33]);
    for (const client of clients) await client.saved();
    await until("the tables too", async () => (await hub.psql(`select description, notes, status, time_est_minutes from shots where id = '${row}'`))[0] === "offline|wind|shooting|33");
    closeAll(clients);
  });

  test("many documents share one socket of Hocuspocus", async () => {
    const [other] = await hub.psql(`insert into shot_lists (organization_id, project_id, shoot_id, title)
      select organization_id, project_id, shoot_id, 'Second unit' from shot_lists where id = '${hub.list}' returning id`);
    for (const kind of ["hocuspocus 3", "hocuspocus 4"]) {
      const first = open(kind, hub, access);
      const doc = new Y.Doc();
      const { constructor: Provider } = first.provider;
      const second = new Provider({ websocketProvider: first.provider.configuration.websocketProvider, name: other, document: doc, token: access });
      second.attach();
      await first.synced();
      await until("the second is synced", () => second.synced);
      addShot(doc, randomUUID(), { description: kind });
      await until("it is saved", () => second.unsyncedChanges === 0);
      second.destroy();
      first.close();
    }
    assert.equal((await hub.psql(`select count(*) from shots where shot_list_id = '${other}'`))[0], "2");
  });
});

describe("who may", () => {
  test("a bad token, a list of nobody", async () => {
    const statusOf = (path, protocols) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${hub.socket}${path}`, protocols);
        socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
        socket.on("open", () => resolve(101));
        socket.on("error", () => {});
      });
    assert.equal(await statusOf(`/${hub.list}`, []), 401);
    assert.equal(await statusOf(`/${hub.list}`, ["hub.docs.v1", "bearer.nonsense"]), 401);
    assert.equal(await statusOf(`/${randomUUID()}`, ["hub.docs.v1", `bearer.${access}`]), 404);
    assert.equal(await statusOf(`/${hub.list}?token=${access}`, []), 401, "no token is taken from a URL");
    for (const kind of ["hocuspocus 3", "hocuspocus 4"]) {
      const bad = open(kind, hub, "nonsense");
      await until("it is refused", () => bad.denied.length === 1);
      assert.deepEqual(bad.denied, ["unauthorized"]);
      bad.close();
      const nowhere = open(kind, hub, access, { list: randomUUID() });
      await until("it is not found", () => nowhere.denied.includes("not_found"));
      nowhere.close();
    }
  });

  test("what cannot stand is put right, and its author is told", async () => {
    const [one, two] = [open("hocuspocus 4", hub, access), open("y-websocket 3", hub, access)];
    await one.synced();
    await two.synced();
    const [row] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank limit 1`);
    const was = shot(one, row).get("status");
    shot(one, row).set("status", "banana");
    await until("it is told", () => one.notices.some((notice) => notice.code === "unknown_word" && notice.row === row && notice.column === "status"));
    await until("and put right everywhere", () => shot(one, row).get("status") === was && shot(two, row).get("status") === was);
    const stranger = randomUUID();
    shot(one, row).get("products").set(stranger, "a0");
    await until("so is a product of nobody", () => one.notices.some((notice) => notice.code === "unknown_product"));
    await until("it is gone", () => !shot(two, row).get("products").has(stranger));
    shot(one, row).set("models", new Y.Map([[stranger, "a0"]]));
    await until("and a model of nobody", () => one.notices.some((notice) => notice.code === "unknown_model" && notice.column === "models"));
    await until("who is gone, too", () => shot(two, row).get("models")?.has(stranger) === false);
    await one.saved();
    closeAll([one, two]);
  });

  test("a locked list is read, and not changed, also by those who have it open", async () => {
    const client = open("hocuspocus 4", hub, access);
    await client.synced();
    const [row] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank limit 1`);
    const was = (await hub.psql(`select description from shots where id = '${row}'`))[0];
    await hub.psql(`update shot_lists set status = 'locked' where id = '${hub.list}'`);
    await until("it is told", () => client.provider.authorizedScope === "readonly");
    shot(client, row).set("description", "too late");
    await until("its edit is not taken", () => client.notices.some(({ type, code }) => type === "refused" && code === "read_only"));
    assert.equal((await hub.psql(`select description from shots where id = '${row}'`))[0], was);
    const reader = open("y-websocket 2", hub, access);
    await reader.synced();
    assert.equal(shot(reader, row).get("description"), was);
    await hub.psql(`update shot_lists set status = 'draft' where id = '${hub.list}'`);
    await until("it may again", () => client.provider.authorizedScope === "read-write");
    closeAll([client, reader]);
  });

  test("a row that one locks is theirs until they let go", async () => {
    const [one, two] = [open("hocuspocus 4", hub, access), open("hocuspocus 3", hub, access)];
    await one.synced();
    await two.synced();
    const [row] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank limit 1`);
    const other = randomUUID();
    one.doc.getMap("locks").set(row, { by: other, name: "Somebody else", until: Date.now() + 60_000 });
    await until("nobody locks in another's name", () => one.notices.some(({ code }) => code === "invalid_lock") && !two.doc.getMap("locks").has(row));
    const me = JSON.parse(Buffer.from(access.split(".")[1], "base64url")).sub;
    one.doc.getMap("locks").set(row, { by: me, name: "Me", until: Date.now() + 60_000 });
    await until("the others see it", () => two.doc.getMap("locks").get(row)?.by === me);
    one.doc.getMap("locks").delete(row);
    await until("and that it is gone", () => !two.doc.getMap("locks").has(row));
    closeAll([one, two]);
  });

  test("frames that are none end their own socket, and nobody else's", async () => {
    const client = open("y-websocket 3", hub, access);
    await client.synced();
    const codes = await Promise.all(
      ["", `/${hub.list}`].map(
        (path) =>
          new Promise((resolve) => {
            const socket = new WebSocket(`${hub.socket}${path}`, path ? ["hub.docs.v1", `bearer.${access}`] : []);
            socket.on("open", () => {
              for (let round = 0; round < 30; round++) socket.send(Buffer.from([0, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, round]));
            });
            socket.on("close", resolve);
            socket.on("error", () => resolve("error"));
          }),
      ),
    );
    assert.deepEqual(codes, [1003, 1003]);
    const [row] = await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank limit 1`);
    shot(client, row).set("notes", "unmoved");
    await until("others go on", async () => (await hub.psql(`select notes from shots where id = '${row}'`))[0] === "unmoved");
    client.close();
  });

  test("rights that are taken away end within a second", async () => {
    const clients = await all();
    const me = JSON.parse(Buffer.from(access.split(".")[1], "base64url")).sub;
    const [role] = await hub.psql(`select role from memberships where user_id = '${me}'`);
    // An organization keeps an owner.
    await hub.psql(`update memberships set role = 'owner' where user_id = (select user_id from memberships where user_id <> '${me}' and organization_id = (select organization_id from shot_lists where id = '${hub.list}') limit 1)`);
    const started = Date.now();
    await hub.psql(`update memberships set role = 'designer' where user_id = '${me}'`);
    const [ws2, ws3, hp3, hp4] = clients;
    await until("the sockets end", () => ws2.codes.includes(4403) && ws3.codes.includes(4403) && hp3.denied.length > 0 && hp4.denied.length > 0);
    const took = Date.now() - started;
    await hub.psql(`update memberships set role = '${role}' where user_id = '${me}'`);
    assert.ok(took < 2_000, `it took ${took} ms`);
    closeAll(clients);
  });
});
