import { barriers } from "./accessibility";
import { expect, test } from "./hub";

const EMAIL = "nora@maison.example";

test("F005: a mail's link asks before it acts, confirms an account, and wins it back", async ({ hub, page }) => {
  const ask = (path: string, body: unknown) =>
    page.request.post(hub.url(`/auth/v1/${path}`), { data: body as Record<string, unknown> });
  const signIn = async (password: string) => (await ask("token?grant_type=password", { email: EMAIL, password })).status();
  const open = async (secret: string) => {
    await page.goto("about:blank");
    await page.goto(hub.url(`/auth/v1/verify#${secret}`));
  };

  await ask("signup", { email: EMAIL, password: "a long enough one" });
  const confirmation = await hub.mailed(EMAIL, "Confirm your address");
  await open(confirmation);
  await expect(page.getByRole("heading", { name: "Confirm your address" })).toBeVisible();
  expect(page.url(), "the secret does not stay in the address").not.toContain("token_hash");
  expect(await barriers(page)).toEqual([]);
  expect(await signIn("a long enough one"), "nothing happens by itself").toBe(401);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Your address is confirmed.")).toBeVisible();
  expect(await signIn("a long enough one")).toBe(200);
  await open(confirmation);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("alert")).toHaveText("the link or code is wrong or has expired");

  await ask("recover", { email: EMAIL });
  await open(await hub.mailed(EMAIL, "Choose a new password"));
  await page.getByLabel(/^Password/).fill("short");
  await page.getByRole("button", { name: "Save the password" }).click();
  await expect(page.getByText("Your password is changed."), "too short is not sent").toBeHidden();
  await page.getByLabel(/^Password/).fill("the next password");
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Save the password" }).click();
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  expect([await signIn("a long enough one"), await signIn("the next password")]).toEqual([401, 200]);

  await page.goto("about:blank");
  await page.goto(hub.url("/auth/v1/verify"));
  await expect(page.getByText("This link is not complete.")).toBeVisible();
  await expect(page.getByRole("button")).toBeHidden();
});
