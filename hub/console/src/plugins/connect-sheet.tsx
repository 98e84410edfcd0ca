import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import type { Connection, Install } from "./answers";
import { signsIn } from "./setting-values";
import { useAction, usePluginApi } from "./use-plugins";

/** Connects an account, or connects it again: with keys that are typed in, or by a sign-in at the vendor. */
export function ConnectSheet({ install, again, onClose, onConnected }: { install: Install; again: Connection | null; onClose: () => void; onConnected: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const [account, setAccount] = useState(again?.external_account_id ?? "");
  const [name, setName] = useState(again?.display_name ?? "");
  const [marketplace, setMarketplace] = useState(again?.marketplace_id ?? "");
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [webhookSecret, setWebhookSecret] = useState("");
  const keys = (install.manifest?.credentials ?? []).filter(({ kind }) => kind === "key");
  const atVendor = signsIn(install.manifest);
  const who = { account: account.trim(), ...(name.trim() && { display_name: name.trim() }), ...(marketplace.trim() && { marketplace_id: marketplace.trim() }) };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (atVendor) {
      await act(async () => location.assign(await api.signInAddress(install.id, who)));
    } else if (await act(() => api.connect(install.id, { ...who, credentials: secrets, ...(webhookSecret && { webhook_secret: webhookSecret }) }))) {
      onConnected();
    }
  };
  return (
    <Sheet title={again ? `Connect “${again.display_name ?? again.external_account_id}” again` : "Connect an account"} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {error && <Notice tone="stop">{error}</Notice>}
        {atVendor && !install.config.client_id && <Notice tone="wait">Enter the client id of your application under “Change rights and settings” first.</Notice>}
        <TextField label="Account at the vendor" value={account} required data-first maxLength={253} readOnly={again !== null} hint="As the vendor calls it: a shop's domain, a page's id" spellCheck={false} autoComplete="off" onChange={(event) => setAccount(event.target.value)} />
        <TextField label="Name for people" value={name} maxLength={200} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        <TextField label="Marketplace" value={marketplace} maxLength={200} readOnly={again !== null} hint="Where the vendor has several" spellCheck={false} autoComplete="off" onChange={(event) => setMarketplace(event.target.value)} />
        {!atVendor &&
          keys.map(({ name: key }) => (
            <TextField key={key} label={`Key: ${key}`} type="password" required autoComplete="new-password" value={secrets[key] ?? ""} hint="Kept sealed, never shown again" onChange={(event) => setSecrets({ ...secrets, [key]: event.target.value })} />
          ))}
        {!atVendor && install.manifest?.webhook && <TextField label="Signing secret of its webhooks" type="password" autoComplete="new-password" value={webhookSecret} hint="Can be set later" onChange={(event) => setWebhookSecret(event.target.value)} />}
        <Button type="submit" look="solid" disabled={busy}>
          {atVendor ? "Sign in at the vendor" : "Connect it"}
        </Button>
      </form>
    </Sheet>
  );
}
