import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import type { Connection } from "./answers";
import { useAction, usePluginApi } from "./use-plugins";

/** What the vendor signs its webhooks with; written, never shown. */
export function WebhookSheet({ connection, name, onClose }: { connection: Connection; name: string; onClose: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const [secret, setSecret] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await act(() => api.setWebhookSecret(connection.id, secret))) onClose();
  };
  return (
    <Sheet title={`Signing secret of “${name}”`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {error && <Notice tone="stop">{error}</Notice>}
        <TextField label="Secret" type="password" autoComplete="new-password" required data-first value={secret} hint="As the vendor shows it beside the webhook address. It replaces the one before, and is never shown again." onChange={(event) => setSecret(event.target.value)} />
        <Button type="submit" look="solid" disabled={busy}>
          Keep it
        </Button>
      </form>
    </Sheet>
  );
}
