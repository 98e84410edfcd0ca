import { defineConfig } from "@playwright/test";

/**
 * Browser tests against a real hub. `HUB_BIN` names its binary (default: the workspace's debug build); the console has
 * to be built first, because the hub serves it.
 */
export default defineConfig({
  testDir: "e2e",
  // One hub and one browser at a time: the tests measure seconds.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    screenshot: "only-on-failure",
  },
});
