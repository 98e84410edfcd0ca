import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { barriers } from "./accessibility";
import { BINARY, expect, test, VIEWPORTS } from "./hub";

const PROBE = new URL("../../../plugins/probe", import.meta.url).pathname;
const MODULE = new URL("../../../plugins/target/wasm32-unknown-unknown/release/probe.wasm", import.meta.url).pathname;
const SECRET = "canary-51d0";

/** Packs the probe; as a later version where `change` says so, which keeps the length of what it replaces: the module holds the manifest too. */
async function packages(folder: string, versions: Record<string, (text: string) => string>): Promise<void> {
  const key = join(folder, "key");
  await promisify(execFile)(BINARY, ["plugin", "key", key]);
  for (const [name, change] of Object.entries(versions)) {
    const project = join(folder, name);
    await mkdir(project);
    for (const [from, to] of [[join(PROBE, "manifest.json"), "manifest.json"], [MODULE, "probe.wasm"]] as const) {
      await writeFile(join(project, to), change(await readFile(from, "latin1")), "latin1");
    }
    await promisify(execFile)(BINARY, ["plugin", "pack", project, "--wasm", join(project, "probe.wasm"), "--key", key, "--out", join(folder, `${name}.plugin`)]);
  }
}

test.use({ viewport: VIEWPORTS.caller });

