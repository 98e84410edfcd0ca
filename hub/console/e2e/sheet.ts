import { type Browser, expect, type Page } from "@playwright/test";
import type { DemoHub } from "./hub";

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
/** A second producer of the house. */
export const COLLEAGUE = "Clémence Okoro";

/** A project with a shoot and its list: scenes by title, each with its shots. */
export interface Made {
  project: string;
  shoot: string;
  list: string;
}

/** A new row; its id. */
export async function make(hub: DemoHub, table: string, row: unknown): Promise<string> {
  const answer = await hub.api("POST", `/rest/v1/${table}?select=id`, row, { prefer: "return=representation" });
  return ((await answer.json()) as { id: string }[])[0]!.id;
}

export async function makeList(hub: DemoHub, title: string, scenes: Record<string, string[]>): Promise<Made> {
  const insert = (table: string, row: unknown) => make(hub, table, row);
  const project = await insert("projects", { title, type: "shoot" });
  const shoot = await insert("shoots", { project_id: project, title });
  const list = await insert("shot_lists", { shoot_id: shoot, title: "Shot list" });
  for (const [scene, shots] of Object.entries(scenes)) {
    const id = await insert("scenes", { shot_list_id: list, title: scene });
    for (const description of shots) await insert("shots", { shot_list_id: list, scene_id: id, description, time_est_minutes: 10 });
  }
  return { project, shoot, list };
}

export async function signIn(page: Page, hub: DemoHub, path: string, email = hub.ready.email): Promise<void> {
  await page.goto(hub.url(path));
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What a page shows of a list. */
export function sheet(page: Page) {
  const line = (name: string) => page.locator(`[data-line][data-name="${name}"]`);
  return {
    line,
    cell: (text: string, column: string) => line(text).locator(`[data-column="${column}"]`),
    shown: () => page.locator("[data-line]").evaluateAll((lines) => lines.map((line) => (line as HTMLElement).dataset.name)),
    note: page.locator("[data-note]"),
    saved: async () => {
      await expect(page.locator('[data-save="online"]')).toHaveText("All changes saved");
    },
  };
}

export async function open(page: Page, hub: DemoHub, made: Made, email?: string) {
  await signIn(page, hub, `/projects/${made.project}/shot-list`, email);
  const seen = sheet(page);
  await seen.saved();
  return seen;
}

/** Puts a text on the clipboard of the page and pastes it into the sheet. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.getByRole("grid").evaluate((grid, plain) => {
    const data = new DataTransfer();
    data.setData("text/plain", plain);
    grid.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

/** A second person in a browser of their own. */
export async function colleague(browser: Browser, hub: DemoHub) {
  await hub.sql(`
    insert into user_credentials (user_id, password_hash)
    select u.id, (select c.password_hash from user_credentials c join users p on p.id = c.user_id where p.full_name = 'Inès Delacourt')
      from users u where u.full_name = '${COLLEAGUE}' on conflict do nothing`);
  const context = await browser.newContext({ viewport: DESK });
  return { context, page: await context.newPage(), email: "clemence.okoro@nocturne.example" };
}
