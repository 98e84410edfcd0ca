import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MailingHub } from "../mailing_hub.js";

const ONWARDS = "https://app.example/welcome";
const PASSWORD = "a long enough one";

let hub;
before(async () => {
  hub = await MailingHub.start();
});
after(() => hub?.stop());

const good = ({ error }) => assert.equal(error, null, JSON.stringify(error));

/** What the hub's page does with a mail's link: the code in the address that it sends the browser to. */
async function follow(kind, link) {
  const answer = await fetch(`${hub.url}/auth/v1/verify?redirect_to=${encodeURIComponent(ONWARDS)}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ type: kind, token_hash: link, hand_on: true }),
  });
  const told = await answer.json();
  assert.deepEqual(Object.keys(told).sort(), ["code", "redirect_to"]);
  assert.equal(told.redirect_to, ONWARDS);
  return told.code;
}

const exchange = (code, verifier) =>
  fetch(`${hub.url}/auth/v1/token?grant_type=pkce`, {
    method: "POST",
    headers: { apikey: "anon", "content-type": "application/json" },
    body: JSON.stringify({ auth_code: code, code_verifier: verifier }),
  });

test("F005: sign up, confirm by the link, exchange its code", async () => {
  const email = "petra@maison.example";
  const client = hub.client({ flowType: "pkce" });
  good(await client.auth.signUp({ email, password: PASSWORD, options: { emailRedirectTo: ONWARDS } }));
  const code = await follow("signup", (await hub.mail(email)).link);
  const thief = await exchange(code, "x".repeat(56));
  assert.deepEqual([thief.status, (await thief.json()).error_code], [400, "bad_code_verifier"]);
  const { data, error } = await client.auth.exchangeCodeForSession(code);
  good({ error });
  assert.equal(data.user.email, email);
  good(await client.auth.getUser());
  good(await client.auth.refreshSession());
  const again = await exchange(code, "x".repeat(56));
  assert.deepEqual([again.status, (await again.json()).error_code], [404, "flow_state_not_found"]);
  await hub.signedIn(email, PASSWORD);
});

test("sign in by the mail's link, and by its code", async () => {
  const client = hub.client({ flowType: "pkce" });
  const options = { shouldCreateUser: false, emailRedirectTo: ONWARDS };
  good(await client.auth.signInWithOtp({ email: MailingHub.OWNER, options }));
  good(await client.auth.exchangeCodeForSession(await follow("magiclink", (await hub.mail(MailingHub.OWNER)).link)));
  assert.equal((await client.auth.getUser()).data.user?.email, MailingHub.OWNER);

  const other = hub.client({ flowType: "pkce" });
  good(await other.auth.signInWithOtp({ email: MailingHub.OWNER, options }));
  const { code } = await hub.mail(MailingHub.OWNER, 2);
  good(await other.auth.verifyOtp({ type: "email", email: MailingHub.OWNER, token: code }));
  good(await other.auth.getUser());
});

test("a password is won back, and an address changed", async () => {
  const email = "petra@maison.example";
  const client = hub.client({ flowType: "pkce" });
  const events = [];
  client.auth.onAuthStateChange((event) => events.push(event));
  good(await client.auth.resetPasswordForEmail(email, { redirectTo: ONWARDS }));
  const { data, error } = await client.auth.exchangeCodeForSession(await follow("recovery", (await hub.mail(email, 2)).link));
  good({ error });
  assert.equal(data.redirectType, "recovery");
  assert.ok(events.includes("PASSWORD_RECOVERY"), events.join());
  good(await client.auth.updateUser({ password: "the next password" }));

  const next = "petra.next@maison.example";
  good(await client.auth.updateUser({ email: next }, { emailRedirectTo: ONWARDS }));
  // The client forgets its verifier with the answer to updateUser, so it cannot exchange this code; it is signed in already, and the
  // address is changed by the link itself.
  await follow("email_change", (await hub.mail(next)).link);
  assert.equal((await client.auth.getUser()).data.user?.email, next);
  await hub.signedIn(next, "the next password");
});
