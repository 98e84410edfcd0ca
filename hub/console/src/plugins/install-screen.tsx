import { useRoom } from "@fashionos/hub/react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { Section } from "../kit/section";
import { Tag } from "../kit/tag";
import { AccountSection } from "./account-section";
import type { Install, Offer, Overview } from "./answers";
import { AskedList } from "./asked-list";
import { Failure } from "./failure";
import { INSTALL_FACES } from "./job-face";
import { JobSection } from "./job-section";
import { answersFor, otherVersions, scopeWords } from "./permissions";
import type { Onlooker } from "./plugins-page";
import { RemoveSheet } from "./remove-sheet";
import { RightsSheet } from "./rights-sheet";
import { UpgradeSheet } from "./upgrade-sheet";
import { useAction, useFollowed, usePluginApi } from "./use-plugins";

const TABLES = ["plugin_installs", "plugin_connections"];
const LIVE_TABLES = [...TABLES, "plugin_jobs", "plugin_runs"];

/** `/plugins/{install}`: one plugin: its accounts, its jobs as they run, what it was granted. */
export function InstallScreen({ onlooker, installId }: { onlooker: Onlooker; installId: string }) {
  const api = usePluginApi();
  const room = useRoom("organization", onlooker.organizationId, { tables: LIVE_TABLES, rate: 2 });
  const { answer, error, reload } = useFollowed<Overview>(room, TABLES, useCallback(() => api.overview(), [api]));
  const install = answer?.installs.find(({ id }) => id === installId);
  return (
    <>
      <Link to="/plugins" className="self-start underline underline-offset-4">
        All plugins
      </Link>
      {error && <Failure error={error} onAgain={reload} />}
      {answer === null && !error && (
        <p role="status" className="text-quiet">
          Reading…
        </p>
      )}
      {answer && !install && (
        <>
          <h1 className="title text-display">Not here</h1>
          <p>This plugin is not installed, or not any more.</p>
        </>
      )}
      {answer && install && (
        <>
          <Head install={install} packages={answer.packages} onlooker={onlooker} onChanged={reload} />
          <AccountSection install={install} connections={answer.connections.filter(({ install_id: id }) => id === install.id)} manages={onlooker.manages} onChanged={reload} />
          <JobSection room={room} install={install} connections={answer.connections.filter(({ install_id: id }) => id === install.id)} manages={onlooker.manages} />
          <Rights install={install} manages={onlooker.manages} onChanged={reload} />
        </>
      )}
    </>
  );
}

/** Name, state, and what can be done with the whole of it. */
function Head({ install, packages, onlooker, onChanged }: { install: Install; packages: readonly Offer[]; onlooker: Onlooker; onChanged: () => void }) {
  const api = usePluginApi();
  const navigate = useNavigate();
  const { busy, error, act } = useAction();
  const [open, setOpen] = useState<"upgrade" | "remove" | null>(null);
  const others = otherVersions(packages, install);
  const current = packages.find(({ id }) => id === install.package_id);
  const { word, tone } = INSTALL_FACES[install.status];
  const name = install.manifest?.name ?? install.plugin_key;
  const running = install.status === "active";
  const toggle = async () => {
    if (await act(() => api.change(install.id, { active: !running }))) onChanged();
  };
  const close = () => setOpen(null);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div className="min-w-0">
          <p className="label text-quiet">{onlooker.organization}</p>
          <h1 className="title text-display">{name}</h1>
          <p className="text-small text-quiet">
            {install.version} by {install.manifest?.publisher}
            {current && (
              <>
                , <span className={current.signed_by ? "code" : undefined}>{answersFor(current)}</span>
              </>
            )}{" "}
            <Tag tone={tone}>{word}</Tag>
          </p>
        </div>
        {onlooker.manages && (
          <div className="flex flex-wrap gap-2">
            <Button disabled={busy} onClick={() => void toggle()}>
              {running ? "Pause" : "Resume"}
            </Button>
            {others.length > 0 && <Button onClick={() => setOpen("upgrade")}>Another version…</Button>}
            <Button look="stop" onClick={() => setOpen("remove")}>
              Remove…
            </Button>
          </div>
        )}
      </div>
      {error && <Notice tone="stop">{error}</Notice>}
      {install.last_error && <Notice tone="stop">{install.last_error}</Notice>}
      {install.status === "disabled" && <Notice tone="wait">Nothing of it runs. Jobs wait until it is resumed.</Notice>}
      {open === "upgrade" && (
        <UpgradeSheet
          install={install}
          offers={others}
          onClose={close}
          onUpgraded={() => {
            close();
            onChanged();
          }}
        />
      )}
      {open === "remove" && <RemoveSheet install={install} name={name} onClose={close} onRemoved={() => void navigate({ to: "/plugins" })} />}
    </div>
  );
}

/** What was agreed to and what was granted. */
function Rights({ install, manages, onChanged }: { install: Install; manages: boolean; onChanged: () => void }) {
  const [changing, setChanging] = useState(false);
  const { manifest } = install;
  const left = (manifest?.scopes ?? []).filter((scope) => !install.granted_scopes.includes(scope));
  return (
    <Section title="Rights" hint="What was agreed to when this version was installed.">
      <dl className="text-small">
        <dt className="label text-quiet">What it may do with your records</dt>
        {install.granted_scopes.length === 0 && <dd>Nothing</dd>}
        {install.granted_scopes.map((scope) => (
          <dd key={scope}>
            {scopeWords(scope)} <span className="code text-quiet">{scope}</span>
          </dd>
        ))}
        {left.map((scope) => (
          <dd key={scope} className="text-quiet">
            Not granted: {scopeWords(scope).toLowerCase()} <span className="code">{scope}</span>
          </dd>
        ))}
      </dl>
      {manifest && <AskedList manifest={manifest} />}
      {manages && manifest && (
        <Button className="self-start" onClick={() => setChanging(true)}>
          Change rights and settings…
        </Button>
      )}
      {changing && manifest && (
        <RightsSheet
          install={install}
          manifest={manifest}
          onClose={() => setChanging(false)}
          onChanged={() => {
            setChanging(false);
            onChanged();
          }}
        />
      )}
    </Section>
  );
}
