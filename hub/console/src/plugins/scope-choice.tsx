import { Check } from "../kit/field";
import { scopeWords } from "./permissions";

/** Each scope that a plugin asks for, to be granted or left out. */
export function ScopeChoice({ scopes, chosen, added = [], disabled = false, onChange }: { scopes: readonly string[]; chosen: readonly string[]; added?: readonly string[]; disabled?: boolean; onChange: (chosen: string[]) => void }) {
  if (scopes.length === 0) return <p className="text-small text-quiet">It asks for none of your records.</p>;
  return (
    <fieldset disabled={disabled} className="flex flex-col">
      <legend className="label text-quiet">What it may do with your records</legend>
      {scopes.map((scope) => (
        <Check
          key={scope}
          label={`${scopeWords(scope)} (${scope})${added.includes(scope) ? ", asked for anew" : ""}`}
          checked={chosen.includes(scope)}
          onChange={(event) => onChange(event.target.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
        />
      ))}
      {chosen.length < scopes.length && <p className="text-small text-quiet">What is left out, the plugin is refused. It may not do all of its work then.</p>}
    </fieldset>
  );
}
