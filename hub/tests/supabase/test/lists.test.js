import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { guestList, list, LISTS, savedQuery } from "@fashionos/hub";
import { connect, startDemo } from "../hub.js";

let demo;
let hub;

before(async () => {
  demo = await startDemo();
  hub = (await connect(demo)).client;
});
after(async () => {
  hub?.close();
  await demo?.stop();
});

const MARK = `amenities @> '["walked"]'`;
const ours = [{ column: "amenities", is: "contains", value: ["walked"] }];

/** Venues whose cities and capacities repeat, are missing, and are full of what has a meaning elsewhere. */
const cities = [null, null, "Ålborg", "a", "A", "a,b", 'quote "x"', "back\\slash", "(a)", "and(a.eq.1)", "50%", "per.iod", "*", "null", "", " "];
const CITY = (n) => (cities[n % cities.length] === null ? "null" : `$c$${cities[n % cities.length]}$c$`);
const insert = (from, to) =>
  `insert into venues (organization_id, name, city, capacity, amenities)
   select o.id, v.* from (select organization_id as id from events where id = '${demo.eventId}') o, (values ${Array.from(
     { length: to - from },
     (_, n) => `('Walked ${from + n}', ${CITY(from + n)}, ${(from + n) % 5 ? ((from + n) % 7) + 1 : "null::int"}, '["walked"]'::jsonb)`,
   ).join(", ")}) v`;

/** All rows by way of pages, forwards; then backwards from the end. */
async function walk(query) {
  const pages = [];
  for await (const page of list(hub.http, query).pages()) pages.push(page);
  const forwards = pages.flatMap((page) => page.rows);
  const backwards = [...pages.at(-1).rows];
  for (let page = await pages.at(-1).previous(); page !== null; page = await page.previous()) backwards.unshift(...page.rows);
  assert.deepEqual(backwards, forwards, "the way back is the way there");
  assert.equal(await pages.at(-1).next(), null);
  assert.equal(await pages[0].previous(), null);
  return forwards;
}

test("F269: pages end where Postgres' order ends, whatever is null, repeated or quoted, in every direction", async () => {
  await demo.psql(insert(0, 90));
  const orders = [undefined, "first", "last"].flatMap((nulls) =>
    [false, true].flatMap((descending) => [
      [{ column: "city", descending, nulls }],
      [{ column: "capacity", descending, nulls }, { column: "city", descending: !descending, nulls }],
      [{ column: "capacity", descending, nulls }, { column: "id", descending }, { column: "city" }],
    ]),
  );
  const sql = ({ column, descending, nulls }) => `${column} ${descending ? "desc" : "asc"}${nulls ? ` nulls ${nulls}` : ""}`;
  for (const order of orders) {
    const expected = await demo.psql(`select id from venues where ${MARK} order by ${[...order.map(sql), "id"].join(", ")}`);
    const rows = await walk(savedQuery({ table: "venues", columns: ["id"], where: ours, order, pageSize: 13 }));
    assert.deepEqual(rows.map((row) => row.id), expected, JSON.stringify(order));
    assert.equal(expected.length, 90);
  }
  assert.equal(await list(hub.http, { table: "venues", columns: ["id"], where: ours }).count(), 90);
});

test("numbers that JavaScript cannot hold are no obstacle", async () => {
  await demo.psql(`
    insert into assets (organization_id, event_id, uploaded_by, name, asset_type, file_size_bytes)
    select organization_id, id, organizer_id, 'Huge ' || n, 'image', 9007199254740992 + n from events, generate_series(1, 6) n where id = '${demo.eventId}'`);
  const query = savedQuery({
    table: "assets",
    columns: ["name"],
    where: [{ column: "name", is: "has_text", value: "HUGE " }],
    order: [{ column: "file_size_bytes", descending: true }],
    pageSize: 1,
  });
  assert.deepEqual((await walk(query)).map((row) => row.name), [6, 5, 4, 3, 2, 1].map((n) => `Huge ${n}`));
});

