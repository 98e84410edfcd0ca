import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import type { Install, Manifest } from "./answers";
import { ClientSecret } from "./install-sheet";
import { ScopeChoice } from "./scope-choice";
import { SettingFields } from "./setting-fields";
import { configOf, signsIn, typedOf } from "./setting-values";
import { useAction, usePluginApi } from "./use-plugins";

/** Scopes and settings of a plugin that is installed. */
export function RightsSheet({ install, manifest, onClose, onChanged }: { install: Install; manifest: Manifest; onClose: () => void; onChanged: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const [scopes, setScopes] = useState(install.granted_scopes);
  const [typed, setTyped] = useState(() => typedOf(manifest, install.config));
  const [secret, setSecret] = useState("");
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = configOf(manifest, typed, install.config);
    setWrong("wrong" in made ? made.wrong : {});
    if ("wrong" in made) return;
    if (await act(() => api.change(install.id, { scopes, config: made.config, ...(secret && { client_secret: secret }) }))) onChanged();
  };
  return (
    <Sheet title="Rights and settings" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        {error && <Notice tone="stop">{error}</Notice>}
        <ScopeChoice scopes={manifest.scopes ?? []} chosen={scopes} onChange={setScopes} />
        <SettingFields manifest={manifest} typed={typed} wrong={wrong} onChange={setTyped} />
        {signsIn(manifest) && <ClientSecret value={secret} kept={install.has_client_secret} onChange={setSecret} />}
        <div className="flex gap-3">
          <Button type="submit" look="solid" disabled={busy}>
            Save
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Sheet>
  );
}
