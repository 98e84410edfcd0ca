import { expect, test } from "vitest";
import type { Manifest } from "./answers";
import { configOf, settingsOf, signsIn, typedOf } from "./setting-values";

const MANIFEST: Manifest = {
  key: "shop", name: "Shop", publisher: "Somebody", version: "1.0.0", jobs: [],
  settings: {
    tenant: { title: "Tenant", required: true },
    pages: { title: "Pages at once", default: 20 },
    drafts: { title: "Drafts too", default: true },
    map: { title: "Fields", default: { sku: "code" } },
  },
};

test("fields show what is set, else the default", () => {
  expect(typedOf(MANIFEST, { tenant: "vale", drafts: false })).toEqual({ tenant: "vale", pages: "20", drafts: "", map: '{"sku":"code"}' });
  expect(settingsOf(MANIFEST).map(([name]) => name)).toEqual(["drafts", "map", "pages", "tenant"]);
});

test("a value has the kind of its default, and what the plugin does not know of stays", () => {
  expect(configOf(MANIFEST, { tenant: " vale ", pages: "5", drafts: "", map: "[1]" }, { other: 7 })).toEqual({ config: { other: 7, tenant: "vale", pages: 5, drafts: false, map: [1] } });
  expect(configOf(MANIFEST, { tenant: "vale", pages: "", drafts: "true", map: "" }, { pages: 5 })).toEqual({ config: { tenant: "vale", drafts: true } });
});

test("what is missing or of another kind is told field by field", () => {
  expect(configOf(MANIFEST, { tenant: " ", pages: "many", drafts: "", map: "{" }, {})).toEqual({ wrong: { tenant: "This is needed", pages: "A number", map: "JSON, as in the default" } });
});

test("a sign-in at the vendor needs the organization's application there", () => {
  const signing: Manifest = { ...MANIFEST, settings: {}, credentials: [{ name: "token", kind: "oauth" }] };
  expect([signsIn(signing), signsIn(MANIFEST), signsIn(null)]).toEqual([true, false, false]);
  expect(typedOf(signing, { client_id: "abc" })).toEqual({ client_id: "abc" });
  expect(configOf(signing, { client_id: "def" }, { client_id: "abc" })).toEqual({ config: { client_id: "def" } });
  expect(typedOf(MANIFEST, { client_id: "abc" })).not.toHaveProperty("client_id");
});
