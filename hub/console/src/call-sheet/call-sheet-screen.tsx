import { HubError, type PersonSession } from "@fashionos/hub";
import type { Tables } from "@fashionos/hub/database";
import { useHub, useRoom, useRows } from "@fashionos/hub/react";
import { useMemo, useState } from "react";
import { Button } from "../kit/button";
import { SelectField, TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { saveFile } from "../kit/save-file";
import { Tag } from "../kit/tag";
import { ProjectHeader } from "../projects/project-header";
import type { ProjectScreenProps } from "../projects/project-screen";
import { Denied } from "../session/denied";
import { StaleStrip } from "../session/stale-strip";
import { useFreshness } from "../session/staleness";
import { CastSection } from "./cast-section";
import { readSheet, sheetOf } from "./content";
import { SheetPage } from "./sheet-page";
import { useReferred } from "./use-names";

const OPTIONS = { tables: ["projects", "shoots", "shot_lists", "scenes", "shots", "shot_products", "shot_models", "shoot_models", "call_times", "call_sheets"] };
type CallSheet = Tables<"call_sheets">;
/** What is being made now, beside the versions that were. */
const NEXT = "next";

/** `/projects/{id}/call-sheet`: a day's sheet from what is planned, issued in versions, printed or kept as a PDF. */
export function CallSheetScreen({ session, projectId }: ProjectScreenProps) {
  const room = useRoom("project", projectId, OPTIONS);
  const fresh = useFreshness(room);
  const project = useRows(room, "projects").get(projectId) as Tables<"projects"> | undefined;
  const shootRows = useRows(room, "shoots") as ReadonlyMap<string, Tables<"shoots">>;
  const [chosen, setChosen] = useState<string | null>(null);
  const shoots = useMemo(() => [...shootRows.values()].sort((a, b) => (a.scheduled_date ?? "9999").localeCompare(b.scheduled_date ?? "9999") || (a.id < b.id ? -1 : 1)), [shootRows]);
  if (fresh.is === "denied") return <Denied message={fresh.message} />;
  const shoot = shoots.find(({ id }) => id === chosen) ?? shoots[0] ?? null;
  return (
    <div data-fresh={fresh.is} className="min-h-dvh">
      <ProjectHeader projectId={projectId} title={project?.title ?? null} />
      <main className="mx-auto flex max-w-[960px] flex-col gap-6 px-6 py-8 print:max-w-none print:p-0 max-sm:px-3">
        {shoots.length > 1 && (
          <div className="max-w-80 print:hidden">
            <SelectField label="Shoot" value={shoot?.id ?? ""} onChange={(event) => setChosen(event.target.value)}>
              {shoots.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.title}
                </option>
              ))}
            </SelectField>
          </div>
        )}
        {shoot ? <ShootSheets key={shoot.id} session={session} projectId={projectId} shoot={shoot} /> : project && <p className="text-lead">This project has no shoot yet.</p>}
      </main>
      <StaleStrip fresh={fresh} />
    </div>
  );
}

