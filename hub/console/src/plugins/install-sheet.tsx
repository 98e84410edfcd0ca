import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import type { Install, Offer } from "./answers";
import { AskedList } from "./asked-list";
import { ticked } from "./permissions";
import { ScopeChoice } from "./scope-choice";
import { SettingFields } from "./setting-fields";
import { configOf, signsIn, typedOf } from "./setting-values";
import { useAction, usePluginApi } from "./use-plugins";

/** Who signed a package, what it asks for, what of that is granted; then it is installed. */
export function InstallSheet({ offer, onClose, onInstalled }: { offer: Offer; onClose: () => void; onInstalled: (install: Install) => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const { manifest } = offer;
  const [scopes, setScopes] = useState(() => ticked(manifest, null));
  const [typed, setTyped] = useState(() => typedOf(manifest, {}));
  const [secret, setSecret] = useState("");
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = configOf(manifest, typed, {});
    setWrong("wrong" in made ? made.wrong : {});
    if ("wrong" in made) return;
    await act(async () => {
      const install = await api.install({ package_id: offer.id, scopes, config: made.config });
      onInstalled(secret ? await api.change(install.id, { client_secret: secret }) : install);
    });
  };
  return (
    <Sheet title={`Install ${offer.name} ${offer.version}?`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        {error && <Notice tone="stop">{error}</Notice>}
        {manifest.about && <p>{manifest.about}</p>}
        <Signature offer={offer} />
        <AskedList manifest={manifest} />
        <ScopeChoice scopes={manifest.scopes ?? []} chosen={scopes} onChange={setScopes} />
        <SettingFields manifest={manifest} typed={typed} wrong={wrong} onChange={setTyped} />
        {signsIn(manifest) && <ClientSecret value={secret} kept={false} onChange={setSecret} />}
        <div className="flex gap-3">
          <Button type="submit" look="solid" disabled={busy}>
            {busy ? "Installing…" : "Grant and install"}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Sheet>
  );
}

/** Who made a package, and the whole key, to be compared with the one that they publish. */
export function Signature({ offer: { publisher, signed_by: key, origin, own } }: { offer: Pick<Offer, "publisher" | "signed_by" | "origin" | "own"> }) {
  if (key === null) {
    return (
      <p className="text-small">
        By <strong className="font-semibold">{publisher}</strong>. {origin === "hub" ? "It comes with this hub." : "A build in development that nobody has signed."}
      </p>
    );
  }
  return (
    <div className="text-small">
      <p>
        Says that it is by <strong className="font-semibold">{publisher}</strong>, {own ? "and was brought by your organization" : "and is in the catalogue of this hub"}. Signed with the key
      </p>
      <p className="code break-all text-quiet select-all">{key}</p>
    </div>
  );
}

/** The secret of the organization's application at the vendor; written, never shown. */
export function ClientSecret({ value, kept, onChange }: { value: string; kept: boolean; onChange: (value: string) => void }) {
  return (
    <TextField
      label="Client secret of your application"
      type="password"
      autoComplete="new-password"
      maxLength={4096}
      value={value}
      hint={kept ? "One is kept, and is never shown. Leave this empty to keep it." : "Kept sealed, never shown again. Empty where the vendor gives none."}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
