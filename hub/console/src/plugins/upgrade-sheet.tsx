import { useEffect, useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { SelectField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import type { Difference, Install, Offer } from "./answers";
import { Signature } from "./install-sheet";
import { ticked } from "./permissions";
import { ScopeChoice } from "./scope-choice";
import { SettingFields } from "./setting-fields";
import { configOf, typedOf } from "./setting-values";
import { said, useAction, usePluginApi } from "./use-plugins";

/** Another version of an installed plugin: first what it may more and less than this one, then the consent. */
export function UpgradeSheet({ install, offers, onClose, onUpgraded }: { install: Install; offers: readonly Offer[]; onClose: () => void; onUpgraded: () => void }) {
  const [chosen, setChosen] = useState(offers[0]?.id);
  const offer = offers.find(({ id }) => id === chosen) ?? offers[0];
  if (!offer) return null;
  return (
    <Sheet title={`Another version of ${install.manifest?.name ?? install.plugin_key}?`} onClose={onClose}>
      {offers.length > 1 && (
        <SelectField label="Version" value={offer.id} onChange={(event) => setChosen(event.target.value)}>
          {offers.map(({ id, version, own }) => (
            <option key={id} value={id}>
              {version}
              {own ? ", your own" : ""}
            </option>
          ))}
        </SelectField>
      )}
      <Consent key={offer.id} install={install} offer={offer} onClose={onClose} onUpgraded={onUpgraded} />
    </Sheet>
  );
}

function Consent({ install, offer, onClose, onUpgraded }: { install: Install; offer: Offer; onClose: () => void; onUpgraded: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const [difference, setDifference] = useState<Difference | null>(null);
  const [unread, setUnread] = useState<string | null>(null);
  const [scopes, setScopes] = useState(() => ticked(offer.manifest, install));
  const [typed, setTyped] = useState(() => typedOf(offer.manifest, install.config));
  const [wrong, setWrong] = useState<Record<string, string>>({});
  useEffect(() => {
    let left = false;
    api.difference(install.id, offer.id).then(
      (found) => !left && setDifference(found),
      (cause) => !left && setUnread(said(cause)),
    );
    return () => {
      left = true;
    };
  }, [api, install.id, offer.id]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const made = configOf(offer.manifest, typed, install.config);
    setWrong("wrong" in made ? made.wrong : {});
    if ("wrong" in made) return;
    if (await act(() => api.upgrade(install.id, { package_id: offer.id, scopes, config: made.config }))) onUpgraded();
  };
  const added = (offer.manifest.scopes ?? []).filter((scope) => !install.manifest?.scopes?.includes(scope));
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
      {(error ?? unread) && <Notice tone="stop">{error ?? unread}</Notice>}
      <p>
        From {install.version} to {offer.version}. Accounts, jobs and settings stay.
      </p>
      <Signature offer={offer} />
      {difference === null && !unread && (
        <p role="status" className="text-quiet">
          Comparing…
        </p>
      )}
      {difference && <Lines difference={difference} />}
      <ScopeChoice scopes={offer.manifest.scopes ?? []} chosen={scopes} added={added} onChange={setScopes} />
      <SettingFields manifest={offer.manifest} typed={typed} wrong={wrong} onChange={setTyped} />
      <div className="flex gap-3">
        {/* Nobody agrees to what they have not seen. */}
        <Button type="submit" look="solid" disabled={busy || difference === null}>
          {busy ? "Changing…" : difference?.asks_for_more ? `Agree and run ${offer.version}` : `Run ${offer.version}`}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

function Lines({ difference: { more, less } }: { difference: Difference }) {
  if (more.length === 0 && less.length === 0) return <Notice tone="plain">It asks for exactly what was agreed to.</Notice>;
  return (
    <>
      {more.length > 0 && <Change title="Asked for anew" lines={more} tone="text-wait" sign="+" />}
      {less.length > 0 && <Change title="Not asked for any more" lines={less} tone="text-quiet" sign="−" />}
    </>
  );
}

function Change({ title, lines, tone, sign }: { title: string; lines: string[]; tone: string; sign: string }) {
  return (
    <div>
      <h3 className="label text-quiet">{title}</h3>
      <ul aria-label={title} className={`text-small ${tone}`}>
        {lines.map((line) => (
          <li key={line} className="break-words">
            <span aria-hidden>{sign} </span>
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}
