import { barriers } from "./accessibility";
import { expect, test } from "./hub";
import { colleague, DESK, make, makeList, open, paste, PHONE, signIn } from "./sheet";

test.use({ viewport: DESK });

/** F021, F022, F026: products are found, put on shots, and dropped on a scene. */
test("products are linked by search, in one go, and by dropping", async ({ page, hub }) => {
  const made = await makeList(hub, `Products ${Date.now()}`, { Panes: ["one", "two"] });
  const { cell, line, shown, saved } = await open(page, hub, made);
  await cell("one", "products").click();
  await page.keyboard.press("Enter");
  await page.keyboard.type("opera");
  await expect(page.getByRole("option", { name: /Opera coat/ })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Take off Opera coat" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(cell("one", "products")).toHaveText("OMB-003");
  await expect(line("Panes").locator('[data-column="products"]')).toHaveText("OMB-003");

  await page.getByRole("button", { name: "Products", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Products" });
  await expect(panel.getByText("in scene 1")).toHaveCount(1);
  await panel.getByLabel("Search products").fill("velvet");
  await expect(panel.getByRole("listitem")).toHaveCount(1);
  await panel.getByRole("listitem").dragTo(line("Panes").locator('[data-column="notes"]'));
  await expect(cell("two", "products")).toHaveText("MIN-001");
  await panel.getByLabel("Search products").fill("");
  await panel.getByLabel(/Pearl organza/).check();
  await panel.getByLabel(/Jet column/).check();
  await cell("one", "description").click();
  await cell("two", "description").click({ modifiers: ["Shift"] });
  expect(await barriers(page)).toEqual([]);
  await panel.getByRole("button", { name: "Put 2 on 2 selected shots" }).click();
  await expect(cell("one", "products").locator(".code")).toHaveCount(3);
  await expect(cell("two", "products").locator(".code")).toHaveCount(3);
  await panel.getByLabel(/Tailored cape/).check();
  await panel.getByRole("button", { name: "A new shot for each" }).click();
  await expect.poll(shown).toEqual(["Panes", "one", "two", "Tailored cape"]);
  await saved();
  const linked = () => hub.sql(`select s.description, count(*) from shots s join shot_products p on p.shot_id = s.id where s.shot_list_id = '${made.list}' group by s.id, s.description, s.rank order by s.rank`);
  await expect.poll(linked).toEqual(["one|3", "two|3", "Tailored cape|1"]);
});

/** F041: who is in a shot is chosen from the cast, found by search, or pasted by name; the other desk, the set and the call sheet say so. */
test("models are put in shots", async ({ page, browser, hub }) => {
  const stamp = Date.now();
  const made = await makeList(hub, `Models ${stamp}`, { Panes: ["one", "two"] });
  const cast = `Ilse Vandamme ${stamp}`;
  const free = `Ilse Ostrowska ${stamp}`;
  const declined = `Ilse Aerts ${stamp}`;
  const pasted = `Oda Lindqvist ${stamp}`;
  for (const [name, status] of [[cast, "confirmed"], [free, null], [declined, "declined"], [pasted, null]] as const) {
    const model = await make(hub, "model_profiles", { name });
    if (status) await make(hub, "shoot_models", { project_id: made.project, shoot_id: made.shoot, model_profile_id: model, status });
  }
  const ines = await open(page, hub, made);
  const other = await colleague(browser, hub);
  const clemence = await open(other.page, hub, made, other.email);

  // Who is cast is offered before anything is typed, and before the others after that.
  await ines.cell("one", "models").click();
  await page.keyboard.press("Enter");
  const options = page.getByRole("listbox", { name: "Models" }).getByRole("option");
  await expect(options.first()).toContainText(cast);
  await expect(options.first()).toContainText("confirmed");
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.type(`ilse ${stamp}`);
  await expect(options).toHaveText([new RegExp(cast), new RegExp(declined), new RegExp(free)]);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: `Take out ${cast}` })).toBeVisible();
  await page.keyboard.type(`ostrowska ${stamp}`);
  await expect(options).toHaveText([new RegExp(free)]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  for (const side of [ines, clemence]) {
    await expect(side.cell("one", "models")).toHaveText(`${cast}${free}`);
    await expect(side.cell("Panes", "models")).toHaveText(`${cast}, ${free}`);
  }

  // Names are matched, whatever their case; one that is nobody's is an error of its cell.
  await ines.cell("two", "models").click();
  await paste(page, `Shot\tModels\nthree\t${pasted.toLowerCase()}\nfour\tNobody At All`);
  const dialog = page.getByRole("dialog", { name: "Paste 2 rows" });
  await expect(dialog.getByText("1 cell is wrong.")).toBeVisible();
  await expect(dialog.locator("[data-wrong]")).toContainText("There is no model “Nobody At All”");
  expect(await barriers(page)).toEqual([]);
  await dialog.getByLabel("Leave these out and take the rest").check();
  await dialog.getByRole("button", { name: "Paste 2 rows" }).click();
  await expect(clemence.cell("three", "models")).toHaveText(pasted);
  await expect(clemence.cell("four", "models")).toHaveText("");
  await ines.saved();
  const stored = () =>
    hub.sql(`
      select s.description, string_agg(m.name, ', ' order by x.rank collate "C") from shots s
        join shot_models x on x.shot_id = s.id join model_profiles m on m.id = x.model_profile_id
       where s.shot_list_id = '${made.list}' group by s.id, s.description, s.rank order by s.rank collate "C"`);
  await expect.poll(stored).toEqual([`one|${cast}, ${free}`, `three|${pasted}`]);

  // One shot's models go into others, and out again by undo.
  await ines.cell("one", "models").click();
  await ines.cell("two", "models").click({ modifiers: ["Shift"] });
  await page.keyboard.press("Control+d");
  // In the other window, Inès's name stands beside her cell.
  await expect(clemence.cell("two", "models")).toContainText(`${cast}${free}`);
  await page.keyboard.press("Control+z");
  await expect(ines.note).toHaveText("Undone: filling down");
  await expect(clemence.cell("two", "models")).not.toContainText("Ilse");

  // Beside the list: several are put in at once.
  await page.getByRole("button", { name: "Models", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Models" });
  await expect(panel.getByRole("listitem").first()).toContainText(`${cast}confirmed · in scene 1`);
  expect(await barriers(page)).toEqual([]);
  await panel.getByLabel("Search models").fill(`ilse ${stamp}`);
  await expect(panel.getByRole("listitem")).toHaveCount(3);
  await panel.getByLabel(new RegExp(free)).check();
  await panel.getByLabel(new RegExp(declined)).check();
  await ines.cell("two", "description").click();
  await panel.getByRole("button", { name: "Put 2 on 1 selected shot" }).click();
  await expect(clemence.cell("two", "models").getByTitle("Ilse")).toHaveCount(2);
  await ines.saved();

  await page.getByRole("button", { name: "History", exact: true }).click();
  await ines.cell("one", "models").click();
  const changes = page.locator('[data-change^="models."]');
  await expect(changes.filter({ hasText: `${cast} put in` })).toHaveCount(1);
  await expect(changes.filter({ hasText: `${free} put in` })).toHaveCount(1);
  await other.context.close();

  const context = await browser.newContext({ viewport: PHONE, hasTouch: true });
  const phone = await context.newPage();
  await signIn(phone, hub, `/projects/${made.project}/on-set`);
  await expect(phone.locator("[data-shot]").filter({ hasText: "one" })).toContainText(`${cast}, ${free}`);
  await phone.getByRole("button", { name: /^one/ }).tap();
  await expect(phone.getByText(`Models: ${cast}, ${free}`)).toBeVisible();
  expect(await barriers(phone)).toEqual([]);
  await context.close();

  await page.goto(hub.url(`/projects/${made.project}/call-sheet`));
  await expect(page.getByRole("article", { name: "Call sheet" }).getByRole("row", { name: /^1\.1/ })).toContainText(`${cast}, ${free}`);
});
