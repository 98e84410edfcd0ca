import type { Page } from "@playwright/test";
import { barriers } from "./accessibility";
import { type DemoHub, expect, test } from "./hub";

/** A caller's desk that shows the looks of a segment; and how the database has them. */
async function desk(page: Page, hub: DemoHub, name: string) {
  await hub.pair(page, name, "caller");
  const lines = page.locator("[data-look]");
  for (let n = 0; n < 40 && (await lines.count()) === 0; n += 1) await page.keyboard.press("ArrowDown");
  await expect(lines.first()).toBeVisible();
  const shown = () => lines.evaluateAll((found) => found.map((line) => (line as HTMLElement).dataset.look!));
  const [one] = await shown();
  const stored = () => hub.sql(`select id from show_lineup where segment_id = (select segment_id from show_lineup where id = '${one}') order by order_index`);
  const handle = (n: number) => lines.nth(n).locator("[data-look-handle]");
  const note = page.locator("[data-look-note]");
  return { lines, shown, stored, handle, note };
}

test.use({ viewport: { width: 1440, height: 900 } });

/** F066: the running order is changed with the keyboard alone, is heard, and is the hub's when it is done. */
test("a look is moved with the keyboard", async ({ page, hub }) => {
  const { shown, stored, handle, note } = await desk(page, hub, "Keyboard desk");
  const before = await shown();
  expect(before.length).toBeGreaterThan(4);
  expect(await stored()).toEqual(before);
  const selected = await page.getByText(/^Selected: /).innerText();

  await handle(0).focus();
  await page.keyboard.press("Space");
  await expect(note).toHaveText(/^Holding .+, place 1 of \d+\. Arrow keys move it/);
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(note).toHaveText(new RegExp(`: place 3 of ${before.length}$`));
  await expect(handle(2)).toBeFocused();
  const [first, second, third, ...rest] = before as [string, string, string, ...string[]];
  expect(await shown()).toEqual([second, third, first, ...rest]);
  expect(await stored(), "nothing is asked for while it is held").toEqual(before);
  await page.keyboard.press("Space");
  await expect(note).toHaveText(/ was moved to place 3 of \d+$/);
  expect(await stored()).toEqual([second, third, first, ...rest]);
  expect(await shown()).toEqual([second, third, first, ...rest]);
  await expect(handle(2)).toBeFocused();

  // To the end and back, and then it never happened.
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  expect((await shown()).at(-1)).toBe(first);
  await page.keyboard.press("Escape");
  await expect(note).toHaveText(/ is back at place 3 of \d+$/);
  expect(await shown()).toEqual([second, third, first, ...rest]);
  await page.keyboard.press("Space");
  await page.keyboard.press("Home");
  await page.keyboard.press("Tab");
  await expect(note).toHaveText(/ is back at place 3/);
  expect(await stored()).toEqual([second, third, first, ...rest]);
  expect(await page.getByText(/^Selected: /).innerText(), "the desk's own arrows were not meant").toBe(selected);
  expect(await barriers(page)).toEqual([]);
});

/** F066: a look is dragged, another desk sees it, and Escape puts it back. */
test("a look is dragged", async ({ page, browser, hub }) => {
  const { lines, shown, stored, handle, note } = await desk(page, hub, "Dragging desk");
  const other = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const watching = await desk(await other.newPage(), hub, "Watching desk");
  const before = await shown();
  const middle = async (n: number) => {
    const box = (await lines.nth(n).boundingBox())!;
    return { x: box.x + 12, y: box.y + box.height / 2 };
  };
  const drag = async (from: number, to: number) => {
    const [start, end] = [await middle(from), await middle(to)];
    await handle(from).hover();
    await page.mouse.down();
    await page.mouse.move(start.x, (start.y + end.y) / 2, { steps: 5 });
    await page.mouse.move(end.x, end.y + (to > from ? 6 : -6), { steps: 5 });
  };
  const [first, second, third, ...rest] = before as [string, string, string, ...string[]];
  await drag(0, 2);
  await expect.poll(shown).toEqual([second, third, first, ...rest]);
  await expect(lines.nth(2)).toHaveAttribute("data-held", "true");
  expect(await barriers(page)).toEqual([]);
  expect(await watching.shown(), "others see what is done, not what is tried").toEqual(before);
  await page.mouse.up();
  await expect(note).toHaveText(/ was moved to place 3/);
  expect(await stored()).toEqual([second, third, first, ...rest]);
  await expect.poll(watching.shown).toEqual([second, third, first, ...rest]);

  await drag(2, 0);
  await expect.poll(shown).toEqual(before);
  await page.keyboard.press("Escape");
  await expect.poll(shown).toEqual([second, third, first, ...rest]);
  await page.mouse.up();
  expect(await stored()).toEqual([second, third, first, ...rest]);

  await drag(2, 1);
  await page.mouse.up();
  await drag(1, 0);
  await page.mouse.up();
  await expect.poll(watching.shown).toEqual(before);
  expect(await stored()).toEqual(before);
  await other.close();
});

/** F066: what was shown too early is taken back when the hub says no; its answer is final. */
test("a move that the hub refuses is taken back", async ({ page, hub }) => {
  let holding = false;
  const held: (() => void)[] = [];
  await page.routeWebSocket(/\/v1\/live/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const isDelta = typeof message === "string" && message.includes('"type":"delta"');
      if (holding && isDelta) held.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  const { shown, stored, handle, note } = await desk(page, hub, "Slow desk");
  const before = await shown();
  holding = true;
  // Somebody else cuts the look out; this desk has not heard of it.
  await hub.sql(`delete from show_lineup where id = '${before[1]}'`);
  await handle(1).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await expect(note).toHaveText("Not moved: No such look in this event");
  expect(await shown(), "as it was").toEqual(before);
  expect(await barriers(page)).toEqual([]);
  holding = false;
  held.splice(0).forEach((deliver) => deliver());
  await expect.poll(shown).toEqual(before.filter((_, n) => n !== 1));
  expect(await stored()).toEqual(await shown());
});
