import type { Verdict } from "@fashionos/hub";
import { useState, type ReactNode } from "react";
import { timeOfDay } from "../time-format";
import { OverrideForm } from "./override-form";
import { PeopleStepper } from "./people-stepper";
import type { ScanEntry } from "./scan-log";
import { Shape } from "./shape";
import { faceOf, mayOverride, partyLine } from "./verdict-face";

const FIELDS = { go: "bg-go-field text-on-go", wait: "bg-wait-field text-on-wait", stop: "bg-stop-field text-on-stop" };

export interface VerdictActions {
  /** Whether this person or device may override a rule. */
  supervisor: boolean;
  zone: string;
  online: boolean;
  onClose: () => void;
  /** Somebody has begun to use the controls: the verdict stays. */
  onHold: () => void;
  onFewer: (entry: ScanEntry, people: number) => void;
  onOverride: (entry: ScanEntry, reason: string) => void;
}

/** The answer to a scan over the whole screen; what can be done about it is in the lower half, under the thumb. */
export function VerdictScreen({ entry, ...actions }: VerdictActions & { entry: ScanEntry }) {
  if (entry.state.is === "verdict") return <Decided entry={entry} verdict={entry.state.verdict} {...actions} />;
  if (entry.state.is === "failed") {
    return (
      <Field tone="stop" onClose={actions.onClose} kind="failed" shape={<Shape shape="bar" passes={false} className="size-[26vmin]" />} word="Not counted">
        <p className="text-heading">{entry.label}</p>
        <p className="text-lead">{entry.state.message}</p>
      </Field>
    );
  }
  return (
    <Field
      tone="wait"
      kind="sent"
      onClose={actions.onClose}
      shape={
        <svg viewBox="0 0 100 100" className="size-[26vmin]" fill="none" stroke="currentColor" strokeWidth="5" aria-hidden>
          <circle cx="50" cy="50" r="46" strokeDasharray="12 8" />
          <path d="M50 24 V52 L68 62" strokeWidth="7" />
        </svg>
      }
      word={actions.online ? "Sent…" : "Not sent yet"}
    >
      <p className="text-heading">{entry.label}</p>
      <p className="text-lead">
        {actions.online ? "Not confirmed yet: wait for the answer." : "No signal. Kept on this device and not confirmed yet: you decide at the door."}
      </p>
    </Field>
  );
}

function Decided({ entry, verdict, ...actions }: VerdictActions & { entry: ScanEntry; verdict: Verdict }) {
  const face = faceOf(verdict);
  const passes = verdict.people > 0;
  const party = partyLine(verdict);
  const guest = verdict.guest;
  const [overriding, setOverriding] = useState(false);
  const [people, setPeople] = useState(verdict.people);
  return (
    <Field tone={face.tone} kind={verdict.result} onClose={actions.onClose} shape={<Shape shape={face.shape} passes={passes} className="size-[26vmin]" />} word={face.word}>
      {guest && (
        <div>
          <p data-guest className="text-[clamp(2.5rem,7vmin,4.5rem)] leading-[1.1] font-semibold text-balance">
            {guest.name}
          </p>
          <p className="text-heading">
            {guest.tier}
            {guest.seat && <span className="code"> · {guest.seat}</span>}
          </p>
        </div>
      )}
      {party && <p className="text-heading font-semibold">{party}</p>}
      {guest?.attention?.note && <p className="max-w-[24ch] border-y border-current py-3 text-heading">{guest.attention.note}</p>}
      {verdict.overridden && <p className="text-lead">Let in by a supervisor ({verdict.overridden.replaceAll("_", " ")}).</p>}
      <Explanation verdict={verdict} advice={face.advice} zone={actions.zone} />
      <div className="mt-auto flex w-full flex-col items-center gap-4" onPointerDown={actions.onHold} onFocus={actions.onHold}>
        {verdict.result === "admitted" && verdict.people > 1 && !verdict.reentry && (
          <div className="flex flex-wrap items-center justify-center gap-4">
            <PeopleStepper value={people} most={verdict.people} onChange={setPeople} label="People who came" />
            {people < verdict.people && (
              <button type="button" className="h-14 rounded-soft border border-current px-5 text-lead font-medium" onClick={() => actions.onFewer(entry, people)}>
                Only {people} came
              </button>
            )}
          </div>
        )}
        {mayOverride(verdict.result) && actions.supervisor && (
          overriding ? (
            <OverrideForm onOverride={(reason) => actions.onOverride(entry, reason)} onCancel={() => setOverriding(false)} />
          ) : (
            <button type="button" className="h-14 rounded-soft border border-current px-5 text-lead font-medium" onClick={() => setOverriding(true)}>
              Supervisor: let in anyway
            </button>
          )
        )}
      </div>
    </Field>
  );
}

/** Why, and what now. */
function Explanation({ verdict, advice, zone }: { verdict: Verdict; advice: string; zone: string }) {
  const { earlier } = verdict;
  if (verdict.result === "already_in" && earlier) {
    return (
      <dl data-earlier className="grid grid-cols-[auto_auto] gap-x-6 gap-y-1 text-left text-heading">
        <dt>Came in</dt>
        <dd className="font-semibold">{timeOfDay(earlier.at, zone)}</dd>
        {earlier.gate && (
          <>
            <dt>At</dt>
            <dd className="font-semibold">{earlier.gate}</dd>
          </>
        )}
        {earlier.by && (
          <>
            <dt>Scanned by</dt>
            <dd className="font-semibold">{earlier.by}</dd>
          </>
        )}
      </dl>
    );
  }
  if (verdict.result === "wrong_gate" && verdict.right_gates?.length) {
    return <p className="text-heading">Send them to {verdict.right_gates.join(" or ")}</p>;
  }
  return <p className="text-heading">{advice}</p>;
}

function Field(props: { tone: keyof typeof FIELDS; kind: string; shape: ReactNode; word: string; onClose: () => void; children: ReactNode }) {
  return (
    <div role="alertdialog" aria-label={props.word} data-verdict={props.kind} className={`fixed inset-0 z-20 flex flex-col items-center gap-5 overflow-y-auto p-6 pt-[7vh] text-center ${FIELDS[props.tone]}`}>
      {props.shape}
      <p className="text-[clamp(4rem,14vmin,8rem)] leading-none font-semibold tracking-tight text-balance">{props.word}</p>
      {props.children}
      <button type="button" className="mt-auto h-16 w-full max-w-[560px] shrink-0 rounded-soft border border-current text-lead font-semibold" onClick={props.onClose}>
        Next guest
      </button>
    </div>
  );
}
