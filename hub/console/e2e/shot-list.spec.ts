import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { barriers } from "./accessibility";
import { expect, test } from "./hub";
import { COLLEAGUE, colleague, DESK, makeList, open, paste, PHONE, sheet, signIn } from "./sheet";

test.use({ viewport: DESK });

/** F020, F021: the list is worked on with the keyboard alone; sums follow. */
test("cells are edited with the keys of a spreadsheet", async ({ page, hub }) => {
  const made = await makeList(hub, `Keys ${Date.now()}`, { Panes: ["one", "two"], Stair: ["three"] });
  const { cell, line, shown, note, saved } = await open(page, hub, made);
  expect(await shown()).toEqual(["Panes", "one", "two", "Stair", "three"]);
  expect(await barriers(page)).toEqual([]);

  await cell("one", "description").click();
  await page.keyboard.type("Coat in the wind");
  // Over products and models to the time.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("1:15");
  await page.keyboard.press("Enter");
  await expect(cell("Coat in the wind", "minutes")).toHaveText("1 h 15");
  await expect(line("Panes").locator("[data-sum]")).toHaveAttribute("data-sum", "85");
  await expect(page.locator("[data-total]")).toHaveAttribute("data-total", "95");

  // What means nothing is said, and Escape leaves what was there.
  await page.keyboard.press("F2");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("soon");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "“soon” is no time" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(cell("two", "minutes")).toHaveText("10 min");

  // Space ticks off; three lines are filled down and emptied again.
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(cell("two", "status")).toHaveText("✓ Done");
  await cell("Coat in the wind", "minutes").click();
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Control+d");
  await expect(cell("two", "minutes")).toHaveText("1 h 15");
  await page.keyboard.press("Delete");
  await expect(cell("Coat in the wind", "minutes")).toHaveText("");
  await page.keyboard.press("Control+z");
  await expect(cell("two", "minutes")).toHaveText("1 h 15");
  await page.keyboard.press("Control+z");
  await expect(cell("two", "minutes")).toHaveText("10 min");
  await expect(note).toHaveText("Undone: filling down");
  await page.keyboard.press("Control+Shift+z");
  await expect(cell("two", "minutes")).toHaveText("1 h 15");

  // Lines are added, moved over the head of a scene, and deleted.
  await cell("two", "description").click();
  await page.keyboard.press("Control+Enter");
  await page.keyboard.type("new");
  await page.keyboard.press("Enter");
  expect(await shown()).toEqual(["Panes", "Coat in the wind", "two", "new", "Stair", "three"]);
  await cell("new", "description").click();
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(shown).toEqual(["Panes", "Coat in the wind", "two", "Stair", "new", "three"]);
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(shown).toEqual(["Panes", "Coat in the wind", "two", "Stair", "three", "new"]);
  await page.keyboard.press("Control+Delete");
  await expect.poll(shown).toEqual(["Panes", "Coat in the wind", "two", "Stair", "three"]);
  await saved();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Escape");

  // The rows that everybody else reads say the same.
  const rows = () => hub.sql(`select description, coalesce(time_est_minutes, 0), status from shots where shot_list_id = '${made.list}' order by scene_id, rank`);
  await expect.poll(rows).toEqual(["Coat in the wind|75|todo", "two|75|done", "three|10|todo"]);

  // Out of the sheet and on.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("grid")).not.toBeFocused();
});

