import { expect, test } from "vitest";
import type { Manifest, Offer } from "./answers";
import { answersFor, asked, catalogue, compareVersions, fingerprint, otherVersions, scopeWords, span, ticked } from "./permissions";

const MANIFEST: Manifest = { key: "shop", name: "Shop", publisher: "Somebody", version: "1.0.0", scopes: ["commerce:read", "commerce:write"], jobs: [{ name: "pull", title: "Fetch products" }] };

function offer(key: string, version: string, id = `${key} ${version}`): Offer {
  return { id, key, name: key, publisher: "Somebody", kind: "third_party", version, manifest: { ...MANIFEST, key, version }, signed_by: "ab".repeat(32), origin: "signed", own: false };
}

test("an administrator sees every host, credential, notice and schedule that a plugin asks for", () => {
  const groups = asked({
    ...MANIFEST,
    endpoints: [
      { host: "*.shop.example", path: "/admin", methods: ["POST"], reads_by_post: true, account_only: true },
      { host: "up.example", port: 8443, methods: ["PUT", "GET"] },
    ],
    credentials: [{ name: "token", kind: "oauth", scopes: ["read", "write"] }, { name: "secret", kind: "key" }],
    subscriptions: [{ table: "products" }],
    webhook: { scheme: "hmac_sha256_hex" },
    jobs: [{ name: "pull", title: "Fetch products", every_seconds: 900 }, { name: "check", title: "Test" }],
  });
  expect(groups).toEqual([
    { title: "Sends requests to", lines: ["*.shop.example/admin (POST, also to read, the account's own host only)", "up.example:8443 (PUT, GET)"] },
    { title: "Uses, without seeing them", lines: ["a sign-in at the vendor: token (read, write)", "a key: secret"] },
    { title: "Hears of changes in", lines: ["products", "what the vendor sends (webhooks)"] },
    { title: "Runs by itself", lines: ["Fetch products, every 15 min"] },
  ]);
  expect(asked(MANIFEST)).toEqual([]);
});

test("words for scopes, spans and keys", () => {
  expect(scopeWords("commerce:write")).toBe("Reads and changes commerce");
  expect(scopeWords("crm:read")).toBe("Reads crm");
  expect([span(90), span(900), span(7200)]).toEqual(["90 s", "15 min", "2 h"]);
  expect(fingerprint("0123456789abcdef".repeat(4))).toBe("0123 4567 89ab cdef");
});

test("versions are compared as numbers", () => {
  expect(compareVersions("1.10.0", "1.9.9")).toBeGreaterThan(0);
  expect(compareVersions("1.2.3", "2.0.0")).toBeLessThan(0);
  expect(compareVersions("1.2.3", "1.2.3")).toBe(0);
});

test("the catalogue has the newest package of each plugin that is not installed", () => {
  const packages = [offer("b", "1.9.0"), offer("b", "1.10.0"), offer("a", "1.0.0"), offer("c", "3.0.0")];
  expect(catalogue(packages, new Set(["c"])).map(({ id }) => id)).toEqual(["a 1.0.0", "b 1.10.0"]);
  expect(otherVersions(packages, { plugin_key: "b", package_id: "b 1.9.0" }).map(({ id }) => id)).toEqual(["b 1.10.0"]);
});

test("what was left out stays left out in another version; what is new is asked for", () => {
  expect(ticked(MANIFEST, null)).toEqual(["commerce:read", "commerce:write"]);
  const next = { ...MANIFEST, scopes: ["commerce:read", "commerce:write", "media:read"] };
  expect(ticked(next, { manifest: MANIFEST, granted_scopes: ["commerce:read"] })).toEqual(["commerce:read", "media:read"]);
  expect(ticked({ ...MANIFEST, scopes: [] }, { manifest: MANIFEST, granted_scopes: ["commerce:read"] })).toEqual([]);
});

test("who answers for a package is a key, the hub, or nobody yet", () => {
  expect(answersFor({ signed_by: "0123456789abcdef".repeat(4), origin: "signed" })).toBe("key 0123 4567 89ab cdef");
  expect(answersFor({ signed_by: null, origin: "hub" })).toBe("comes with this hub");
  expect(answersFor({ signed_by: null, origin: "development" })).toBe("in development, not signed");
});
