import { barriers } from "./accessibility";
import { expect, test, VIEWPORTS } from "./hub";

test.use({ viewport: VIEWPORTS.caller });

/** F006, F042, F130: a wrong password is told; the right one leads to the organization's events. */
test("a producer signs in and finds the event", async ({ page, hub }) => {
  await page.goto(hub.url("/"));
  await expect(page.locator("body")).not.toContainText(hub.ready.email);
  await expect(page.locator("body")).not.toContainText(hub.ready.password);
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const events = page.getByRole("list", { name: "Events" });
  await expect(events.getByRole("listitem").first()).toBeVisible();
  expect(await barriers(page)).toEqual([]);

  // F042: a new event shows on the open list without reload.
  const title = `Resort ${Date.now()}`;
  const day = "2027-03-01T19:00:00Z";
  await hub.api("POST", "/v1/events", { title, start_time: day, end_time: "2027-03-01T21:00:00Z", time_zone: "Europe/Paris" });
  await expect(events.getByText(title)).toBeVisible();
  await page.getByLabel("Search events").fill("no event is called like this");
  await expect(page.getByText("No event matches.")).toBeVisible();
  await page.getByLabel("Search events").fill(title);
  await expect(events.getByRole("listitem")).toHaveCount(1);
});

/** F273: a tablet is paired with a code, opens nothing but its own screen, and is told within a second when it is revoked. */
test("a tablet is paired by code, kept to its screen, and revoked", async ({ page, hub, browser }) => {
  await page.goto(hub.url(`/event/${hub.eventId}`));
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Pair a device" }).click();
  const name = `Door ${Date.now()}`;
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Make a code" }).click();
  const code = (await page.getByRole("dialog").locator("[data-code]").innerText()).trim();
  expect(code).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();

  const context = await browser.newContext({ viewport: VIEWPORTS.scan });
  const tablet = await context.newPage();
  await tablet.goto(hub.url("/pair"));
  expect(await barriers(tablet)).toEqual([]);
  await tablet.getByLabel("Pairing code").fill(code.toLowerCase().replace("-", ""));
  await tablet.getByRole("button", { name: "Pair" }).click();
  await expect(tablet).toHaveURL(new RegExp(`/check-in/${hub.eventId}$`));
  await expect(tablet.locator('[data-fresh="live"]')).toBeVisible();
  expect(tablet.url()).not.toContain(code);

  for (const path of ["/", `/event/${hub.eventId}`, `/caller/${hub.eventId}`, `/command/${hub.eventId}`]) {
    await tablet.goto(hub.url(path));
    await expect(tablet).toHaveURL(new RegExp(`/check-in/${hub.eventId}$`));
  }
  await tablet.locator('[data-fresh="live"]').waitFor();

  await expect(page.getByRole("dialog")).toContainText(name);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("button", { name: "Revoke it" }).click();
  await expect(tablet.getByRole("heading", { name: "This screen was signed out" })).toBeVisible({ timeout: 3_000 });
  await expect(page.getByRole("row", { name: new RegExp(name) })).toHaveCount(0);
  expect(await barriers(tablet)).toEqual([]);
  await context.close();
});

/** The overview: a guest list is tried without writing, its errors are named, and it is taken in as a whole. */
test("a guest list is checked, corrected and applied", async ({ page, hub }) => {
  await page.goto(hub.url(`/event/${hub.eventId}`));
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator('[data-fresh="live"]').waitFor();
  const expected = page.locator('[data-figure="arrived"]');
  await expect(expected).toContainText("of");
  expect(await barriers(page)).toEqual([]);

  const tier = await page.getByRole("table", { name: "Tiers" }).getByRole("rowheader").first().innerText();
  const mark = Date.now();
  const guests = page.locator('[data-import="guests"]');
  const choose = (rows: string[]) =>
    guests.locator("input[type=file]").setInputFiles({ name: "guests.csv", mimeType: "text/csv", buffer: Buffer.from(["Name,Email,Tier", ...rows].join("\n")) });

  await choose([`Nia ${mark},nia${mark}@example.com,No such tier`]);
  await expect(guests.locator("[data-error]")).toHaveCount(1);
  await expect(guests.getByRole("button", { name: /^Apply/ })).toBeDisabled();

  await choose([`Nia ${mark},nia${mark}@example.com,${tier}`]);
  await expect(guests.getByRole("button", { name: "Apply: 1 added, 0 changed" })).toBeEnabled();
  expect(await barriers(page)).toEqual([]);
  await guests.getByRole("button", { name: /^Apply/ }).click();
  await expect(guests).toContainText("1 added");

  // The same list again changes nothing.
  await choose([`Nia ${mark},nia${mark}@example.com,${tier}`]);
  await expect(guests.getByRole("button", { name: "Apply: 0 added, 0 changed" })).toBeDisabled();
});
