import { Check, TextField } from "../kit/field";
import type { Manifest } from "./answers";
import { settingsOf, signsIn, type Typed } from "./setting-values";

/** The settings of a plugin, and the id of the organization's application where accounts are signed in at the vendor. */
export function SettingFields({ manifest, typed, wrong, onChange }: { manifest: Manifest; typed: Typed; wrong: Record<string, string>; onChange: (typed: Typed) => void }) {
  const set = (name: string, value: string) => onChange({ ...typed, [name]: value });
  return (
    <>
      {settingsOf(manifest).map(([name, setting]) =>
        typeof setting.default === "boolean" ? (
          <Check key={name} label={setting.title} checked={typed[name] === "true"} onChange={(event) => set(name, event.target.checked ? "true" : "")} />
        ) : (
          <TextField key={name} label={setting.title} value={typed[name] ?? ""} error={wrong[name] ?? null} spellCheck={false} autoComplete="off" onChange={(event) => set(name, event.target.value)} />
        ),
      )}
      {signsIn(manifest) && (
        <TextField label="Client id of your application at the vendor" value={typed.client_id ?? ""} hint="Needed to connect an account" spellCheck={false} autoComplete="off" onChange={(event) => set("client_id", event.target.value)} />
      )}
    </>
  );
}
