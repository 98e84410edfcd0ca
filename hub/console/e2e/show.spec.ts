import type { Page } from "@playwright/test";
import { barriers } from "./accessibility";
import { type DemoHub, expect, test, VIEWPORTS } from "./hub";

/** Signs the demo's producer in at the caller's desk, with a run that is live. */
async function callerDesk(page: Page, hub: DemoHub): Promise<void> {
  await page.goto(hub.ready.caller);
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator('[data-fresh="live"]').waitFor();
  const go = page.locator("[data-go]");
  await expect(go.or(page.locator("[data-start]"))).toBeVisible();
  if (!(await go.isVisible())) {
    await page.keyboard.press("r");
    await page.getByRole("button", { name: "Start the show" }).click();
  }
  await expect(go).toBeEnabled();
}

/** Number and title of a cue without spaces: screens set the number apart in their own ways. */
const cueText = async (page: Page, selector: string) => (await page.locator(selector).innerText()).replaceAll(/\s+/g, "");

test.use({ viewport: VIEWPORTS.caller });

/** F050, F140: a cue command is on the wall within a second; planned, actual and forecast stand side by side (F053). */
test("the wall follows the caller", async ({ page, browser, hub }) => {
  await callerDesk(page, hub);
  const { context, page: wall } = await hub.device(browser, "Follow wall", "wall");
  const next = await cueText(page, "[data-go] [data-next-cue]");
  await page.keyboard.press("Space");
  await expect.poll(() => cueText(wall, "[data-live-cue]"), { timeout: 1_000, intervals: [25] }).toBe(next);
  await expect.poll(() => cueText(page, "[data-live-cue]")).toBe(next);
  await expect(page.locator('tr[data-status="live"]')).toHaveCount(1);
  await expect(page.locator('tr[data-status="next"] td').nth(4)).toHaveText(/^\d\d:\d\d:\d\d$/);
  expect(await barriers(page)).toEqual([]);
  expect(await barriers(wall)).toEqual([]);

  // Hold stops the wall's countdown and says so; resume goes on.
  await page.waitForTimeout(500);
  await page.keyboard.press("h");
  await expect(wall.getByText("held", { exact: true })).toBeVisible();
  await page.waitForTimeout(500);
  await page.keyboard.press("h");
  await expect(wall.getByText("held", { exact: true })).toHaveCount(0);

  // Undo takes the show back to where it was.
  await expect(page.locator('[data-note="quiet"]')).toBeAttached();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toContainText("GO: start the next cue");
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await context.close();
});