/** F020: lines are dragged, several at once, a scene with its shots; Escape leaves them where they were. */
test("lines are dragged to where they belong", async ({ page, hub }) => {
  const made = await makeList(hub, `Drag ${Date.now()}`, { Panes: ["one", "two"], Stair: ["three", "four"] });
  const { line, shown, saved } = await open(page, hub, made);
  /** Takes a line by its handle and holds it over the upper or lower half of another. */
  const take = async (name: string, over: string, half: "upper" | "lower") => {
    await line(name).locator("[data-handle]").hover();
    await page.mouse.down();
    const { x, y, height } = (await line(over).boundingBox())!;
    await page.mouse.move(x + 40, half === "upper" ? y + 3 : y + height - 3, { steps: 8 });
  };
  await take("three", "two", "upper");
  await page.mouse.up();
  await expect.poll(shown).toEqual(["Panes", "one", "three", "two", "Stair", "four"]);

  await take("four", "one", "upper");
  await page.keyboard.press("Escape");
  await page.mouse.up();
  expect(await shown()).toEqual(["Panes", "one", "three", "two", "Stair", "four"]);

  await line("one").locator("[data-rowhead]").click();
  await line("three").locator("[data-rowhead]").click({ modifiers: ["Shift"] });
  await take("three", "four", "lower");
  await page.mouse.up();
  await expect.poll(shown).toEqual(["Panes", "two", "Stair", "four", "one", "three"]);

  await take("Stair", "Panes", "upper");
  await page.mouse.up();
  await expect.poll(shown).toEqual(["Stair", "four", "one", "three", "Panes", "two"]);
  await page.keyboard.press("Control+z");
  await expect.poll(shown).toEqual(["Panes", "two", "Stair", "four", "one", "three"]);
  await saved();
  const rows = () =>
    hub.sql(`
      select c.title, s.description from shots s join scenes c on c.id = s.scene_id
       where s.shot_list_id = '${made.list}' order by c.rank collate "C", s.rank collate "C"`);
  await expect.poll(rows).toEqual(["Panes|two", "Stair|four", "Stair|one", "Stair|three"]);
});

/** Rows of a spreadsheet are tried first; every wrong cell is named; one undo takes all of it back. */
test("200 rows are pasted after a preview", async ({ page, hub }) => {
  const made = await makeList(hub, `Paste ${Date.now()}`, { Panes: ["one"] });
  const { cell, saved } = await open(page, hub, made);
  await cell("one", "description").click();
  const rows = Array.from({ length: 200 }, (_, n) => `Scene ${n % 5}\tPasted ${n}\t${n === 7 ? "ages" : (n % 30) + 1}\t${n === 9 ? "NO-SUCH" : "omb-001"}\t"two\nlines"`);
  await paste(page, ["Scene\tShot\tMin\tSKU\tNotes", ...rows].join("\n"));
  const dialog = page.getByRole("dialog", { name: "Paste 200 rows" });
  await expect(dialog.getByText("2 cells are wrong.")).toBeVisible();
  await expect(dialog.locator("[data-wrong]").first()).toContainText("“ages” is no time");
  await expect(dialog.locator("[data-wrong]").last()).toContainText("There is no product “NO-SUCH”");
  expect(await barriers(page)).toEqual([]);
  await expect(dialog.getByRole("button", { name: "Paste 200 rows" })).toBeDisabled();
  await dialog.getByLabel("Leave these out and take the rest").check();
  await dialog.getByRole("button", { name: "Paste 200 rows" }).click();
  await expect(page.locator("[data-total]")).toContainText("201 shots");
  await saved();
  const stored = () => hub.sql(`select count(*), count(distinct scene_id), count(time_est_minutes) from shots where shot_list_id = '${made.list}'`);
  await expect.poll(stored).toEqual(["201|6|200"]);

  // Copied here, it goes back without questions.
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+z");
  await expect(page.locator("[data-total]")).toContainText("1 shot ");
  await expect.poll(stored).toEqual(["1|1|1"]);
});

