import { useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { Section } from "../kit/section";
import { Sheet } from "../kit/sheet";
import { Tag } from "../kit/tag";
import { day, hourMinute, instant } from "../time-format";
import type { Connection, Install } from "./answers";
import { ConnectSheet } from "./connect-sheet";
import { CONNECTION_FACES, webhookAddress } from "./job-face";
import { useAction, usePluginApi } from "./use-plugins";
import { WebhookSheet } from "./webhook-sheet";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The accounts at the vendor that a plugin works with. */
export function AccountSection({ install, connections, manages, onChanged }: { install: Install; connections: Connection[]; manages: boolean; onChanged: () => void }) {
  const [connecting, setConnecting] = useState<Connection | "new" | null>(null);
  const needs = (install.manifest?.credentials ?? []).length > 0;
  if (!needs && connections.length === 0) return null;
  const connected = () => {
    setConnecting(null);
    onChanged();
  };
  return (
    <Section title="Accounts" hint="Keys and tokens are sealed. The hub puts them into requests; the plugin never holds them.">
      {needs && (
        <div>
          <Button look="solid" onClick={() => setConnecting("new")}>
            Connect an account
          </Button>
        </div>
      )}
      {connections.length === 0 ? (
        <p className="border-t border-hairline py-4 text-quiet">No account is connected yet.</p>
      ) : (
        <ul aria-label="Accounts" className="divide-y divide-hairline border-y border-hairline">
          {connections.map((connection) => (
            <li key={connection.id} className="py-4">
              <Account install={install} connection={connection} manages={manages} onAgain={() => setConnecting(connection)} onChanged={onChanged} />
            </li>
          ))}
        </ul>
      )}
      {connecting && <ConnectSheet install={install} again={connecting === "new" ? null : connecting} onClose={() => setConnecting(null)} onConnected={connected} />}
    </Section>
  );
}

function Account({ install, connection, manages, onAgain, onChanged }: { install: Install; connection: Connection; manages: boolean; onAgain: () => void; onChanged: () => void }) {
  const [open, setOpen] = useState<"disconnect" | "webhook" | null>(null);
  const { word, tone } = CONNECTION_FACES[connection.status];
  const name = connection.display_name ?? connection.external_account_id;
  const worked = instant(connection.last_ok_at);
  const ends = instant(connection.token_expires_at);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <p className="font-medium">
            {name} <Tag tone={tone}>{word}</Tag>
          </p>
          <p className="text-small text-quiet">
            {connection.display_name && <span className="code">{connection.external_account_id} </span>}
            {connection.marketplace_id && <span className="code">{connection.marketplace_id} </span>}
            {worked === null ? "Has not been used yet" : `Worked last on ${day(worked, HERE)} at ${hourMinute(worked, HERE)}`}
            {ends !== null && `, token until ${day(ends, HERE)}, ${hourMinute(ends, HERE)}`}
          </p>
        </div>
        <div className="flex gap-2">
          {connection.status !== "active" && (
            <Button size="row" look="solid" onClick={onAgain} aria-label={`Connect ${name} again`}>
              Connect again
            </Button>
          )}
          {manages && (
            <Button size="row" look="stop" onClick={() => setOpen("disconnect")} aria-label={`Disconnect ${name}`}>
              Disconnect…
            </Button>
          )}
        </div>
      </div>
      {connection.last_error && <Notice tone="stop">{connection.last_error}</Notice>}
      {install.manifest?.webhook && <Webhook connection={connection} onSecret={() => setOpen("webhook")} />}
      {open === "webhook" && <WebhookSheet connection={connection} name={name} onClose={() => setOpen(null)} />}
      {open === "disconnect" && <DisconnectSheet connection={connection} name={name} onClose={() => setOpen(null)} onDone={onChanged} />}
    </div>
  );
}

/** The address that the vendor is told. */
function Webhook({ connection, onSecret }: { connection: Connection; onSecret: () => void }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const address = webhookAddress(location.origin, connection);
  // Browsers copy for pages from https and this machine only; the address can be marked by hand.
  const copy = () => Promise.resolve(navigator.clipboard?.writeText(address) ?? Promise.reject(new Error("no clipboard"))).then(() => setCopied(true), () => setCopied(false));
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-small">
      <span className="label text-quiet">Webhook address</span>
      <span data-webhook className="code min-w-0 break-all select-all">
        {address}
      </span>
      <Button size="row" onClick={() => void copy()}>
        Copy
      </Button>
      <Button size="row" onClick={onSecret}>
        Signing secret…
      </Button>
      <span role="status" className="text-quiet">
        {copied === true && "Copied"}
        {copied === false && "Copy it by hand"}
      </span>
    </div>
  );
}

function DisconnectSheet({ connection, name, onClose, onDone }: { connection: Connection; name: string; onClose: () => void; onDone: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const disconnect = async () => {
    if (await act(() => api.disconnect(connection.id))) onDone();
  };
  return (
    <Sheet title={`Disconnect “${name}”?`} onClose={onClose}>
      {error && <Notice tone="stop">{error}</Notice>}
      <p>Its key or token is deleted here, and its jobs with it. At the vendor the hub stays listed until you remove it there.</p>
      <div className="flex gap-3">
        <Button look="stop" disabled={busy} onClick={() => void disconnect()}>
          Disconnect it
        </Button>
        <Button data-first onClick={onClose}>
          Keep it
        </Button>
      </div>
    </Sheet>
  );
}
