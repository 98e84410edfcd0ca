import type { Endpoint, Manifest, Offer } from "./answers";

/** What a plugin asks for beside its scopes, in the order in which it matters. */
export interface Asked {
  title: string;
  lines: string[];
}

/** Hosts, credentials, what it hears of, what runs by itself. What is empty is left out. */
export function asked(manifest: Manifest): Asked[] {
  const groups: Asked[] = [
    { title: "Sends requests to", lines: (manifest.endpoints ?? []).map(reach) },
    {
      title: "Uses, without seeing them",
      lines: (manifest.credentials ?? []).map(({ name, kind, scopes = [] }) => (kind === "key" ? `a key: ${name}` : `a sign-in at the vendor: ${name}${scopes.length > 0 ? ` (${scopes.join(", ")})` : ""}`)),
    },
    { title: "Hears of changes in", lines: [...(manifest.subscriptions ?? []).map(({ table }) => table), ...(manifest.webhook ? ["what the vendor sends (webhooks)"] : [])] },
    { title: "Runs by itself", lines: manifest.jobs.flatMap(({ title, every_seconds: every }) => (every ? [`${title}, every ${span(every)}`] : [])) },
  ];
  return groups.filter(({ lines }) => lines.length > 0);
}

function reach({ host, port = 443, path = "/", methods, account_only: own, reads_by_post: reads }: Endpoint): string {
  const place = `${host}${port === 443 ? "" : `:${port}`}${path === "/" ? "" : path}`;
  return `${place} (${methods.join(", ")}${reads ? ", also to read" : ""}${own ? ", the account's own host only" : ""})`;
}

/** `15 min`, `2 h`, `90 s`. */
export function span(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** `commerce:write` in words. */
export function scopeWords(scope: string): string {
  const [name = scope, verb] = scope.split(":");
  return `${verb === "write" ? "Reads and changes" : "Reads"} ${name}`;
}

/** A key as people compare it: groups of four, the first four groups of them. */
export function fingerprint(key: string): string {
  return (key.match(/.{4}/g) ?? [key]).slice(0, 4).join(" ");
}

/** Who answers for a package, in a few words. */
export function answersFor(offer: Pick<Offer, "signed_by" | "origin">): string {
  if (offer.signed_by) return `key ${fingerprint(offer.signed_by)}`;
  return offer.origin === "hub" ? "comes with this hub" : "in development, not signed";
}

/** Compares `MAJOR.MINOR.PATCH`; below 0 when `a` is older. What stands behind a `+` tells builds of one version apart. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => version.split("+")[0]!.split(".").map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((number, index) => number !== (right[index] ?? 0));
  return at < 0 ? 0 : left[at]! - (right[at] ?? 0);
}

/** The newest package of each plugin that is not installed, in the order of their names. */
export function catalogue(packages: readonly Offer[], installed: ReadonlySet<string>): Offer[] {
  const newest = new Map<string, Offer>();
  for (const offer of packages) {
    const known = newest.get(offer.key);
    if (!installed.has(offer.key) && (!known || compareVersions(known.version, offer.version) < 0)) newest.set(offer.key, offer);
  }
  return [...newest.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The other versions of an installed plugin, the newest first. */
export function otherVersions(packages: readonly Offer[], install: { plugin_key: string; package_id: string | null }): Offer[] {
  return packages.filter(({ key, id }) => key === install.plugin_key && id !== install.package_id).sort((a, b) => compareVersions(b.version, a.version));
}

/**
 * The scopes that are ticked when somebody is asked: all of a new plugin; of another version those that it asks for anew, and
 * of the others those that were granted. What was left out stays left out.
 */
export function ticked(manifest: Manifest, before: { manifest: Manifest | null; granted_scopes: string[] } | null): string[] {
  const known = before?.manifest?.scopes ?? [];
  return (manifest.scopes ?? []).filter((scope) => !known.includes(scope) || before?.granted_scopes.includes(scope));
}
