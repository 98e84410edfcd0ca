import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import type * as Supabase from "supabase-js-newest";
import { expect, test } from "./hub";

declare global {
  interface Window {
    supabase: typeof Supabase;
    client: Supabase.SupabaseClient;
  }
}

/** A dashboard somewhere else: one page with the newest published client as browsers load it. */
let dashboard: Server;
let origin: string;

test.beforeAll(async () => {
  const entry = createRequire(import.meta.url).resolve("supabase-js-newest");
  const script = await readFile(new URL("umd/supabase.js", `file://${entry}`));
  dashboard = createServer((request, response) => {
    const isScript = request.url === "/supabase.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8" });
    response.end(isScript ? script : '<!doctype html><html lang="en"><title>Dashboard</title><script src="/supabase.js"></script>');
  });
  await new Promise<void>((resolve) => dashboard.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(dashboard.address() as AddressInfo).port}`;
});
test.afterAll(async () => {
  dashboard.closeAllConnections();
  await new Promise((resolve) => dashboard.close(resolve));
});

/** Opens the dashboard, or loads it again, with a client that keeps its session as applications do. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(origin);
  await page.evaluate((address) => {
    window.client = window.supabase.createClient(address, "sb_publishable_dashboard");
  }, url);
}

test("F265: the newest supabase-js in a browser on another origin reads and writes tables", async ({ page, hub }) => {
  await hub.sql(`create function shout(word text) returns text language sql immutable as 'select upper(word)';
                 create function halls(at_least int) returns setof venues language sql stable as 'select * from venues where capacity >= at_least';
                 grant execute on function shout, halls to hub_app;`);
  await open(page, hub.ready.url);
  const signedIn = await page.evaluate(({ email, password }) => window.client.auth.signInWithPassword({ email, password }), hub.ready);
  expect(signedIn.error).toBeNull();

  const id = randomUUID();
  const told = await page.evaluate(
    async ({ id, eventId }) => {
      const venues = () => window.client.from("venues");
      const made = await venues().insert({ id, name: "Browser hall", capacity: 70_001, amenities: ["bar"] });
      const read = await venues().select("name, capacity, amenities").eq("id", id).single();
      const changed = await venues().update({ city: "Lyon" }).eq("id", id).select("city");
      const merged = [];
      for (const name of ["Once", "Once", "Twice"]) merged.push((await venues().upsert({ id, name }).select("name").single()).data?.name);
      const counted = await window.client.from("registrations").select("id", { count: "exact" }).eq("event_id", eventId).order("id").range(5, 9);
      const head = await window.client.from("registrations").select("*", { count: "exact", head: true }).eq("event_id", eventId);
      const event = await window.client
        .from("events")
        .select("title, venue:venues(name), ticket_tiers(name, registrations(count)), organizer:users!organizer_id(full_name)")
        .eq("id", eventId)
        .order("name", { referencedTable: "ticket_tiers" })
        .single();
      const guests = await window.client
        .from("registrations")
        .select("attendee_name, ticket_tiers!inner(name)")
        .eq("ticket_tiers.name", "Press")
        .or("status.eq.confirmed,and(status.eq.attended,party_size.gte.1)")
        .limit(3);
      const none = await venues().select().eq("name", "no such hall").maybeSingle();
      const wrong = await venues().select("nothing");
      const unknown = await window.client.from("nothing").select();
      const removed = await venues().delete({ count: "exact" }).eq("id", id);
      const after = await venues().select("id").eq("id", id);
      return {
        made: [made.status, made.error], read: read.data, changed: changed.data, merged,
        counted: [counted.status, counted.data?.length, counted.count], head: [head.data, head.count],
        event: event.data, guests: guests.data, none: [none.data, none.error],
        wrong: [wrong.status, wrong.error?.code], unknown: [unknown.status, unknown.error?.code],
        removed: [removed.status, removed.count], after: after.data,
      };
    },
    { id, eventId: hub.eventId },
  );
  expect(told).toMatchObject({
    made: [201, null],
    read: { name: "Browser hall", capacity: 70_001, amenities: ["bar"] },
    changed: [{ city: "Lyon" }],
    merged: ["Once", "Once", "Twice"],
    none: [null, null],
    wrong: [400, "42703"],
    unknown: [404, "PGRST205"],
    removed: [204, 1],
    after: [],
  });
  // The count stands in a header that a page of another origin may read only because the hub says so.
  expect(told.counted.slice(0, 2)).toEqual([206, 5]);
  expect(told.counted[2]).toBeGreaterThanOrEqual(1200);
  expect(told.head).toEqual([null, told.counted[2]]);
  expect(told.event).toMatchObject({ title: "Nocturne: Winter Show", venue: { name: "Halle Saint-Aubin" }, organizer: { full_name: expect.any(String) } });
  const tiers = (told.event as unknown as { ticket_tiers: { name: string; registrations: { count: number }[] }[] }).ticket_tiers;
  expect(tiers.map((tier) => tier.name)).toEqual(tiers.map((tier) => tier.name).toSorted());
  // A producer may have opened a tier that nobody is in yet: together they are everybody.
  expect(tiers.reduce((sum, tier) => sum + tier.registrations[0]!.count, 0)).toBe(told.counted[2]);
  expect(told.guests).toHaveLength(3);

  const shout = () => page.evaluate(async () => (await window.client.rpc("shout", { word: "encore" })).data as unknown);
  await expect.poll(shout).toBe("ENCORE");
  const called = await page.evaluate(async () => {
    const get = await window.client.rpc("shout", { word: "bis" }, { get: true });
    const halls = await window.client.rpc("halls", { at_least: 1 }).select("name, capacity").order("capacity", { ascending: false }).limit(2);
    const missing = await window.client.rpc("shout", { nothing: 1 });
    return [get.data, (halls.data as unknown[] | null)?.length, missing.error?.code] as unknown[];
  });
  expect(called).toEqual(["BIS", 2, "PGRST202"]);
});

test("F005: the newest supabase-js in a browser on another origin signs in, stays, refreshes and signs out", async ({ page, hub }) => {
  await open(page, hub.ready.url);
  const { email, password } = hub.ready;
  const session = () => page.evaluate(async () => (await window.client.auth.getSession()).data.session);
  const titles = () => page.evaluate(async () => {
    const { data, error, status } = await window.client.from("events").select("title").limit(1);
    return { rows: data?.length ?? 0, code: error?.code ?? null, status };
  });
  expect(await titles()).toMatchObject({ rows: 0, code: "PGRST302", status: 401 });

  const wrong = await page.evaluate(async (as) => {
    const { error } = await window.client.auth.signInWithPassword(as);
    return [error?.code, error?.status];
  }, { email, password: "not this one" });
  expect(wrong).toEqual(["invalid_credentials", 400]);
  await page.evaluate((as) => window.client.auth.signInWithPassword(as), { email, password });
  expect(await titles()).toMatchObject({ rows: 1, code: null });
  const claims = await page.evaluate(async () => (await window.client.auth.getClaims()).data?.claims);
  expect(claims).toMatchObject({ iss: `${hub.ready.url}/auth/v1`, role: "authenticated", aal: "aal1" });

  // Another page of the same browser is signed in already.
  await open(page, hub.ready.url);
  const before = await session();
  expect(before?.user.email).toBe(email);
  expect(await titles()).toMatchObject({ rows: 1 });

  const refreshed = await page.evaluate(async () => {
    const told: string[] = [];
    window.client.auth.onAuthStateChange((event) => void told.push(event));
    const { data, error } = await window.client.auth.refreshSession();
    return { token: data.session?.refresh_token, error: error?.code ?? null, told };
  });
  expect(refreshed.error).toBeNull();
  expect(refreshed.token).not.toBe(before!.refresh_token);
  expect(refreshed.told).toContain("TOKEN_REFRESHED");
  expect((await page.evaluate(async () => (await window.client.auth.getUser()).data.user))?.email).toBe(email);
  expect(await titles()).toMatchObject({ rows: 1 });

  const ended = (await session())!.access_token;
  expect(await page.evaluate(async () => (await window.client.auth.signOut()).error)).toBeNull();
  expect(await session()).toBeNull();
  expect(await titles()).toMatchObject({ rows: 0, code: "PGRST302" });
  // What the login had is worth nothing any more, in whoever's hands.
  const answer = await fetch(hub.url("/rest/v1/events?select=title"), { headers: { authorization: `Bearer ${ended}` } });
  expect(answer.status).toBe(401);
  await open(page, hub.ready.url);
  expect(await session()).toBeNull();
});

test("F246: channels of the newest supabase-js in a browser on another origin: broadcasts, presence and changes of rows", async ({ browser, page, hub }) => {
  // Two people with a browser of their own each.
  const context = await browser.newContext();
  const second = await context.newPage();
  const token = randomUUID();
  for (const [who, on] of [["anna", page], ["bruno", second]] as const) {
    await open(on, hub.ready.url);
    const error = await on.evaluate(async ({ email, password }) => (await window.client.auth.signInWithPassword({ email, password })).error, hub.ready);
    expect(error).toBeNull();
    const status = await on.evaluate(
      ({ who, room, eventId }) =>
        new Promise<string>((resolve) => {
          const heard = { messages: [] as unknown[], changes: [] as unknown[], people: [] as string[] };
          const channel = window.client.channel(room, { config: { presence: { key: who }, broadcast: { ack: true } } });
          channel
            .on("broadcast", { event: "cue" }, ({ payload }) => void heard.messages.push(payload))
            .on("presence", { event: "sync" }, () => void (heard.people = Object.keys(channel.presenceState()).toSorted()))
            .on("postgres_changes", { event: "*", schema: "public", table: "event_alerts", filter: `event_id=eq.${eventId}` }, (change) => void heard.changes.push(change))
            .subscribe((status) => void (status === "SUBSCRIBED" && void channel.track({ at: "the wall" }).then(() => resolve(status))));
          Object.assign(window, { heard, channel });
        }),
      { who, room: token, eventId: hub.eventId },
    );
    expect(status).toBe("SUBSCRIBED");
  }
  interface Heard { messages: unknown[]; changes: { eventType: string; new: { message?: string; severity?: string }; old: { message?: string } }[]; people: string[] }
  const heard = (on: Page) => on.evaluate(() => (window as unknown as { heard: Heard }).heard);
  for (const on of [page, second]) await expect.poll(async () => (await heard(on)).people).toEqual(["anna", "bruno"]);

  const sent = await page.evaluate(() => (window as unknown as { channel: Supabase.RealtimeChannel }).channel.send({ type: "broadcast", event: "cue", payload: { look: 7 } }));
  expect(sent).toBe("ok");
  await expect.poll(async () => (await heard(second)).messages).toEqual([{ look: 7 }]);
  expect((await heard(page)).messages).toEqual([]);

  // A row is written, changed and deleted by SQL; both are told of their own event's alone.
  const id = randomUUID();
  await hub.sql(`insert into event_alerts (id, organization_id, event_id, kind, severity, message, source)
                 select '${id}', organization_id, id, 'manual', 'info', 'doors in five', 'system' from events where id = '${hub.eventId}'`);
  await hub.sql(`update event_alerts set severity = 'warning' where id = '${id}'`);
  await hub.sql(`delete from event_alerts where id = '${id}'`);
  const told = async (on: Page) => (await heard(on)).changes
    .filter((change) => change.new.message === "doors in five" || change.old.message === "doors in five")
    .map((change) => [change.eventType, change.new.severity ?? null]);
  for (const on of [page, second]) await expect.poll(() => told(on)).toEqual([["INSERT", "info"], ["UPDATE", "warning"], ["DELETE", null]]);

  await context.close();
  await expect.poll(async () => (await heard(page)).people).toEqual(["anna"]);
});

test("F125: files of the newest supabase-js in a browser on another origin: upload, list, download, signed addresses, removal", async ({ page, hub }) => {
  await open(page, hub.ready.url);
  await page.evaluate(({ email, password }) => window.client.auth.signInWithPassword({ email, password }), hub.ready);
  const name = `browser/${randomUUID()}.txt`;
  const told = await page.evaluate(async (name) => {
    const files = window.client.storage.from("documents");
    const text = async (blob: Blob | null) => blob && (await blob.text());
    const file = new File(["the rundown, typed in a browser"], "rundown.txt", { type: "text/plain" });
    const made = await files.upload(name, file, { metadata: { look: 7 } });
    const taken = await files.upload(name, file);
    const listed = await files.list("browser", { search: name.slice("browser/".length) });
    const read = await text((await files.download(name)).data);
    const signed = await files.createSignedUrl(name, 60);
    const shown = await fetch(signed.data!.signedUrl);
    const part = await fetch(signed.data!.signedUrl, { headers: { range: "bytes=4-10" } });
    // Whoever has the address needs no session; whoever alters it has nothing.
    const altered = await fetch(signed.data!.signedUrl.replace("token=", "token=x"));
    const later = await files.createSignedUploadUrl(`${name}.later`);
    const uploaded = await files.uploadToSignedUrl(later.data!.path, later.data!.token, new Blob(["later"], { type: "text/plain" }));
    const readLater = await text((await files.download(`${name}.later`)).data);
    const moved = await files.move(name, `${name}.moved`);
    const gone = await fetch(signed.data!.signedUrl.replace(/\?.*/, ""));
    const removed = await files.remove([`${name}.moved`, `${name}.later`]);
    const after = await files.exists(`${name}.moved`);
    return {
      made: [made.data?.path, made.error], taken: (taken.error as { statusCode?: string } | null)?.statusCode, listed: listed.data?.length,
      read, shown: [shown.status, await shown.text()], part: [part.status, await part.text(), part.headers.get("content-range")],
      altered: altered.ok, uploaded: uploaded.error, readLater, moved: moved.error, gone: gone.ok, removed: removed.data?.length, after: after.data,
    };
  }, name);
  expect(told).toEqual({
    made: [name, null], taken: "409", listed: 1,
    read: "the rundown, typed in a browser", shown: [200, "the rundown, typed in a browser"], part: [206, "rundown", "bytes 4-10/31"],
    altered: false, uploaded: null, readLater: "later", moved: null, gone: false, removed: 2, after: false,
  });
});
