import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { list, liveList, savedQuery } from "@fashionos/hub";
import { connect, startDemo, until } from "../hub.js";

let demo;
let event;

before(async () => {
  demo = await startDemo();
  event = { kind: "event", id: demo.eventId };
  await demo.psql(`delete from tasks where event_id = '${demo.eventId}'`);
});
after(() => demo?.stop());

const open = savedQuery({
  table: "tasks",
  columns: ["id", "title", "status", "order_index"],
  where: [{ column: "status", is: "neq", value: "done" }],
  order: [{ column: "order_index", descending: true }, { column: "title" }],
  pageSize: 40,
});
/** What the list has to say: by SQL. */
const truth = (limit = 40) =>
  demo.psql(`select concat_ws('|', id, title, status, order_index) from tasks where event_id = '${demo.eventId}' and status <> 'done'
              order by order_index desc, title, id limit ${limit}`);
const shown = (live) => live.state.get().rows.map((row) => [row.id, row.title, row.status, row.order_index].join("|"));

/** Commits of one writer: tasks are made, changed, done, reopened, taken out of the event and back, deleted. */
function writes(writer, number) {
  const made = (n) => `(select id from tasks where title = 'w${writer} ${n}')`;
  const statements = [];
  for (let n = 0; n < number; n += 1) {
    statements.push(`insert into tasks (organization_id, event_id, title, order_index)
      select organization_id, id, 'w${writer} ${n}', ${(n * 7 + writer) % 23} from events where id = '${demo.eventId}'`);
    if (n % 2) statements.push(`update tasks set order_index = ${n % 17} where id = ${made(n - 1)}`);
    if (n % 3 === 0) statements.push(`update tasks set status = 'done' where id = ${made(n)}`);
    if (n % 6 === 0) statements.push(`update tasks set status = 'blocked' where id = ${made(n)}`);
    if (n % 5 === 0) statements.push(`update tasks set event_id = null, project_id = (select id from projects limit 1) where id = ${made(n)}`);
    if (n % 10 === 0) statements.push(`update tasks set event_id = '${demo.eventId}' where id = ${made(n)}`);
    if (n % 4 === 3) statements.push(`delete from tasks where id = ${made(n - 2)}`);
  }
  return statements;
}

/** Follows what the room tells, and holds every state of the list against it. */
function watched(client, live) {
  const room = client.room(event);
  const gone = new Set();
  const faults = [];
  let states = 0;
  const check = () => {
    states += 1;
    const { rows, status } = live.state.get();
    // Tenth tasks leave the event and come back: a read may know before the room does.
    for (const row of rows) if (gone.has(row.id) && !row.title.endsWith("0")) faults.push(`${row.title} is gone, and shown (${status})`);
    if (new Set(rows.map((row) => row.id)).size !== rows.length) faults.push("a row is shown twice");
  };
  // The list was there first: when this is told, it has heard of the commit.
  room.on("commit", ({ changes }) => {
    for (const { table, key, op } of changes) if (table === "tasks") op === "delete" ? gone.add(key) : op === "insert" && gone.delete(key);
    check();
  });
  live.state.subscribe(check);
  return { faults, states: () => states, deleted: gone };
}

test("F042, F197: a live list becomes what SQL says while four others write and the link is cut, and never shows what is gone", async () => {
  const { client, sockets } = await connect(demo);
  // The first writers have begun before anything is read.
  const early = demo.script(writes(1, 40));
  const live = liveList(client, event, open);
  const seen = watched(client, live);
  await live.ready;
  const writers = [early, ...[2, 3, 4].map((writer) => demo.script(writes(writer, 60)))];
  await until("half of it is written", async () => Number((await demo.psql("select count(*) from tasks where title like 'w%'"))[0]) > 60);
  const opened = sockets.length;
  sockets.at(-1).terminate();
  await until("there is a new link", () => sockets.length > opened);
  await Promise.all(writers);
  const end = await truth();
  assert.ok(end.length === 40, `${end.length} rows`);
  await until("the list says what SQL says", () => live.state.get().status === "live" && JSON.stringify(shown(live)) === JSON.stringify(end));
  assert.deepEqual(seen.faults, []);
  assert.ok(seen.deleted.size > 20 && seen.states() > 20, `${seen.deleted.size} deleted, ${seen.states()} states`);
  assert.equal(live.state.get().more, true);

  live.more();
  const whole = await truth(80);
  await until("a page more", () => JSON.stringify(shown(live)) === JSON.stringify(whole));
  live.close();
  client.close();
});

