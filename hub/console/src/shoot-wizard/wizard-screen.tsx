import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import type { PersonSession } from "@fashionos/hub";
import { Button } from "../kit/button";
import { SelectField, TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { OfficeHeader } from "../session/office-header";
import { day } from "../time-format";
import { answered, faults, type Draft, type Field, span, STEPS, turned } from "./draft";
import { type Choices, useChoices } from "./use-choices";
import { type Keeping, useDraft } from "./use-draft";

const TYPES = ["Lookbook", "Campaign", "Editorial", "E-commerce", "Backstage"];
const ZONES = Intl.supportedValuesOf("timeZone");
const KEEPING: Record<Keeping, string> = { saved: "Saved. Go on here or on another device.", saving: "Saving…", "on this device": "Kept on this device until the hub is there again." };

/** `/projects/new-shoot`: a project of type shoot, with its shoot and its shot list, in four steps. */
export function WizardScreen({ session }: { session: PersonSession }) {
  const navigate = useNavigate();
  const choices = useChoices();
  const { draft, resumed, keeping, change, finish, discard } = useDraft(session);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const wrong = draft ? faults(draft, draft.step) : {};
  const field = (name: Field, label: string) => ({
    label,
    value: draft!.answers[name],
    error: tried ? wrong[name] : null,
    onChange: (event: { target: { value: string } }) => change(answered(draft!, name, event.target.value)),
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!draft) return;
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    setTried(false);
    if (draft.step < STEPS.length - 1) return change(turned(draft, draft.step + 1));
    const unfinished = STEPS.findIndex((_, step) => Object.keys(faults(draft, step)).length > 0);
    if (unfinished >= 0) {
      setTried(true);
      return change(turned(draft, unfinished));
    }
    setBusy(true);
    setError(null);
    const failed = await finish();
    if (failed === null) return void navigate({ to: "/projects/$projectId/shot-list", params: { projectId: draft.ids.project } });
    setBusy(false);
    setError(failed);
  };
  return (
    <div className="min-h-dvh">
      <OfficeHeader session={session} />
      <main className="mx-auto flex max-w-[720px] flex-col gap-8 px-6 py-12 max-sm:py-6">
        <div>
          <p className="label text-quiet">New project</p>
          <h1 className="title text-display">Start a shoot</h1>
        </div>
        {draft && (
          <>
            <ol aria-label="Steps" className="grid grid-cols-4 gap-2">
              {STEPS.map((name, n) => (
                <li key={name} aria-current={n === draft.step ? "step" : undefined}>
                  <button type="button" disabled={n > draft.step} onClick={() => change(turned(draft, n))} className={`label w-full border-t-2 pt-2 text-left ${n <= draft.step ? "border-ink text-ink" : "border-hairline text-quiet"}`}>
                    {n + 1} {name}
                  </button>
                </li>
              ))}
            </ol>
            {resumed && draft.step > 0 && <p className="text-small text-quiet">You are where you left off.</p>}
            {error && <Notice tone="stop">{error}</Notice>}
            <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-6" data-step={draft.step}>
              {draft.step === 0 && (
                <>
                  <TextField {...field("title", "Title")} maxLength={300} autoFocus />
                  <TextField {...field("shoot_type", "Type")} list="shoot-types" hint="Lookbook, campaign, or in your own word" maxLength={100} />
                  <datalist id="shoot-types">
                    {TYPES.map((type) => (
                      <option key={type} value={type} />
                    ))}
                  </datalist>
                  <Choose {...field("client_id", "Client")} none="No client" choices={choices.clients} />
                  <Choose {...field("designer_id", "Designer")} none="No designer" choices={choices.designers} />
                </>
              )}
              {draft.step === 1 && (
                <>
                  <TextField {...field("date", "Date")} type="date" autoFocus />
                  <div className="grid gap-4 sm:grid-cols-2">
                    <TextField {...field("start", "From")} type="time" />
                    <TextField {...field("end", "To")} type="time" hint={span(draft.answers)?.overnight ? "The next day" : undefined} />
                  </div>
                  <SelectField {...field("time_zone", "Time zone")}>
                    {[...new Set([draft.answers.time_zone, ...ZONES])].map((zone) => (
                      <option key={zone}>{zone}</option>
                    ))}
                  </SelectField>
                </>
              )}
              {draft.step === 2 && (
                <>
                  <Choose {...field("venue_id", "Venue")} none="Not a venue of the house" choices={choices.venues} />
                  <TextField {...field("location", "Place in words")} hint="Where in the venue, or where it is" maxLength={300} />
                </>
              )}
              {draft.step === 3 && <Summary draft={draft} choices={choices} />}
              <div className="flex flex-wrap items-center gap-3">
                <Button type="submit" look="solid" disabled={busy}>
                  {draft.step < STEPS.length - 1 ? "Go on" : busy ? "Starting…" : "Start the shoot"}
                </Button>
                {draft.step > 0 && <Button onClick={() => change(turned(draft, draft.step - 1))}>Back</Button>}
                <Button look="plain" onClick={() => void discard().finally(() => void navigate({ to: "/projects" }))}>
                  Discard
                </Button>
                <p role="status" data-keeping={draft.unsaved.length > 0 && keeping === "saved" ? "saving" : keeping} className="text-small text-quiet">
                  {KEEPING[draft.unsaved.length > 0 && keeping === "saved" ? "saving" : keeping]}
                </p>
              </div>
            </form>
          </>
        )}
      </main>
    </div>
  );
}

function Choose({ choices, none, ...rest }: { label: string; value: string; error?: string | null; onChange: (event: { target: { value: string } }) => void; none: string; choices: readonly { id: string; name: string }[] }) {
  // What was chosen elsewhere stays chosen while the names are not here yet.
  const unknown = rest.value !== "" && !choices.some(({ id }) => id === rest.value);
  return (
    <SelectField {...rest}>
      <option value="">{none}</option>
      {unknown && <option value={rest.value}>…</option>}
      {choices.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function Summary({ draft: { answers }, choices }: { draft: Draft; choices: Choices }) {
  const name = (list: readonly { id: string; name: string }[], id: string) => list.find((choice) => choice.id === id)?.name ?? "";
  const times = span(answers);
  const lines: [string, string][] = [
    ["Title", answers.title],
    ["Type", answers.shoot_type],
    ["Client", name(choices.clients, answers.client_id)],
    ["Designer", name(choices.designers, answers.designer_id)],
    ["Date", answers.date ? day(Date.parse(answers.date), "UTC") : ""],
    ["Time", times ? `${answers.start} to ${answers.end}${times.overnight ? " (the next day)" : ""}, ${answers.time_zone}` : ""],
    ["Place", [name(choices.venues, answers.venue_id), answers.location].filter(Boolean).join(", ")],
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-8 gap-y-2 border-y border-hairline py-4">
      {lines.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="label pt-1 text-quiet">{label}</dt>
          <dd className={value ? "" : "text-quiet"}>{value || "Not decided"}</dd>
        </div>
      ))}
    </dl>
  );
}