test("F269: whoever walks while others write meets every row that stays once, in its order", async () => {
  await demo.psql(`delete from venues where ${MARK}`);
  await demo.psql(insert(0, 120));
  const stays = new Set(await demo.psql(`select id from venues where ${MARK} and name not like '%5'`));
  const query = savedQuery({ table: "venues", columns: ["id", "name"], where: ours, order: [{ column: "name" }], pageSize: 9 });
  const met = [];
  let round = 0;
  for await (const page of list(hub.http, query).pages()) {
    met.push(...page.rows);
    // Behind, before and among what was met; the row that the page ended with, too.
    await demo.psql(`delete from venues where ${MARK} and name like '%5' and id in (select id from venues where ${MARK} and name like '%5' limit 2)`);
    await demo.psql(insert(1000 + 10 * round, 1010 + 10 * round));
    round += 1;
  }
  assert.ok(round > 10);
  const ids = met.map((row) => row.id);
  assert.equal(new Set(ids).size, ids.length, "none twice");
  assert.deepEqual([...stays].filter((id) => !ids.includes(id)), [], "none left out");
  const order = await demo.psql(`select name from unnest(array[${met.map((row) => `'${row.name}'`)}]::text[]) name order by name`);
  assert.deepEqual(met.map((row) => row.name), order);

  // A place is good although its row is gone.
  const page = await list(hub.http, query).page();
  await demo.psql(`delete from venues where id = '${page.rows.at(-1).id}'`);
  const kept = JSON.parse(JSON.stringify(page.last));
  const [next] = await demo.psql(`select name from venues where ${MARK} and name > '${page.rows.at(-1).name}' order by name limit 1`);
  assert.equal((await list(hub.http, query).page({ after: kept })).rows[0].name, next);
  await demo.psql(`delete from venues where ${MARK}`);
});

test("F269: conditions mean what they say", async () => {
  await demo.psql(insert(0, 32));
  const found = async (...where) => {
    const rows = await walk(savedQuery({ table: "venues", columns: ["name"], where: [...ours, ...where], order: [{ column: "name" }] }));
    return rows.map((row) => row.name);
  };
  const said = (where) => demo.psql(`select name from venues where ${MARK} and ${where} order by name`);
  for (const [condition, where] of [
    ...cities.filter((city) => city !== null).map((city) => [{ column: "city", is: "eq", value: city }, `city = $c$${city}$c$`]),
    ...cities.filter((city) => city).map((city) => [{ column: "city", is: "has_text", value: city }, `strpos(lower(city), lower($c$${city}$c$)) > 0`]),
    [{ column: "city", is: "in", value: ["a,b", 'quote "x"', "(a)"] }, `city in ('a,b', 'quote "x"', '(a)')`],
    [{ column: "city", is: "null" }, "city is null"],
    [{ column: "city", is: "not_null" }, "city is not null"],
    [{ column: "capacity", is: "gte", value: 4 }, "capacity >= 4"],
    [{ column: "capacity", is: "neq", value: 4 }, "capacity <> 4"],
    [{ any: [{ column: "city", is: "null" }, { all: [{ column: "capacity", is: "lt", value: 3 }, { column: "city", is: "neq", value: "a" }] }] }, "(city is null or capacity < 3 and city <> 'a')"],
  ]) {
    const expected = await said(where);
    assert.deepEqual(await found(condition), expected, JSON.stringify(condition));
    assert.ok(expected.length > 0, where);
  }
  await assert.rejects(found({ any: [] }), RangeError);
  const tagged = { ...LISTS.contacts, where: [{ column: "tags", is: "has", value: ["press", 'a "b", {c}'] }] };
  const org = `(select organization_id from events where id = '${demo.eventId}')`;
  await demo.psql(`insert into contacts (organization_id, name, tags) values (${org}, 'Tagged', '{press,"a \\"b\\", {c}",more}')`);
  assert.deepEqual((await walk(tagged)).map((row) => row.name), ["Tagged"]);
  await demo.psql(`delete from venues where ${MARK}`);
});

