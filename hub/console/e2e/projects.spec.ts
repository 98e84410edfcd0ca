import { readFile } from "node:fs/promises";
import { barriers } from "./accessibility";
import { type DemoHub, expect, test } from "./hub";
import type { Page } from "@playwright/test";

async function signIn(page: Page, hub: DemoHub, path: string): Promise<void> {
  await page.goto(hub.url(path));
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test.use({ viewport: { width: 1440, height: 900 } });

/** F017, F032: a wizard that is killed goes on where it was, also on another device, and makes one project. */
test("a shoot is started on two devices", async ({ page, browser, hub }) => {
  const title = `Lookbook ${Date.now()}`;
  await signIn(page, hub, "/projects");
  await expect(page.getByRole("heading", { name: "Projects" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("link", { name: "Start a shoot" }).click();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("alert")).toHaveText("A shoot has a title.");
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByLabel("Date").fill("2026-12-31");
  await page.getByLabel("From").fill("20:00");
  await page.getByLabel("To", { exact: true }).fill("02:00");
  await expect(page.getByText("The next day")).toBeVisible();
  // At once, before anything was sent.
  await page.reload();
  await expect(page.getByLabel("From")).toHaveValue("20:00");
  await expect(page.locator('[data-keeping="saved"]')).toBeVisible();

  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const phone = await context.newPage();
  await signIn(phone, hub, "/projects/new-shoot");
  await expect(phone.getByText("You are where you left off.")).toBeVisible();
  await expect(phone.getByLabel("Date")).toHaveValue("2026-12-31");
  await phone.getByLabel("Time zone").selectOption("Europe/Paris");
  await phone.getByRole("button", { name: "Go on" }).click();
  await phone.getByLabel("Venue").selectOption({ label: "Studio Verrière" });
  await phone.getByRole("button", { name: "Go on" }).click();
  await expect(phone.getByText("20:00 to 02:00 (the next day), Europe/Paris")).toBeVisible();
  expect(await barriers(phone)).toEqual([]);
  expect(await hub.sql(`select count(*) from projects where title = '${title}'`), "nothing is made before the end").toEqual(["0"]);
  await phone.getByRole("button", { name: "Start the shoot" }).click();
  await phone.waitForURL(/\/projects\/[0-9a-f-]+\/shot-list$/);
  await expect(phone.getByRole("heading", { name: title })).toBeVisible();
  const made = await hub.sql(`
    select p.type, s.scheduled_date, s.starts_at at time zone 'UTC', s.ends_at at time zone 'UTC', l.title
      from projects p join shoots s on s.project_id = p.id join shot_lists l on l.shoot_id = s.id where p.title = '${title}'`);
  expect(made).toEqual(["shoot|2026-12-31|2026-12-31 19:00:00|2027-01-01 01:00:00|Shot list"]);
  await context.close();

  // It is over here too; a new one that is discarded makes nothing.
  await page.reload();
  await expect(page.locator('[data-step="0"]')).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue("");
  await page.getByLabel("Title").fill(`${title} II`);
  await expect(page.locator('[data-keeping="saved"]')).toBeVisible();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.waitForURL(/\/projects$/);
  await expect(page.getByRole("link", { name: title, exact: true })).toBeVisible();
  expect(await hub.sql(`select count(*) from projects where title like '${title}%'`)).toEqual(["1"]);
  expect(await hub.sql("select count(*) from wizard_drafts where status = 'open' and wizard = 'shoot'")).toEqual(["0"]);
});

/** F033: a call sheet is issued in versions; what was issued stays as it was; it prints without the screen around it. */
test("a call sheet is issued, superseded and printed", async ({ page, hub }) => {
  const [project] = await hub.sql("select id from projects where title = 'Ombre Lookbook'");
  await signIn(page, hub, `/projects/${project}/call-sheet`);
  await page.getByRole("button", { name: "New version" }).click();
  const sheet = page.getByRole("article", { name: "Call sheet" });
  await expect(sheet).toContainText("Nyadak Deng");
  await expect(sheet).toContainText("1 Among the panes");
  await expect(sheet).toContainText("Cocoon coat in slate wool (OMB-001)");
  expect(await barriers(page)).toEqual([]);
  // The cast is found by search, and is on the sheet at once.
  const [name] = await hub.sql("select m.name from model_profiles m where m.organization_id = (select organization_id from projects where title = 'Ombre Lookbook') and not exists (select from shoot_models s where s.model_profile_id = m.id) order by m.name limit 1");
  await page.getByLabel("Search models").fill(name!);
  await page.getByRole("button", { name: `Add ${name}` }).click();
  await expect(sheet).toContainText(`${name} (selected)`);
  await page.getByRole("button", { name: `Take ${name} off the cast` }).click();
  await expect(sheet).not.toContainText(name!);
  const day = "2026-12-03";
  await page.getByLabel("Day").fill(day);
  await page.getByLabel("General call").fill("06:45");
  await page.getByRole("button", { name: "Issue it" }).click();
  await expect(sheet).toContainText("Version 1 · issued");
  await expect(page.getByRole("button", { name: `${day} v1` })).toHaveAttribute("aria-pressed", "true");

  // The shoot goes on changing; the sheet does not.
  await hub.sql(`update scenes set title = 'Renamed' where project_id = '${project}' and title = 'Among the panes'`);
  await page.getByRole("button", { name: "New version" }).click();
  await expect(sheet).toContainText("1 Renamed");
  await page.getByRole("button", { name: "Issue it" }).click();
  await expect(sheet).toContainText("Version 2 · issued");
  await page.getByRole("button", { name: `${day} v1` }).click();
  await expect(sheet).toContainText("1 Among the panes");
  await expect(sheet).toContainText("06:45");
  await expect(page.getByText("A newer version was issued.")).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  expect(await hub.sql(`select version, status from call_sheets where project_id = '${project}' and sheet_date = '${day}' order by version`)).toEqual(["1|superseded", "2|issued"]);
  await hub.sql(`update scenes set title = 'Among the panes' where project_id = '${project}' and title = 'Renamed'`);

  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download PDF" }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toBe(`call-sheet-${day}-v1.pdf`);
  expect((await readFile(await file.path())).subarray(0, 5).toString()).toBe("%PDF-");

  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Print", exact: true })).toBeHidden();
  await expect(page.getByRole("navigation")).toBeHidden();
  await expect(sheet).toBeVisible();
});
