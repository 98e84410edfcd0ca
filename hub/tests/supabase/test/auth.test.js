import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { authenticatorCode, MailingHub } from "../mailing_hub.js";

let hub;
before(async () => {
  hub = await MailingHub.start();
});
after(() => hub?.stop());

/** An answer that is none of an error. */
const good = ({ error }) => assert.equal(error, null, JSON.stringify(error));

/** These members, whatever else there is. */
const has = (actual, expected) => {
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, actual?.[name]]));
  assert.deepEqual(found, expected);
};

/** Asks again until it holds. */
const until = async (what, holds) => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(what);
};

const PASSWORD = "a long enough one";

test("F005: sign up, confirm by the mail's code, sign in, refresh, sign out", async () => {
  const email = "nora@maison.example";
  const client = hub.client();
  const events = [];
  client.auth.onAuthStateChange((event) => events.push(event));
  const made = await client.auth.signUp({ email, password: PASSWORD, options: { data: { full_name: "Nora New" } } });
  good(made);
  assert.equal(made.data.session, null);
  assert.equal(made.data.user?.email, email);
  const early = await client.auth.signInWithPassword({ email, password: PASSWORD });
  has(early.error, { code: "invalid_credentials", status: 400 });

  const { code } = await hub.mail(email);
  const wrong = await client.auth.verifyOtp({ type: "signup", email, token: code === "000000" ? "000001" : "000000" });
  has(wrong.error, { code: "otp_expired", status: 403 });
  const confirmed = await client.auth.verifyOtp({ type: "signup", email, token: code });
  good(confirmed);
  assert.deepEqual(confirmed.data.user?.user_metadata, { full_name: "Nora New" });
  const signedIn = await client.auth.signInWithPassword({ email, password: PASSWORD });
  good(signedIn);
  assert.equal((await client.auth.getUser()).data.user?.email, email);

  const before = signedIn.data.session;
  const refreshed = await client.auth.refreshSession();
  good(refreshed);
  assert.notEqual(refreshed.data.session.refresh_token, before.refresh_token);
  good(await client.auth.getUser());
  good(await client.auth.signOut());
  const ended = await hub.client().auth.getUser(before.access_token);
  assert.equal(ended.error?.name, "AuthSessionMissingError");
  const gone = await hub.client().auth.refreshSession({ refresh_token: refreshed.data.session.refresh_token });
  has(gone.error, { code: "refresh_token_not_found" });
  await until("every event is told", () => ["SIGNED_IN", "TOKEN_REFRESHED", "SIGNED_OUT"].every((event) => events.includes(event)));
});

test("an address that has an account is answered like any other", async () => {
  const taken = await hub.client().auth.signUp({ email: MailingHub.OWNER, password: PASSWORD });
  const free = await hub.client().auth.signUp({ email: "free@maison.example", password: PASSWORD });
  assert.deepEqual([taken.error, free.error], [null, null]);
  assert.deepEqual(Object.keys(taken.data.user), Object.keys(free.data.user));
  assert.equal(taken.data.user.identities.length, free.data.user.identities.length);
  assert.equal((await hub.mail(MailingHub.OWNER)).subject, "You have an account already");
  await hub.signedIn();
  const weak = await hub.client().auth.signUp({ email: "weak@maison.example", password: "short" });
  has(weak.error, { name: "AuthWeakPasswordError", reasons: ["length"] });
});

test("the client verifies a token by itself, and refuses one that was altered", async () => {
  const client = await hub.signedIn();
  const { data, error } = await client.auth.getClaims();
  good({ error });
  has(data.header, { alg: "ES256" });
  has(data.claims, { aal: "aal1", role: "authenticated", aud: "authenticated", iss: `${hub.url}/auth/v1` });
  assert.ok(!JSON.stringify(data.claims).includes("maison.example"));
  const { access_token } = (await client.auth.getSession()).data.session;
  const [header, payload, signature] = access_token.split(".");
  const raised = Buffer.from(JSON.stringify({ ...data.claims, aal: "aal2" })).toString("base64url");
  for (const token of [`${header}.${raised}.${signature}`, `${header}.${payload}.${"A".repeat(86)}`]) {
    assert.ok((await client.auth.getClaims(token)).error);
    has((await client.auth.getUser(token)).error, { code: "bad_jwt" });
  }
});

test("a password is won back by mail", async () => {
  const email = "forgetful@maison.example";
  const client = hub.client();
  await client.auth.signUp({ email, password: PASSWORD });
  const confirmed = await client.auth.verifyOtp({ type: "email", token_hash: (await hub.mail(email)).link });
  good(confirmed);
  const events = [];
  const other = hub.client();
  other.auth.onAuthStateChange((event) => events.push(event));
  const asked = await other.auth.resetPasswordForEmail(email, { redirectTo: "https://evil.example/steal" });
  good(asked);
  good(await hub.client().auth.resetPasswordForEmail("nobody@maison.example"));
  const mail = await hub.mail(email, 2);
  const recovered = await other.auth.verifyOtp({ type: "recovery", token_hash: mail.link });
  good(recovered);
  assert.ok(events.includes("PASSWORD_RECOVERY"), events.join());
  has((await other.auth.updateUser({ password: PASSWORD })).error, { code: "same_password" });
  good(await other.auth.updateUser({ password: "the next password" }));
  assert.equal((await client.auth.getUser()).error?.name, "AuthSessionMissingError");
  has((await hub.client().auth.signInWithPassword({ email, password: PASSWORD })).error, { code: "invalid_credentials" });
  await hub.signedIn(email, "the next password");
  const again = await hub.client().auth.verifyOtp({ type: "recovery", token_hash: mail.link });
  has(again.error, { code: "otp_expired" });
});