test("F042, F197: many commits are read together", async () => {
  const { client } = await connect(demo);
  let reads = 0;
  const { request } = client.http;
  client.http.request = (...words) => {
    if (words[0] === "GET") reads += 1;
    return request.apply(client.http, words);
  };
  const live = liveList(client, event, open);
  await live.ready;
  const before = Date.now();
  const commits = writes(5, 150);
  await demo.script(commits);
  const end = await truth();
  await until("the list says what SQL says", () => live.state.get().status === "live" && JSON.stringify(shown(live)) === JSON.stringify(end));
  const most = 3 + Math.ceil((Date.now() - before) / 100);
  assert.ok(reads <= most, `${reads} reads of ${commits.length} commits, at most ${most}`);
  live.close();
  client.close();
});

test("F042, F197: what a row turns into, where it goes and that it is gone is seen, by every list of the topic", async () => {
  await demo.psql(`delete from tasks where event_id = '${demo.eventId}'`);
  const { client } = await connect(demo);
  const live = liveList(client, event, open);
  const urgent = liveList(client, event, { ...open, where: [{ column: "priority", is: "eq", value: "urgent" }] });
  const searched = liveList(client, event, { ...open, search: "chai" });
  await Promise.all([live.ready, urgent.ready, searched.ready]);
  const titles = (of) => of.state.get().rows.map((row) => row.title);
  const expects = (what, ...lists) =>
    until(what, () => [live, urgent, searched].every((of, n) => of.state.get().status === "live" && JSON.stringify(titles(of)) === JSON.stringify(lists[n])));
  await expects("nothing yet", [], [], []);
  await demo.psql(`insert into tasks (organization_id, event_id, title, priority, order_index)
    select organization_id, id, t, p, i from events, (values ('Chairs', 'low', 3), ('Lights', 'urgent', 2)) v (t, p, i) where id = '${demo.eventId}'`);
  await expects("made", ["Chairs", "Lights"], ["Lights"], ["Chairs"]);
  await demo.psql("update tasks set priority = 'urgent', title = 'Chairs, gold' where title = 'Chairs'");
  await expects("changed", ["Chairs, gold", "Lights"], ["Chairs, gold", "Lights"], ["Chairs, gold"]);
  await demo.psql("update tasks set title = 'Benches', order_index = 1 where title = 'Chairs, gold'");
  await expects("moved, and no longer found", ["Lights", "Benches"], ["Lights", "Benches"], []);
  await demo.psql("update tasks set status = 'done' where title = 'Lights'");
  await expects("filtered out", ["Benches"], ["Lights", "Benches"], []);
  await demo.psql("update tasks set event_id = null, project_id = (select id from projects limit 1) where title = 'Benches'");
  await expects("out of the topic", [], ["Lights"], []);
  // REST and the list are the same question.
  const { rows } = await list(client.http, { ...open, where: [{ column: "event_id", is: "eq", value: demo.eventId }] }).page();
  assert.deepEqual(rows.map((row) => row.title), ["Lights"]);
  for (const one of [live, urgent, searched]) one.close();
  assert.equal(client.inspect().rooms.length, 0, "nobody is subscribed any more");
  client.close();
});

test("F042, F197: tables are live where their rows are, and nowhere else", async () => {
  const { client } = await connect(demo);
  const session = await new Promise((resolve) => client.principal.subscribe(() => resolve(client.principal.get())));
  const house = { kind: "organization", id: session.organization_id };
  const live = liveList(client, house, savedQuery({ table: "venues", columns: ["id", "name"], where: [{ column: "name", is: "has_text", value: "liveliest" }] }));
  await live.ready;
  await demo.psql(`insert into venues (organization_id, name) values ('${house.id}', 'The liveliest hall')`);
  await until("the hall is there", () => live.state.get().rows.length === 1);
  assert.throws(() => liveList(client, event, savedQuery({ table: "venues", columns: ["id"] })), RangeError);
  live.close();
  client.close();
});

test("F042, F197: whoever may not see the event any more sees no rows of it", async () => {
  await demo.psql(`insert into tasks (organization_id, event_id, title) select organization_id, id, 'Secret' from events where id = '${demo.eventId}'`);
  const { client } = await connect(demo);
  const live = liveList(client, event, open);
  await live.ready;
  assert.deepEqual(live.state.get().rows.map((row) => row.title), ["Secret"]);
  const { id, organization_id } = client.principal.get();
  await demo.psql(`
    update memberships set role = 'owner' where id = (select id from memberships where organization_id = '${organization_id}' and user_id <> '${id}' and status = 'active' limit 1);
    update organizations set owner_id = (select user_id from memberships where organization_id = '${organization_id}' and role = 'owner' and user_id <> '${id}' limit 1) where id = '${organization_id}';
    update memberships set status = 'suspended' where organization_id = '${organization_id}' and user_id = '${id}'`);
  await until("the rows are gone", () => live.state.get().rows.length === 0, 5_000);
  await until("it says why", () => live.state.get().status === "denied");
  live.close();
  client.close();
});
