import { barriers } from "./accessibility";
import { expect, test, wedge } from "./hub";

/** F079: a wedge scanner is caught without focus; the second scan says where and when the first one was. */
test("a scanned guest is welcomed once", async ({ browser, hub }) => {
  const { context, page } = await hub.device(browser, "North tablet", "scan");
  const guest = await hub.guest();
  expect(await barriers(page)).toEqual([]);

  await wedge(page, guest.code);
  await expect(page.locator('[data-verdict="admitted"]')).toContainText("Welcome");
  await expect(page.locator("[data-guest]")).toHaveText(guest.name);
  expect(await barriers(page)).toEqual([]);

  // F079: a new scan takes the screen at once, whatever is on it.
  await wedge(page, guest.code);
  const again = page.locator('[data-verdict="already_in"]');
  await expect(again).toContainText("Already in");
  await expect(page.locator("[data-earlier]")).toContainText("North tablet");
  expect(await barriers(page)).toEqual([]);

  await wedge(page, "FH1.not-a-ticket-of-anybody");
  await expect(page.locator('[data-verdict="unknown"]')).toContainText("Unknown");
  await page.getByRole("button", { name: "Next guest" }).click();
  await expect(page.locator("[data-verdict]")).toHaveCount(0);

  // Taken back from the list of the last scans, the guest may come in again.
  const scans = page.getByRole("list", { name: "Last scans" });
  await expect(scans.locator("[data-scan]")).toHaveCount(3);
  await page.getByRole("button", { name: `Take back ${guest.name}` }).click();
  await expect(scans).toContainText("taken back");
  await wedge(page, guest.code);
  await expect(page.locator('[data-verdict="admitted"]')).toBeVisible();
  await context.close();
});

/** F079: search by name from three letters on; what is typed stays what was typed, also when a scan comes in between. */
test("a guest is found by name", async ({ browser, hub }) => {
  const { context, page } = await hub.device(browser, "Search tablet", "scan");
  const [guest, other] = [await hub.guest(), await hub.guest()];
  const field = page.getByLabel("Search a guest by name");
  await field.pressSequentially(guest.name.slice(0, 2), { delay: 120 });
  await expect(page.getByText("Type at least 3 letters")).toBeVisible();
  await field.pressSequentially(guest.name.slice(2), { delay: 120 });
  await expect(field).toHaveValue(guest.name);
  const results = page.getByRole("list", { name: "Guests found" });
  await expect(results).toContainText(guest.name);
  expect(await barriers(page)).toEqual([]);

  // The scanner fires while the field has the focus: the code is a scan, not text.
  await wedge(page, other.code);
  await expect(page.locator('[data-verdict="admitted"]')).toContainText(other.name);
  await expect(field).not.toHaveValue(new RegExp(other.code.slice(0, 4)));

  await page.getByRole("button", { name: "Next guest" }).click();
  await field.fill(guest.name);
  await results.getByRole("listitem").filter({ hasText: guest.name }).first().getByRole("button", { name: "Check in" }).click();
  await expect(page.locator('[data-verdict="admitted"]')).toContainText(guest.name);
  await context.close();
});

/** F272: a scan without network is kept through a reload of the page, never shown as done, and confirmed later. */
test("an offline scan survives a reload and is confirmed", async ({ browser, hub }) => {
  const { context, page } = await hub.device(browser, "Cellar tablet", "scan");
  const guest = await hub.guest();
  // The page itself has to be on the tablet before the network goes.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await context.setOffline(true);
  await page.locator('[data-fresh="stale"]').waitFor();

  await wedge(page, guest.code);
  await expect(page.locator('[data-verdict="sent"]')).toContainText("Not sent yet");
  await expect(page.locator("[data-unsent]")).toHaveAttribute("data-unsent", "1");

  await page.reload();
  await expect(page.locator('[data-fresh="stale"]')).toContainText("No signal");
  await expect(page.locator("[data-unsent]")).toHaveAttribute("data-unsent", "1");
  const scans = page.getByRole("list", { name: "Last scans" });
  await expect(scans.locator('[data-scan="sent"]')).toHaveCount(1);
  await expect(scans).not.toContainText("Admitted");

  await context.setOffline(false);
  await expect(scans.locator('[data-scan="admitted"]')).toContainText(guest.name);
  await expect(page.locator("[data-unsent]")).toHaveAttribute("data-unsent", "0");

  // It counted once: the ticket is used now.
  await wedge(page, guest.code);
  await expect(page.locator('[data-verdict="already_in"]')).toBeVisible();
  await context.close();
});

/** F272: a refusal that comes after the guest has gone in is not lost among the others. */
test("a late refusal asks to be seen", async ({ browser, hub }) => {
  const { context, page } = await hub.device(browser, "Late tablet", "scan");
  const guest = await hub.guest();
  await wedge(page, guest.code);
  await expect(page.locator('[data-verdict="admitted"]')).toBeVisible();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await context.setOffline(true);
  await page.locator('[data-fresh="stale"]').waitFor();
  await wedge(page, guest.code);
  await page.locator('[data-verdict="sent"]').waitFor();
  await page.reload();
  await page.locator('[data-scan="sent"]').waitFor();
  await context.setOffline(false);
  const late = page.locator('[data-scan="already_in"]');
  // The tablet waits up to ten seconds between two attempts to reach the hub.
  await expect(late).toContainText("the answer came after the guest", { timeout: 30_000 });
  await late.getByRole("button", { name: "Seen" }).click();
  await expect(late).not.toContainText("the answer came after the guest");
  await context.close();
});
