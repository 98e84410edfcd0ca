import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import QRCode from "qrcode";
import { expect, test, VIEWPORTS } from "./hub";

/** A film of one still picture in Y4M, which Chromium plays as its camera. */
function film(text: string, width = 640, height = 480): Buffer {
  const { data, size } = QRCode.create(text, { errorCorrectionLevel: "M" }).modules;
  const scale = Math.floor((height * 0.8) / size);
  const [left, top] = [Math.floor((width - size * scale) / 2), Math.floor((height - size * scale) / 2)];
  const luma = Buffer.alloc(width * height, 235);
  for (let y = 0; y < size * scale; y++) {
    for (let x = 0; x < size * scale; x++) {
      if (data[Math.floor(y / scale) * size + Math.floor(x / scale)]) luma[(top + y) * width + left + x] = 16;
    }
  }
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), ...Array.from({ length: 10 }, () => frame)]);
}

/** F079: a code in front of the camera is one scan, read by WebAssembly under the hub's content policy. */
test("the camera reads a ticket once", async ({ hub }, { project }) => {
  const guest = await hub.guest();
  const folder = await mkdtemp(join(tmpdir(), "hub-camera-"));
  const path = join(folder, "ticket.y4m");
  await writeFile(path, film(guest.code));
  const launch = project.use.launchOptions!;
  const browser = await chromium.launch({
    ...launch,
    args: [...launch.args!, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${path}`],
  });
  try {
    const { context, page } = await hub.device(browser, "Camera tablet", "scan", { permissions: ["camera"], viewport: VIEWPORTS.scan });
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.getByRole("button", { name: "Open the camera" }).click();
    await expect(page.locator('[data-verdict="admitted"]')).toContainText(guest.name);
    await page.getByRole("button", { name: "Next guest" }).click();
    // It stays in view and does not count again.
    await page.waitForTimeout(1_500);
    await expect(page.getByRole("list", { name: "Last scans" }).locator("[data-scan]")).toHaveCount(1);
    expect(complaints).toEqual([]);
    await context.close();
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
});