test("F196: words are found by their beginnings, and whatever is typed is only words", async () => {
  const org = `(select organization_id from events where id = '${demo.eventId}')`;
  await demo.psql(`
    insert into contacts (organization_id, name, role, email_enc) select ${org}, n, r, null from (values
      ('Zuzanna O''Neil-Kowalska', 'Editor at Vogue'), ('Zuzanna Nowak', 'Buyer'), ('Zuz', null)) v (n, r)`);
  const names = async (search) => {
    const page = await list(hub.http, { ...LISTS.contacts, search }).page();
    return page.rows.map((row) => row.name).sort();
  };
  assert.deepEqual(await names("zuz"), ["Zuz", "Zuzanna Nowak", "Zuzanna O'Neil-Kowalska"]);
  assert.deepEqual(await names("zuzanna vog"), ["Zuzanna O'Neil-Kowalska"]);
  assert.deepEqual(await names("O'Neil"), ["Zuzanna O'Neil-Kowalska"]);
  assert.deepEqual(await names("neil-kow"), ["Zuzanna O'Neil-Kowalska"]);
  assert.deepEqual(await names("zuzanna & !"), ["Zuzanna Nowak", "Zuzanna O'Neil-Kowalska"]);
  for (const hostile of ["zuz | buyer", "zuz) or (", "zuz:*)", "'zuz", "zuz\\", '"zuz', "zuz:a<->", "!zuz & !x", "a".repeat(500), "zuz \u0001"]) {
    assert.ok((await names(hostile)).length <= 3, hostile);
  }
  const all = await list(hub.http, LISTS.contacts).count();
  assert.equal(await list(hub.http, { ...LISTS.contacts, search: " !? " }).count(), all, "nothing was asked for");
});

test("F023, F042, F108, F150, F180: every list that comes along answers, as it is and searched", async () => {
  for (const [name, query] of Object.entries(LISTS)) {
    const rows = await walk({ ...query, pageSize: 40 });
    assert.equal(rows.length, await list(hub.http, query).count(), name);
    assert.ok(rows.length > 0, `the demo has rows for ${name}`);
    assert.deepEqual(Object.keys(rows[0]), query.columns);
    const text = rows.map((row) => row.name ?? row.title).find((value) => /^\p{L}{3}/u.test(value ?? ""));
    const searched = await walk({ ...query, search: text.split(/\s/)[0].slice(0, 3) });
    assert.ok(searched.some((row) => (row.name ?? row.title) === text), `${name}: ${text}`);
  }
  const guests = guestList(demo.eventId);
  const page = await list(hub.http, guests).page();
  assert.equal(page.rows.length, 50);
  const { attendee_email } = page.rows.find((row) => row.attendee_email);
  const [found] = (await list(hub.http, { ...guests, where: [...guests.where, { column: "attendee_email", is: "eq", value: attendee_email.toUpperCase() }] }).page()).rows;
  assert.equal(found.attendee_email, attendee_email);
});

test("what the hub refuses has the code of its tables; what makes no sense is refused here", async () => {
  const sealed = list(hub.http, { table: "registrations", columns: ["id"], order: [{ column: "attendee_email" }] });
  await assert.rejects(sealed.page(), { name: "HubError", code: "HUB106", status: 400, retryable: false });
  assert.throws(() => list(hub.http, { table: "venues", columns: ["id"], pageSize: 501 }), RangeError);
  assert.throws(() => list(hub.http, { table: "venues", columns: ["id"], pageSize: 0 }), RangeError);
  await assert.rejects(list(hub.http, LISTS.venues).page({ after: ["one", "two", "three"] }), RangeError);
});
