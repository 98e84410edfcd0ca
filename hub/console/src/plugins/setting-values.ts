import type { Manifest, Setting } from "./answers";

/** What is in the fields, as text; a tick box holds `true` or nothing. */
export type Typed = Readonly<Record<string, string>>;

/** The settings of a plugin in the order of their titles. */
export function settingsOf(manifest: Manifest): [name: string, setting: Setting][] {
  return Object.entries(manifest.settings ?? {}).sort(([, a], [, b]) => a.title.localeCompare(b.title));
}

/** Whether an account is connected by signing in at the vendor, for which the organization has an application there. */
export function signsIn(manifest: Manifest | null): boolean {
  return (manifest?.credentials ?? []).some(({ kind }) => kind === "oauth");
}

/** The fields as they are first shown: what is set, else the default. */
export function typedOf(manifest: Manifest, config: Record<string, unknown>): Typed {
  const names = [...Object.entries(manifest.settings ?? {}), ...(signsIn(manifest) ? [["client_id", { title: "" }] as [string, Setting]] : [])];
  return Object.fromEntries(names.map(([name, setting]) => [name, text(config[name] ?? setting.default)]));
}

function text(value: unknown): string {
  if (value === undefined || value === null || value === false) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * The settings to keep. A value has the kind of its default; an empty field is none; what the plugin does not know of stays as it
 * is. Or what is wrong, field by field.
 */
export function configOf(manifest: Manifest, typed: Typed, before: Record<string, unknown>): { config: Record<string, unknown> } | { wrong: Record<string, string> } {
  const config = { ...before };
  const wrong: Record<string, string> = {};
  const settings: Record<string, Setting> = { ...manifest.settings, ...(signsIn(manifest) && { client_id: { title: "" } }) };
  for (const [name, setting] of Object.entries(settings)) {
    const said = (typed[name] ?? "").trim();
    if (typeof setting.default === "boolean") {
      config[name] = said === "true";
    } else if (said === "") {
      delete config[name];
      if (setting.required && setting.default === undefined) wrong[name] = "This is needed";
    } else if (typeof setting.default === "number") {
      config[name] = Number(said);
      if (!Number.isFinite(config[name])) wrong[name] = "A number";
    } else if (typeof setting.default === "object" && setting.default !== null) {
      try {
        config[name] = JSON.parse(said);
      } catch {
        wrong[name] = "JSON, as in the default";
      }
    } else {
      config[name] = said;
    }
  }
  return Object.keys(wrong).length > 0 ? { wrong } : { config };
}