function ShootSheets({ session, projectId, shoot }: { session: PersonSession; projectId: string; shoot: Tables<"shoots"> }) {
  const hub = useHub();
  const room = useRoom("project", projectId, OPTIONS);
  const rows = {
    lists: useRows(room, "shot_lists") as ReadonlyMap<string, Tables<"shot_lists">>,
    scenes: useRows(room, "scenes") as ReadonlyMap<string, Tables<"scenes">>,
    shots: useRows(room, "shots") as ReadonlyMap<string, Tables<"shots">>,
    shotProducts: useRows(room, "shot_products") as ReadonlyMap<string, Tables<"shot_products">>,
    shotModels: useRows(room, "shot_models") as ReadonlyMap<string, Tables<"shot_models">>,
    models: useRows(room, "shoot_models") as ReadonlyMap<string, Tables<"shoot_models">>,
    calls: useRows(room, "call_times") as ReadonlyMap<string, Tables<"call_times">>,
    sheets: useRows(room, "call_sheets") as ReadonlyMap<string, CallSheet>,
  };
  const today = hub.serverNow();
  const [date, setDate] = useState(shoot.scheduled_date ?? new Date(today).toISOString().slice(0, 10));
  const [extra, setExtra] = useState({ call: "", lunch: "", weather: "", remarks: "" });
  const [shown, setShown] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const mayIssue = ["owner", "admin", "producer"].includes(session.organization?.role ?? "");
  const versions = useMemo(
    () => [...rows.sheets.values()].filter(({ shoot_id }) => shoot_id === shoot.id).sort((a, b) => b.sheet_date.localeCompare(a.sheet_date) || b.version - a.version),
    [rows.sheets, shoot.id],
  );
  const ids = useMemo(() => {
    const calls = [...rows.calls.values()].filter(({ shoot_id }) => shoot_id === shoot.id);
    const some = (values: Iterable<string | null>) => [...new Set([...values].filter((id) => id !== null))].sort();
    return {
      models: some([...calls.map((call) => call.model_profile_id), ...[...rows.shotModels.values()].map((link) => link.model_profile_id), ...[...rows.models.values()].filter(({ shoot_id }) => shoot_id === shoot.id).map((model) => model.model_profile_id)]),
      designers: some(calls.map((call) => call.designer_profile_id)),
      partners: some(calls.map((call) => call.stakeholder_id)),
      staff: some(calls.map((call) => call.staff_id)),
      products: some([...rows.shotProducts.values()].map((link) => link.product_id)),
      venue: shoot.location_id,
    };
  }, [rows.calls, rows.models, rows.shotProducts, rows.shotModels, shoot]);
  const { found, error: unnamed } = useReferred(ids);
  const next = useMemo(
    () =>
      found &&
      sheetOf({ shoot, venue: found.venue, lists: rows.lists.values(), scenes: rows.scenes.values(), shots: rows.shots.values(), shotProducts: rows.shotProducts.values(), products: found.products, shotModels: rows.shotModels.values(), models: rows.models.values(), calls: rows.calls.values(), names: found.names, extra }),
    [found, shoot, rows.lists, rows.scenes, rows.shots, rows.shotProducts, rows.shotModels, rows.models, rows.calls, extra],
  );
  const which = shown ?? versions[0]?.id ?? NEXT;
  const version = versions.find(({ id }) => id === which) ?? null;
  const sheet = version ? readSheet(version.content) : next;

  const issue = async () => {
    setBusy(true);
    setError(null);
    try {
      // What stands on the screen, and the place in the journal that it shows.
      const body = { shoot_id: shoot.id, sheet_date: date, content: next, status: "issued", source_seq: room.cursor?.seq ?? null };
      const answer = await hub.http.request("POST", "/rest/v1/call_sheets", { select: "id" }, body, { headers: { prefer: "return=representation" } });
      const [made] = (await answer.json()) as { id: string }[];
      setShown(made?.id ?? null);
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };
  const download = async ({ id, sheet_date, version }: CallSheet) => {
    setBusy(true);
    setError(null);
    try {
      saveFile(await hub.api.callSheet(id), `call-sheet-${sheet_date}-v${version}.pdf`);
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };
  const field = (name: keyof typeof extra, label: string) => ({ label, value: extra[name], maxLength: 500, onChange: (event: { target: { value: string } }) => setExtra({ ...extra, [name]: event.target.value }) });
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 print:hidden">
        <div role="group" aria-label="Version" className="flex flex-wrap gap-1">
          {mayIssue && (
            <Choice chosen={which === NEXT} onClick={() => setShown(NEXT)}>
              New version
            </Choice>
          )}
          {versions.map((one) => (
            <Choice key={one.id} chosen={which === one.id} onClick={() => setShown(one.id)}>
              {one.sheet_date} v{one.version} {one.status !== "issued" && <Tag>{one.status}</Tag>}
            </Choice>
          ))}
        </div>
        <span className="flex-1" />
        {version && (
          <Button size="row" disabled={busy} onClick={() => void download(version)}>
            Download PDF
          </Button>
        )}
        <Button size="row" disabled={!sheet} onClick={() => print()}>
          Print
        </Button>
      </div>
      {error && <Notice tone="stop">{error}</Notice>}
      {unnamed && <Notice tone="wait">Some names cannot be read: {unnamed}</Notice>}
      {which === NEXT && mayIssue && (
        <CastSection projectId={projectId} shootId={shoot.id} cast={[...rows.models.values()].filter(({ shoot_id }) => shoot_id === shoot.id)} names={found?.names ?? new Map()} />
      )}
      {which === NEXT && mayIssue && (
        <form
          className="grid items-end gap-4 sm:grid-cols-4 print:hidden"
          onSubmit={(event) => {
            event.preventDefault();
            void issue();
          }}
        >
          <TextField label="Day" type="date" required value={date} onChange={(event) => setDate(event.target.value)} />
          <TextField {...field("call", "General call")} placeholder="07:00" />
          <TextField {...field("lunch", "Lunch")} placeholder="12:30" />
          <TextField {...field("weather", "Weather")} />
          <div className="sm:col-span-3">
            <TextField {...field("remarks", "Remarks")} />
          </div>
          <Button type="submit" look="solid" disabled={busy || !next || !date}>
            {busy ? "Issuing…" : "Issue it"}
          </Button>
        </form>
      )}
      {version?.status === "superseded" && <Notice tone="wait">A newer version was issued. This one stays as it was.</Notice>}
      {sheet && <SheetPage sheet={sheet} date={version?.sheet_date ?? date} version={version ? `Version ${version.version}` : "Not issued"} issued={version?.issued_at ?? null} />}
      {version && !sheet && <Foreign content={version.content} />}
    </>
  );
}

function Choice({ chosen, onClick, children }: { chosen: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button type="button" aria-pressed={chosen} onClick={onClick} className="flex h-8 items-center gap-2 rounded-soft border border-hairline px-3 text-small text-quiet hover:bg-pressed aria-pressed:border-ink aria-pressed:text-ink">
      {children}
    </button>
  );
}

/** A sheet that another program made, as far as it can be read. */
function Foreign({ content }: { content: unknown }) {
  const entries = typeof content === "object" && content !== null ? Object.entries(content) : [];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-8 gap-y-2 border border-hairline bg-raised p-10 max-sm:p-5">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="label pt-1 text-quiet">{name.replaceAll("_", " ")}</dt>
          <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
