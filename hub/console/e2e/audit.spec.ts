import { barriers } from "./accessibility";
import { expect, test, VIEWPORTS } from "./hub";

test.use({ viewport: VIEWPORTS.caller });

/** F245: an owner finds who changed what, by table, by row and by person; no guest's name is in it. */
test("an owner reads who changed what", async ({ page, hub }) => {
  // The page is long, and every node of it is looked at twice for barriers.
  test.slow();
  const tier = `Balcony ${Date.now()}`;
  await hub.api("POST", `/v1/events/${hub.eventId}/tiers`, { name: tier, type: "comp", quantity_total: 7 });
  await page.goto(hub.url("/"));
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const places = page.getByRole("navigation", { name: "Places" });
  await places.getByRole("link", { name: "Audit" }).click();
  await expect(places.locator("[aria-current=page]")).toHaveText("Audit");
  const lines = page.getByRole("table", { name: "Changes" }).locator("tbody tr");
  await expect(lines.first()).toBeVisible();
  expect(await barriers(page)).toEqual([]);

  await page.getByLabel("Table").fill("not a table");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("alert")).toContainText("The name of a table");
  await page.getByLabel("Table").fill("ticket_tiers");
  await page.getByRole("button", { name: "Filter" }).click();
  const made = lines.filter({ hasText: tier });
  await expect(made).toHaveCount(1);
  await expect(made).toContainText("Added");
  await made.getByRole("button", { name: /^Row / }).click();
  await expect(lines.filter({ hasNotText: "ticket_tiers" })).toHaveCount(0);
  await expect(page.getByLabel("Row", { exact: true })).not.toHaveValue("");

  await page.getByRole("button", { name: "Clear" }).click();
  const guest = await hub.guest();
  await page.getByLabel("Table").fill("registrations");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(lines.first()).toContainText("registrations");
  await expect(page.locator("main")).not.toContainText(guest.name);

  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Person").fill("nobody@nowhere.example");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("alert")).toContainText("Nobody here has this address");
  await page.getByLabel("Person").fill(hub.ready.email);
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(lines.first()).toBeVisible();
  const before = await lines.count();
  await page.getByRole("button", { name: "Earlier changes" }).click();
  await expect.poll(() => lines.count()).toBeGreaterThan(before);
  expect(await barriers(page)).toEqual([]);
});