test("sign in by mail, with a code", async () => {
  const client = hub.client();
  good(await client.auth.signInWithOtp({ email: MailingHub.OWNER, options: { shouldCreateUser: false } }));
  await until("the mail is sent", async () => (await hub.mail(MailingHub.OWNER)).subject === "Sign in");
  const { code } = await hub.mail(MailingHub.OWNER);
  const { data, error } = await client.auth.verifyOtp({ type: "email", email: MailingHub.OWNER, token: code });
  good({ error });
  assert.equal(data.user?.app_metadata.organization_role, "owner");
});

test("F010: an invitation, and going from house to house", async () => {
  const owner = await hub.signedIn();
  const { access_token } = (await owner.auth.getSession()).data.session;
  const email = "guest@elsewhere.example";
  const invited = await fetch(`${hub.url}/auth/v1/invite`, {
    method: "POST",
    headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ email, data: { role: "producer" } }),
  });
  assert.equal(invited.status, 201);
  const guest = hub.client();
  const joined = await guest.auth.verifyOtp({ type: "invite", token_hash: (await hub.mail(email)).link });
  good(joined);
  has(joined.data.user?.app_metadata, { organization_role: "producer" });
  good(await guest.auth.updateUser({ password: PASSWORD, data: { full_name: "Gala Guest" } }));
  // A house of their own, and back.
  const token = (await guest.auth.getSession()).data.session.access_token;
  const house = await fetch(`${hub.url}/v1/organizations`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "Gala's" }),
  });
  const { organization } = await house.json();
  const moved = await guest.auth.updateUser({ data: { organization_id: organization.id } });
  good(moved);
  const there = await guest.auth.refreshSession();
  has(there.data.user?.app_metadata, { organization_id: organization.id, organization_role: "owner" });
  has((await guest.auth.getClaims()).data?.claims, { org: organization.id });
  const stranger = await owner.auth.updateUser({ data: { organization_id: organization.id } });
  has(stranger.error, { status: 403 });
});

test("a second factor: enrol, confirm, be asked for it, remove it", async () => {
  const email = "careful@maison.example";
  await hub.client().auth.signUp({ email, password: PASSWORD });
  await hub.client().auth.verifyOtp({ type: "signup", token_hash: (await hub.mail(email)).link });
  const client = await hub.signedIn(email, PASSWORD);
  const made = await client.auth.mfa.enroll({ factorType: "totp", friendlyName: "Phone" });
  good(made);
  const { id, totp } = made.data;
  assert.equal(totp.qr_code.startsWith("data:image/svg+xml"), true);
  const wrong = await client.auth.mfa.challengeAndVerify({ factorId: id, code: "abcdef" });
  has(wrong.error, { code: "mfa_verification_failed" });
  const verified = await client.auth.mfa.challengeAndVerify({ factorId: id, code: authenticatorCode(totp.secret) });
  good(verified);
  has((await client.auth.mfa.getAuthenticatorAssuranceLevel()).data, { currentLevel: "aal2", nextLevel: "aal2" });
  assert.equal((await client.auth.mfa.listFactors()).data?.totp.length, 1);

  const later = await hub.signedIn(email, PASSWORD);
  has((await later.auth.mfa.getAuthenticatorAssuranceLevel()).data, { currentLevel: "aal1", nextLevel: "aal2" });
  has((await later.auth.updateUser({ password: "thief's password" })).error, { code: "insufficient_aal" });
  has((await later.auth.mfa.unenroll({ factorId: id })).error, { code: "insufficient_aal" });
  const replay = await later.auth.mfa.challengeAndVerify({ factorId: id, code: authenticatorCode(totp.secret) });
  // Unless half a minute has just begun, the code of now was used.
  if (replay.error) has(replay.error, { code: "mfa_verification_failed" });
  const next = await later.auth.mfa.challengeAndVerify({ factorId: id, code: authenticatorCode(totp.secret, 1) });
  good(next);
  good(await later.auth.mfa.unenroll({ factorId: id }));
  await later.auth.refreshSession();
  has((await later.auth.mfa.getAuthenticatorAssuranceLevel()).data, { currentLevel: "aal1", nextLevel: "aal1" });
});

test("logins elsewhere are ended from here", async () => {
  const [here, there] = [await hub.signedIn(), await hub.signedIn()];
  good(await here.auth.signOut({ scope: "others" }));
  assert.equal((await there.auth.getUser()).error?.name, "AuthSessionMissingError");
  good(await here.auth.getUser());
});
