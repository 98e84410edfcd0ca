import { useRoom } from "@fashionos/hub/react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { Section } from "../kit/section";
import { Tag } from "../kit/tag";
import type { Connection, Install, Offer, Overview, Uploaded } from "./answers";
import { Failure } from "./failure";
import { InstallSheet } from "./install-sheet";
import { INSTALL_FACES, refusedWords } from "./job-face";
import { answersFor, catalogue, compareVersions, otherVersions } from "./permissions";
import type { Onlooker } from "./plugins-page";
import { UpgradeSheet } from "./upgrade-sheet";
import { UploadBox } from "./upload-box";
import { useFollowed, usePluginApi } from "./use-plugins";

const TABLES = ["plugin_installs", "plugin_connections"];

/** What the vendor's page left in the address. */
export interface CameBack {
  connected?: string;
  /** Why no account was connected, as a code. */
  refused?: string;
}

/** `/plugins`: what is installed, and what could be. */
export function PluginsScreen({ onlooker, back }: { onlooker: Onlooker; back: CameBack }) {
  const api = usePluginApi();
  const room = useRoom("organization", onlooker.organizationId, { tables: TABLES, rate: 2 });
  const { answer, error, reload } = useFollowed<Overview>(room, TABLES, useCallback(() => api.overview(), [api]));
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<string | null>(null);
  const offer = answer?.packages.find(({ id }) => id === chosen);
  const installed = offer && answer?.installs.find(({ plugin_key: key }) => key === offer.key);
  const connected = answer?.connections.find(({ id }) => id === back.connected);
  const done = () => {
    setChosen(null);
    reload();
  };
  const uploaded = ({ id }: Uploaded) => {
    setChosen(id);
    reload();
  };
  return (
    <>
      <div>
        <p className="label text-quiet">{onlooker.organization}</p>
        <h1 className="title text-display">Plugins</h1>
      </div>
      {back.refused && (
        <Notice tone="stop">
          {refusedWords(back.refused)} Nothing was changed. <span className="code">{back.refused}</span>
        </Notice>
      )}
      {connected && (
        <Notice tone="go">
          {connected.display_name ?? connected.external_account_id} is connected.{" "}
          <Link to="/plugins/$installId" params={{ installId: connected.install_id }} className="underline underline-offset-4">
            Go to its plugin
          </Link>
        </Notice>
      )}
      {offer && installed && offer.id === installed.package_id && (
        <Notice tone="plain">
          {offer.name} {offer.version} is installed already.
        </Notice>
      )}
      {error && <Failure error={error} onAgain={reload} />}
      {answer === null && !error && (
        <p role="status" className="text-quiet">
          Reading…
        </p>
      )}
      {answer && (
        <>
          <Section title="Installed" hint="Each runs in a sandbox, with what was granted to it and nothing else.">
            <Installed overview={answer} />
          </Section>
          <Section title="Catalogue" hint="A package is signed by whoever made it. You see what it asks for before anything is installed.">
            {onlooker.manages && <UploadBox onUploaded={uploaded} />}
            <Offers offers={catalogue(answer.packages, new Set(answer.installs.map(({ plugin_key: key }) => key)))} manages={onlooker.manages} onChoose={setChosen} />
          </Section>
        </>
      )}
      {offer && !installed && <InstallSheet offer={offer} onClose={() => setChosen(null)} onInstalled={({ id }) => void navigate({ to: "/plugins/$installId", params: { installId: id } })} />}
      {offer && installed && offer.id !== installed.package_id && <UpgradeSheet key={offer.id} install={installed} offers={[offer]} onClose={() => setChosen(null)} onUpgraded={done} />}
    </>
  );
}

function Installed({ overview: { installs, connections, packages } }: { overview: Overview }) {
  if (installs.length === 0) return <p className="border-y border-hairline py-12 text-center text-quiet">No plugin is installed.</p>;
  return (
    <ul aria-label="Installed plugins" className="divide-y divide-hairline border-y border-hairline">
      {installs.map((install) => (
        <li key={install.id}>
          <InstalledLine install={install} connections={connections.filter(({ install_id: id }) => id === install.id)} others={otherVersions(packages, install)} />
        </li>
      ))}
    </ul>
  );
}

function InstalledLine({ install, connections, others }: { install: Install; connections: Connection[]; others: Offer[] }) {
  const { word, tone } = INSTALL_FACES[install.status];
  const broken = connections.filter(({ status }) => status !== "active").length;
  const [newest] = others.filter(({ version }) => compareVersions(version, install.version) > 0);
  return (
    <Link to="/plugins/$installId" params={{ installId: install.id }} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-8 gap-y-1 px-2 py-5 transition-colors hover:bg-raised md:grid-cols-[minmax(0,1fr)_14rem_8rem]">
      <div className="min-w-0">
        <p className="title truncate text-heading">{install.manifest?.name ?? install.plugin_key}</p>
        <p className="truncate text-small text-quiet">
          {install.manifest?.publisher} · {install.version}
          {newest && ` · ${newest.version} is there`}
        </p>
      </div>
      <p className="text-small max-md:row-start-2">
        {connections.length === 0 ? "No account" : `${connections.length} ${connections.length === 1 ? "account" : "accounts"}`}
        {broken > 0 && <span className="block text-stop">{broken} must be connected again</span>}
      </p>
      <p className="justify-self-end">
        <Tag tone={tone}>{word}</Tag>
      </p>
    </Link>
  );
}

function Offers({ offers, manages, onChoose }: { offers: Offer[]; manages: boolean; onChoose: (id: string) => void }) {
  if (offers.length === 0) return <p className="border-y border-hairline py-8 text-center text-quiet">Nothing else to install{manages ? ". Bring a package of your own." : "."}</p>;
  return (
    <ul aria-label="Catalogue" className="divide-y divide-hairline border-y border-hairline">
      {offers.map((offer) => (
        <li key={offer.id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-8 gap-y-1 px-2 py-4">
          <div className="min-w-0">
            <p className="font-medium">
              {offer.name} <span className="text-small text-quiet">{offer.version}</span> {offer.own && <Tag>your own</Tag>}
            </p>
            {offer.manifest.about && <p className="text-small">{offer.manifest.about}</p>}
            <p className="text-small text-quiet">
              {offer.publisher}, <span className={offer.signed_by ? "code" : undefined}>{answersFor(offer)}</span>
            </p>
          </div>
          {manages && (
            <Button onClick={() => onChoose(offer.id)} aria-label={`Install ${offer.name}`}>
              Install…
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