/** F276, F278: a package is installed from a file with what is granted to it, connected, watched at work, paused, removed. */
test("an owner installs a plugin, connects it and watches it at work", async ({ page, hub }) => {
  const folder = await mkdtemp(join(tmpdir(), "hub-e2e-plugin-"));
  await packages(folder, {
    now: (text) => text,
    later: (text) => text.replaceAll('"version": "1.0.0"', '"version": "1.1.0"').replaceAll("slow.vendor.example", "more.vendor.example"),
  });

  await page.goto(hub.url("/"));
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Plugins" }).click();
  await expect(page.getByRole("heading", { name: "Catalogue" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);

  await page.getByLabel("Choose a package").setInputFiles(join(PROBE, "manifest.json"));
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Choose a package").setInputFiles(join(folder, "now.plugin"));
  const consent = page.getByRole("dialog", { name: "Install Probe 1.0.0?" });
  await expect(consent).toContainText("api.vendor.example/v1 (GET, POST)");
  await expect(consent).toContainText("a key: token");
  await expect(consent.getByLabel("Reads catalog")).toBeChecked();
  expect(await barriers(page)).toEqual([]);
  await consent.getByLabel("Reads catalog").uncheck();
  await consent.getByRole("button", { name: "Grant and install" }).click();
  await page.waitForURL(/\/plugins\/[0-9a-f-]{36}$/);
  const install = page.url().split("/").at(-1)!;
  await expect(page.getByText("Not granted: reads catalog")).toBeVisible();

  await page.getByRole("button", { name: "Connect an account" }).click();
  await page.getByLabel("Account at the vendor").fill("vale");
  await expect(page.getByLabel("Key: token")).toHaveAttribute("type", "password");
  await page.getByLabel("Key: token").fill(SECRET);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Connect it" }).click();
  await expect(page.getByRole("list", { name: "Accounts" })).toContainText("vale");
  expect(await (await hub.api("GET", `/v1/plugins/installs/${install}`)).text()).not.toContain(SECRET);

  // By a button; then two that somebody else queues, which are shown as they run.
  const jobs = page.getByRole("list", { name: "Jobs" }).getByRole("listitem");
  await page.getByLabel("Record it for the plugin's author").check();
  await page.getByRole("button", { name: "Do nothing now" }).click();
  await expect(jobs.filter({ hasText: "Do nothing" })).toHaveAttribute("data-status", "succeeded");
  await jobs.filter({ hasText: "Do nothing" }).getByRole("button", { name: "Runs and log" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the recording" }).click();
  expect((await download).suggestedFilename()).toMatch(/^run-.+\.json$/);
  await page.keyboard.press("Escape");

  const [connection] = await hub.sql(`select id from plugin_connections where install_id = '${install}'`);
  const queue = (steps: object[]) => hub.api("POST", `/v1/plugins/installs/${install}/jobs`, { kind: "pull", connection_id: connection, payload: { steps } });
  await queue([{ do: "say", text: "hello from the sandbox", times: 2 }]);
  const steps = jobs.filter({ hasText: "Do the steps" });
  await expect(steps.first()).toHaveAttribute("data-status", "succeeded");
  await steps.first().getByRole("button", { name: "Runs and log" }).click();
  const log = page.getByRole("list", { name: "Log" });
  await expect(log.getByText("hello from the sandbox")).toHaveCount(2);
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Escape");

  await queue([{ do: "fail", kind: "permanent" }]);
  await expect(steps.first()).toHaveAttribute("data-status", "dead");
  await steps.first().getByRole("button", { name: "Retry" }).click();
  await steps.first().getByRole("button", { name: "Runs and log" }).click();
  await expect(page.getByLabel("Run", { exact: true }).locator("option")).toHaveCount(2);
  await page.keyboard.press("Escape");
  expect(await barriers(page)).toEqual([]);

  // Another version: what it asks for anew is shown before anybody agrees; what was left out stays left out.
  await page.getByRole("link", { name: "All plugins" }).click();
  await page.getByLabel("Choose a package").setInputFiles(join(folder, "later.plugin"));
  const upgrade = page.getByRole("dialog", { name: "Another version of Probe?" });
  await expect(upgrade.getByRole("list", { name: "Asked for anew" })).toContainText("more.vendor.example");
  await expect(upgrade.getByRole("list", { name: "Not asked for any more" })).toContainText("slow.vendor.example");
  await expect(upgrade.getByLabel("Reads catalog")).not.toBeChecked();
  expect(await barriers(page)).toEqual([]);
  await upgrade.getByRole("button", { name: "Agree and run 1.1.0" }).click();
  await expect(upgrade).toBeHidden();
  await page.getByRole("link", { name: /^Probe/ }).click();
  await expect(page.getByText("1.1.0 by FashionOS Hub")).toBeVisible();

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Nothing of it runs.")).toBeVisible();
  await page.getByRole("button", { name: "Do nothing now" }).click();
  await expect(jobs.first()).toHaveAttribute("data-status", "queued");
  await jobs.first().getByRole("button", { name: "Cancel" }).click();
  await expect(jobs.first()).toHaveAttribute("data-status", "cancelled");

  await page.getByRole("button", { name: "Remove…" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await page.waitForURL(/\/plugins$/);
  await expect(page.getByRole("button", { name: "Install Probe" })).toBeVisible();
  expect(await hub.sql(`select count(*) from plugin_connections where provider = 'probe'`)).toEqual(["0"]);
  await rm(folder, { recursive: true });
});

/** F213, F216: a job about a deal is begun from the catalogue's own plugin by choosing the deal. */
test("an owner begins a job about a deal", async ({ page, hub }) => {
  await page.goto(hub.url("/"));
  await page.getByLabel("E-mail").fill(hub.ready.email);
  await page.getByLabel("Password").fill(hub.ready.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Plugins" }).click();
  await page.getByRole("button", { name: "Install Gemini" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Grant and install" }).click();
  await page.waitForURL(/\/plugins\/[0-9a-f-]{36}$/);
  await page.getByRole("button", { name: "Connect an account" }).click();
  await page.getByLabel("Account at the vendor").fill("house");
  await page.getByLabel("Key: key").fill(SECRET);
  await page.getByRole("button", { name: "Connect it" }).click();
  await expect(page.getByRole("list", { name: "Accounts" })).toContainText("house");

  const [deal] = await hub.sql("select id || ' ' || title from deals order by title desc limit 1");
  const [id, ...title] = deal!.split(" ");
  await page.getByRole("button", { name: "Think about a deal…" }).click();
  const sheet = page.getByRole("dialog", { name: "Think about a deal" });
  await sheet.getByLabel("Look for a deal").fill(title.join(" ").slice(0, 12));
  await sheet.getByLabel("Deal", { exact: true }).selectOption({ label: title.join(" ") });
  expect(await barriers(page)).toEqual([]);
  await sheet.getByRole("button", { name: "Begin" }).click();
  await expect(sheet).toBeHidden();
  const job = page.getByRole("list", { name: "Jobs" }).getByRole("listitem").filter({ hasText: "Think about a deal" });
  await expect(job).toHaveCount(1);
  expect(await hub.sql("select payload ->> 'deal_id' from plugin_jobs where kind = 'deal'")).toEqual([id]);

  await page.getByRole("button", { name: "Remove…" }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await page.waitForURL(/\/plugins$/);
});