/** F274: two people in one list see each other, keep both their edits, and undo nothing of the other's. */
test("two people edit at once", async ({ page, browser, hub }) => {
  const made = await makeList(hub, `Two ${Date.now()}`, { Panes: ["one", "two", "three"] });
  const ines = await open(page, hub, made);
  const other = await colleague(browser, hub);
  const clemence = await open(other.page, hub, made, other.email);

  await expect(page.locator(`[data-person="${COLLEAGUE}"]`)).toBeVisible();
  await clemence.cell("two", "notes").click();
  await expect(ines.cell("two", "notes").locator(`[data-cursor="${COLLEAGUE}"]`)).toBeVisible();
  expect(await barriers(page)).toEqual([]);

  // Different fields of one shot, and then the same field.
  await ines.cell("one", "minutes").click();
  await page.keyboard.type("20");
  await page.keyboard.press("Enter");
  await clemence.cell("one", "notes").click();
  await other.page.keyboard.type("Wind machine");
  await other.page.keyboard.press("Enter");
  for (const side of [ines, clemence]) {
    await expect(side.cell("one", "notes")).toHaveText("Wind machine");
    await expect(side.cell("one", "minutes")).toHaveText("20 min");
  }
  await clemence.cell("one", "minutes").click();
  await other.page.keyboard.type("30");
  await other.page.keyboard.press("Enter");
  await expect(ines.cell("one", "minutes")).toHaveText("30 min");
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+z");
  await expect(ines.note).toHaveText(`Not undone: Time of shot 1.1 was changed by ${COLLEAGUE}`);
  await expect(ines.cell("one", "minutes")).toHaveText("30 min");

  // A locked line is the other's until it is let go.
  await clemence.cell("two", "description").click();
  await other.page.getByRole("button", { name: "Lock", exact: true }).click();
  await expect(ines.line("two").getByText(`locked by ${COLLEAGUE}`)).toBeVisible();
  await ines.cell("two", "description").click();
  await page.keyboard.type("mine");
  await expect(ines.note).toHaveText(`Locked by ${COLLEAGUE}.`);
  expect(await barriers(page)).toEqual([]);
  await other.page.getByRole("button", { name: "Unlock", exact: true }).click();
  await expect(ines.line("two").getByText("locked by")).toHaveCount(0);

  // Whoever leaves is gone.
  await other.context.close();
  await expect(page.locator(`[data-person="${COLLEAGUE}"]`)).toHaveCount(0);
});

/** F274: work without network is kept, through a restart of the browser, and joins what others did meanwhile. */
test("edits made offline survive the browser and are merged", async ({ page, hub }) => {
  const made = await makeList(hub, `Offline ${Date.now()}`, { Panes: ["one", "two"] });
  const options = { ...test.info().project.use.launchOptions, viewport: DESK };
  const folder = await mkdtemp(join(tmpdir(), "hub-profile-"));
  let context = await chromium.launchPersistentContext(folder, options);
  let offline = context.pages()[0]!;
  const there = await open(offline, hub, made);
  // The page itself has to be on the device before it can be opened without network.
  await offline.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await expect(offline.locator("[data-stale]")).toBeVisible();
  await there.cell("one", "minutes").click();
  await offline.keyboard.type("45");
  await offline.keyboard.press("Enter");
  await expect(offline.locator("[data-save]")).toContainText("1 change on this device, not saved yet");
  await context.close();

  // Meanwhile somebody else works on.
  const desk = await open(page, hub, made);
  await desk.cell("one", "notes").click();
  await page.keyboard.type("Meanwhile");
  await page.keyboard.press("Enter");
  await desk.saved();

  context = await chromium.launchPersistentContext(folder, { ...options, offline: true });
  offline = context.pages()[0]!;
  await offline.goto(hub.url(`/projects/${made.project}/shot-list`));
  const again = sheet(offline);
  await expect(again.cell("one", "minutes")).toHaveText("45 min");
  await expect(offline.locator("[data-save]")).toContainText("1 change on this device, not saved yet");
  await again.cell("two", "notes").click();
  await offline.keyboard.type("Still offline");
  await offline.keyboard.press("Enter");
  await context.setOffline(false);
  await again.saved();
  for (const side of [again, desk]) {
    await expect(side.cell("one", "minutes")).toHaveText("45 min");
    await expect(side.cell("one", "notes")).toHaveText("Meanwhile");
    // The other's cursor still stands there, with their name.
    await expect(side.cell("two", "notes")).toContainText("Still offline");
  }
  await context.close();
  await rm(folder, { recursive: true, force: true });
});

