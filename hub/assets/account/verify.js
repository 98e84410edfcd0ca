// The secret of a mail's link stands behind the #, which browsers send to no server. It is used when the person presses
// the button, and then sent in a body.
"use strict";

const given = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
const kind = given.get("type");
const secret = given.get("token_hash");
const redirectTo = given.get("redirect_to");
const WORDS = {
  signup: ["Confirm your address", "Confirm", "Your address is confirmed. You can sign in now."],
  magiclink: ["Sign in", "Sign in", "You are signed in where you asked for it."],
  recovery: ["Choose a new password", "Save the password", "Your password is changed. You can sign in now."],
  email_change: ["Confirm your new address", "Confirm", "From now on you sign in with this address."],
  invite: ["You are invited", "Accept the invitation", "Welcome. You can sign in now."],
};
const element = (id) => document.getElementById(id);
const show = (id, visible = true) => (element(id).hidden = !visible);
let login = null;

async function ask(method, path, body) {
  const headers = { "content-type": "application/json" };
  if (login) headers.authorization = `Bearer ${login.access_token}`;
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const content = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new Error(content.message);
  return content;
}

async function useLink() {
  if (!login) {
    const query = redirectTo ? `?redirect_to=${encodeURIComponent(redirectTo)}` : "";
    login = await ask("POST", `/auth/v1/verify${query}`, { type: kind, token_hash: secret, hand_on: true });
  }
  // The application asked for the mail with a challenge: it has what the code is exchanged with.
  if (login.code) {
    const onwards = new URL(login.redirect_to);
    onwards.searchParams.set("code", login.code);
    location.assign(onwards);
    return;
  }
  // The hub has repeated the address if it is one of its applications.
  if (login.redirect_to) {
    const members = ["access_token", "refresh_token", "expires_in", "expires_at", "token_type"];
    const session = new URLSearchParams(members.map((member) => [member, login[member]]));
    session.set("type", kind);
    location.assign(`${login.redirect_to.split("#")[0]}#${session}`);
    return;
  }
  const change = {};
  if (element("password").value) change.password = element("password").value;
  if (element("name").value) change.data = { full_name: element("name").value };
  if (Object.keys(change).length > 0) await ask("PUT", "/auth/v1/user", change);
  await ask("POST", "/auth/v1/logout?scope=local");
  show("form", false);
  element("text").textContent = WORDS[kind][2];
  show("onwards");
}

if (WORDS[kind] && secret) {
  element("title").textContent = WORDS[kind][0];
  element("button").textContent = WORDS[kind][1];
  element("text").textContent = "";
  // An application that the person comes back to asks for these itself.
  const here = !redirectTo;
  show("password-field", here && (kind === "recovery" || kind === "invite"));
  if (kind === "invite") element("password-label").textContent = "Password, at least 10 characters; empty if you have an account";
  show("name-field", here && kind === "invite");
  element("password").required = here && kind === "recovery";
  show("form");
} else {
  element("text").textContent = "This link is not complete. Open it from the mail once more.";
}

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  element("button").disabled = true;
  element("problem").textContent = "";
  try {
    await useLink();
  } catch (error) {
    element("problem").textContent = error.message;
  } finally {
    element("button").disabled = false;
  }
});
