// F017: whoever changes the rows changes the document; hubs come and go, and nothing that was saved is lost. KILLS=100 for more.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { addShot, json, open, shot, shots } from "../clients.js";
import { startDemo, token, until } from "../hub.js";
import { fromLog, projection, rows } from "../replica.js";

const KILLS = Number(process.env.KILLS ?? 3);

let hub;
let access;
let me;
before(async () => {
  hub = await startDemo();
  access = await token(hub);
  me = JSON.parse(Buffer.from(access.split(".")[1], "base64url")).sub;
});
after(() => hub?.stop());

const anyShot = async (offset) => (await hub.psql(`select id from shots where shot_list_id = '${hub.list}' order by rank, id offset ${offset} limit 1`))[0];
const settled = (client) =>
  until("document, log and rows say the same", async () => {
    const table = await rows(hub);
    return isDeepStrictEqual(projection(client.doc), table) && isDeepStrictEqual(projection(await fromLog(hub)), table);
  });

describe("rows that are changed by others", () => {
  test("a request and a statement are merged, in the name of whoever made them", async () => {
    const client = open("hocuspocus 4", hub, access);
    await client.synced();
    const row = await anyShot(0);
    const answer = await fetch(`${hub.url}/rest/v1/shots?id=eq.${row}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
      body: JSON.stringify({ description: "By request", time_est_minutes: 7 }),
    });
    assert.ok(answer.ok, await answer.text());
    await until("it is in the document", () => shot(client, row).get("description") === "By request" && shot(client, row).get("time_est_minutes") === 7);
    const author = async () => (await hub.psql(`select author_id from live.document_changes where row_key = '${row}' and column_name = 'description' and new_value = '"By request"'`))[0];
    await until("the history names the author", async () => (await author()) === me);

    const made = randomUUID();
    const [product] = await hub.psql("select id from products limit 1");
    const [model] = await hub.psql("select id from model_profiles limit 1");
    await hub.psql(`insert into shots (id, organization_id, shot_list_id, description) select '${made}', organization_id, id, 'By hand' from shot_lists where id = '${hub.list}';
      insert into shot_products (organization_id, shot_id, product_id) select organization_id, id, '${product}' from shots where id = '${made}';
      insert into shot_models (organization_id, shot_id, model_profile_id, rank) select organization_id, id, '${model}', 'a5' from shots where id = '${made}'`);
    await until("a new row comes", () => shot(client, made)?.get("products")?.has(product) && shot(client, made).get("models")?.get(model) === "a5");
    shot(client, made).set("notes", "seen");
    await client.saved();
    await until("and is edited like any other", async () => (await hub.psql(`select notes from shots where id = '${made}'`))[0] === "seen");
    await hub.psql(`delete from shot_products where shot_id = '${made}'`);
    await until("a product goes", () => !shot(client, made).get("products").has(product));
    await hub.psql(`update shot_models set rank = 'a6' where shot_id = '${made}'`);
    await until("a model has another place", () => shot(client, made).get("models").get(model) === "a6");
    shot(client, made).get("models").delete(model);
    await until("and leaves the shot", async () => (await hub.psql(`select count(*) from shot_models where shot_id = '${made}'`))[0] === "0");
    await hub.psql(`delete from shots where id = '${made}'`);
    await until("a row goes", () => !shots(client.doc).has(made));
    await settled(client);
    const count = async () => (await hub.psql(`select head from live.documents where id = '${hub.list}'`))[0];
    const head = await count();
    for (let round = 0; round < 20; round++) await hub.psql(`update projects set title = title where id = (select project_id from shot_lists where id = '${hub.list}')`);
    assert.equal(await count(), head, "what the document wrote is not merged again");
    client.close();
  });

  test("a scene that is deleted by hand lets its shots go", async () => {
    const client = open("y-websocket 3", hub, access);
    await client.synced();
    const [scene] = await hub.psql(`select scene_id from shots where shot_list_id = '${hub.list}' and scene_id is not null limit 1`);
    await hub.psql(`delete from scenes where id = '${scene}'`);
    await until("it is gone from the document", () => !client.doc.getMap("scenes").has(scene));
    await settled(client);
    client.close();
  });
});

describe("several hubs", () => {
  test("two of them serve one document", async () => {
    const second = await hub.another();
    const clients = [open("hocuspocus 4", hub, access), open("hocuspocus 4", second, access), open("y-websocket 3", hub, access), open("y-websocket 2", second, access)];
    for (const client of clients) await client.synced();
    const ids = await Promise.all([0, 1, 2, 3].map(anyShot));
    for (let round = 0; round < 60; round++) {
      clients.forEach((client, at) => {
        shot(client, ids[(round + at) % 4])?.set(["description", "notes"][round % 2], `${client.kind} ${round}`);
        if (round % 10 === 0) addShot(client.doc, randomUUID(), { description: `${at}-${round}`, rank: `d${at}` });
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const client of clients) await client.saved();
    await until("all are equal", () => new Set(clients.map(json)).size === 1);
    await settled(clients[0]);
    clients.forEach((client) => client.close());
  });

  test("kill -9 under load loses nothing that was saved, and what happens meanwhile is merged", async () => {
    const clients = Array.from({ length: 4 }, () => open("hocuspocus 4", hub, access));
    for (const client of clients) await client.synced();
    const own = clients.map(() => randomUUID());
    clients.forEach((client, at) => addShot(client.doc, own[at], { rank: `e${at}` }));
    for (const client of clients) await client.saved();
    const row = await anyShot(0);
    const saved = clients.map(() => 0);
    clients.forEach((client, at) => client.provider.on("unsyncedChanges", ({ number }) => {
      if (number === 0) saved[at] = Math.max(saved[at], shot(client, own[at]).get("time_est_minutes") ?? 0);
    }));
    for (let round = 0; round < KILLS; round++) {
      let written = 0;
      const timer = setInterval(() => {
        written++;
        clients.forEach((client, at) => shot(client, own[at]).set("time_est_minutes", round * 10_000 + written));
      }, 5);
      await until("something is saved", () => saved.every((value) => value > round * 10_000 + 20));
      let promised;
      await hub.crash(async () => {
        clearInterval(timer);
        promised = [...saved];
        const doc = await fromLog(hub);
        own.forEach((id, at) => assert.ok(doc.getMap("shots").get(id).get("time_est_minutes") >= promised[at], `editor ${at} was promised ${promised[at]}`));
        await hub.psql(`update shots set description = 'Meanwhile ${round}' where id = '${row}'`);
      });
      for (const client of clients) await until("it is connected again", () => client.provider.synced && client.isConnected());
      for (const client of clients) await until("it has what happened meanwhile", () => shot(client, row).get("description") === `Meanwhile ${round}`);
      await until("all are equal", () => new Set(clients.map(json)).size === 1);
      await settled(clients[0]);
    }
    clients.forEach((client) => client.close());
  });
});