/** Who changed what, line by line; a state that was kept by name is brought back for everybody. */
test("the list's history is read, and a version restored", async ({ page, hub }) => {
  const made = await makeList(hub, `History ${Date.now()}`, { Panes: ["one", "two"] });
  const { cell, shown, note, saved } = await open(page, hub, made);
  await cell("one", "minutes").click();
  await page.keyboard.type("25");
  await page.keyboard.press("Enter");
  await saved();
  await page.getByRole("button", { name: "History", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "History" });
  await cell("one", "description").click();
  const change = panel.locator('[data-change="time_est_minutes"]');
  await expect(change).toHaveText(/^Inès Delacourt.*Time: 10 min → 25 min$/);
  await panel.getByLabel("Keep the list as it is now").fill("Before the rain");
  await panel.getByRole("button", { name: "Keep it" }).click();
  await expect(note).toHaveText("Kept as “Before the rain”.");
  await expect(panel.getByRole("list", { name: "Versions" })).toContainText("Before the rain");
  expect(await barriers(page)).toEqual([]);

  await cell("two", "description").click();
  await page.keyboard.press("Control+Delete");
  await expect.poll(shown).toEqual(["Panes", "one"]);
  await saved();
  await panel.getByRole("button", { name: "Restore Before the rain" }).click();
  await panel.getByRole("button", { name: "Bring it back" }).click();
  await expect.poll(shown).toEqual(["Panes", "one", "two"]);
  await expect(cell("one", "minutes")).toHaveText("25 min");
  await expect(note).toHaveText("The list is as it was in “Before the rain”.");
});

/** A list of 5,000 shots: only what is in sight exists on the page, and all of it is reached. */
test("5,000 shots are worked on like fifty", async ({ page, hub }) => {
  const made = await makeList(hub, `Large ${Date.now()}`, { Panes: ["first"] });
  await hub.sql(`
    insert into shots (organization_id, project_id, shoot_id, shot_list_id, scene_id, description, time_est_minutes, rank)
    select l.organization_id, l.project_id, l.shoot_id, l.id, (select s.id from scenes s where s.shot_list_id = l.id), 'Shot ' || n, 1, 'b' || lpad(n::text, 5, '0') || '1'
      from shot_lists l, generate_series(1, 4999) n where l.id = '${made.list}'`);
  const { cell } = await open(page, hub, made);
  await expect(page.locator("[data-total]")).toHaveAttribute("data-total", "5009");
  expect(await page.locator("[data-line]").count()).toBeLessThan(80);
  await cell("first", "description").click();
  await page.keyboard.press("Control+End");
  await expect(cell("Shot 4999", "description")).toBeVisible();
  await page.keyboard.press("Home");
  await page.keyboard.type("The last one");
  await page.keyboard.press("Enter");
  await expect(cell("The last one", "description")).toBeVisible();
  expect(await page.locator("[data-line]").count()).toBeLessThan(80);
});

/** On set: a phone ticks shots off, the desk sees it, time left follows. */
test("shots are ticked off on a phone", async ({ page, browser, hub }) => {
  const made = await makeList(hub, `Set ${Date.now()}`, { Panes: ["one", "two"], Stair: ["three"] });
  const desk = await open(page, hub, made);
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true });
  const phone = await context.newPage();
  await signIn(phone, hub, `/projects/${made.project}/on-set`);
  await expect(phone.locator("[data-left]")).toHaveAttribute("data-left", "30");
  expect(await barriers(phone)).toEqual([]);
  await phone.getByRole("checkbox", { name: "Done: one" }).tap();
  await expect(desk.cell("one", "status")).toHaveText("✓ Done");
  await expect(phone.locator("[data-left]")).toHaveAttribute("data-left", "20");
  await expect(phone.locator("[data-shot]")).toHaveCount(2);
  await phone.getByRole("button", { name: /^two/ }).tap();
  await phone.getByRole("button", { name: "Shooting" }).tap();
  await expect(desk.cell("two", "status")).toHaveText("● Shooting");
  await phone.getByRole("button", { name: "All" }).tap();
  await expect(phone.getByRole("checkbox", { name: "Done: one" })).toBeChecked();
  expect(await barriers(phone)).toEqual([]);
  await phone.getByRole("button", { name: "Undo" }).tap();
  await expect(desk.cell("two", "status")).toHaveText("To do");
  await context.close();
});