/** F270: two callers press GO on the same cue: the show advances once, and the second is told that somebody moved first. */
test("a double next advances once", async ({ page, browser, hub }) => {
  await callerDesk(page, hub);
  // The second desk is slow: what the hub tells about changes is held back, so that it decides on what it last saw.
  const other = await browser.newContext({ viewport: VIEWPORTS.caller });
  const slow = await other.newPage();
  let holding = false;
  const held: (() => void)[] = [];
  await slow.routeWebSocket(/\/v1\/live/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const isDelta = typeof message === "string" && message.includes('"type":"delta"');
      if (holding && isDelta) held.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  await callerDesk(slow, hub);
  await expect.poll(() => cueText(slow, "[data-live-cue]")).toBe(await cueText(page, "[data-live-cue]"));
  const next = await cueText(page, "[data-go] [data-next-cue]");

  holding = true;
  await page.keyboard.press("Space");
  await expect.poll(() => cueText(page, "[data-live-cue]")).toBe(next);
  await slow.keyboard.press("Space");
  await expect(slow.getByText("Somebody moved first.")).toBeVisible();
  holding = false;
  held.splice(0).forEach((deliver) => deliver());
  await expect.poll(() => cueText(slow, "[data-live-cue]")).toBe(next);
  expect(await cueText(page, "[data-live-cue]")).toBe(next);
  await other.close();
});

/** F049: two walls whose own clocks are ten minutes apart change their digits within 100 ms of each other. */
test("walls with wrong clocks agree", async ({ page, browser, hub }) => {
  await callerDesk(page, hub);
  const seen: Map<string, number>[] = [];
  const contexts = [];
  for (const minutes of [-5, 5]) {
    const context = await browser.newContext({ viewport: VIEWPORTS.wall });
    await context.addInitScript((offset) => {
      const RealDate = Date;
      const now = () => RealDate.now() + offset;
      globalThis.Date = new Proxy(RealDate, {
        construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
        get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
      });
    }, minutes * 60_000);
    const wall = await context.newPage();
    const times = new Map<string, number>();
    seen.push(times);
    await wall.exposeBinding("sawCountdown", (_, text: string) => void (times.has(text) || times.set(text, performance.now())));
    await hub.pair(wall, `Wall ${minutes} min`, "wall");
    await wall.locator("[data-countdown]").waitFor();
    expect(await wall.evaluate(() => Math.round((Date.now() - performance.timeOrigin - performance.now()) / 60_000))).toBe(minutes);
    await wall.evaluate(() => {
      const digits = document.querySelector("[data-countdown]")!;
      const tell = () => void (globalThis as unknown as { sawCountdown(text: string): void }).sawCountdown(digits.textContent!);
      new MutationObserver(tell).observe(digits, { childList: true, characterData: true, subtree: true });
    });
    contexts.push(context);
  }
  const [first, second] = seen as [Map<string, number>, Map<string, number>];
  const both = () => [...first.keys()].filter((text) => second.has(text));
  // The first changes fall into the time in which the second wall still loads and the clocks settle.
  await expect.poll(() => both().length, { timeout: 20_000 }).toBeGreaterThan(8);
  const apart = both().slice(2).map((text) => Math.abs(first.get(text)! - second.get(text)!)).sort((a, b) => a - b);
  expect(apart[Math.floor(apart.length / 2)]).toBeLessThan(100);
  await Promise.all(contexts.map((context) => context.close()));
});

/** F049, F143: a silent link is marked within three seconds although no socket was closed, and heals without reload. */
test("a wall without signal says so and heals", async ({ page, browser, hub }) => {
  await callerDesk(page, hub);
  const { context, page: wall } = await hub.device(browser, "Quiet wall", "wall");
  await wall.evaluate(() => void ((globalThis as { sameDocument?: boolean }).sameDocument = true));
  await context.setOffline(true);
  await wall.locator("[data-stale]").waitFor({ timeout: 3_000 });
  await expect(wall.locator("[data-stale]")).toContainText(/No signal 0:0\d/);
  expect(await barriers(wall, "[data-stale]")).toEqual([]);

  const next = await cueText(page, "[data-go] [data-next-cue]");
  await page.keyboard.press("Space");
  await expect.poll(() => cueText(page, "[data-live-cue]")).toBe(next);
  await context.setOffline(false);
  await expect(wall.locator('[data-fresh="live"]')).toBeVisible();
  await expect(wall.locator("[data-stale]")).toHaveCount(0);
  await expect.poll(() => cueText(wall, "[data-live-cue]")).toBe(next);
  expect(await wall.evaluate(() => (globalThis as { sameDocument?: boolean }).sameDocument)).toBe(true);
  await context.close();
});

/** F049: the wall is one picture at 1080p and 4K, in type that is read from 5 m. */
for (const [name, viewport] of Object.entries({ "1080p": { width: 1920, height: 1080 }, "4K": { width: 3840, height: 2160 } })) {
  test(`the wall fits at ${name}`, async ({ page, browser, hub }) => {
    await callerDesk(page, hub);
    const { context, page: wall } = await hub.device(browser, `Wall ${name}`, "wall", { viewport });
    await wall.locator("[data-live-cue]").waitFor();
    const picture = await wall.evaluate(() => {
      const root = document.scrollingElement!;
      const vh = innerHeight / 100;
      const size = (selector: string) => parseFloat(getComputedStyle(document.querySelector(selector)!).fontSize) / vh;
      const outside = [...document.querySelectorAll("main *")].filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && (box.bottom > innerHeight + 1 || box.right > innerWidth + 1 || box.top < -1 || box.left < -1);
      });
      return {
        scrolls: root.scrollHeight > innerHeight || root.scrollWidth > innerWidth,
        outside: outside.map((element) => element.className),
        countdown: size("[data-countdown]"),
        rest: ["[data-live-cue]", "[data-next-cue]", "[data-arrived]", "[data-vip]", "[data-alert]", "[data-standing]"].map(size),
        cursor: getComputedStyle(document.querySelector(".wall")!).cursor,
      };
    });
    expect(picture).toMatchObject({ scrolls: false, outside: [], cursor: "none" });
    expect(picture.countdown).toBeGreaterThanOrEqual(20);
    for (const vh of picture.rest) expect(vh).toBeGreaterThanOrEqual(5.99);
    await context.close();
  });
}

/** F052: a message is on tablets and walls at once; the caller sees who has read it; an alert that is taken is gone everywhere. */
test("messages reach screens and come back as read", async ({ page, browser, hub }) => {
  await callerDesk(page, hub);
  const wall = await hub.device(browser, "Message wall", "wall");
  const tablet = await hub.device(browser, "Message tablet", "scan");
  const text = `Row ${Date.now()} is seated`;
  await page.keyboard.press("m");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await expect(wall.page.locator("[data-message]")).toContainText(text);
  await expect(tablet.page.locator("[data-message]")).toContainText(text);
  await tablet.page.getByRole("button", { name: "Read" }).click();
  await expect(tablet.page.locator("[data-message]")).toHaveCount(0);
  const posted = page.getByRole("listitem").filter({ hasText: text });
  await expect(posted).toContainText("read by Message tablet");
  await posted.getByRole("button", { name: "Clear" }).click();
  await expect(wall.page.locator("[data-message]")).toHaveCount(0);
  await wall.context.close();
  await tablet.context.close();
});
