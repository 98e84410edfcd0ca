import { HubError, type ImportKind } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useEffect, useId, useReducer, useState, type DragEvent } from "react";
import { Button } from "../kit/button";
import { Notice } from "../kit/notice";
import { count } from "../time-format";
import { importForm, mayApply, missingFields } from "./import-form";
import { ImportPreview } from "./import-preview";
import { Section } from "../kit/section";

const WHAT: Record<ImportKind, { name: string; accepts: string; hint: string }> = {
  guests: { name: "Guest list", accepts: ".csv,.xlsx", hint: "CSV or XLSX" },
  rundown: { name: "Rundown", accepts: ".csv,.xlsx,.json", hint: "CSV, XLSX or an Ontime project (JSON)" },
};

/** Brings a guest list or a rundown in: the columns are guessed, corrected, tried without writing, then all taken or nothing. */
export function ImportSection({ eventId }: { eventId: string }) {
  return (
    <Section title="Import" hint="Nothing is written until you apply. Importing the same list again changes only what differs.">
      <div className="grid gap-6 xl:grid-cols-2">
        <Import eventId={eventId} kind="guests" />
        <Import eventId={eventId} kind="rundown" />
      </div>
    </Section>
  );
}

function Import({ eventId, kind }: { eventId: string; kind: ImportKind }) {
  const hub = useHub();
  const [form, step] = useReducer(importForm, { step: "empty" });
  const [over, setOver] = useState(false);
  const id = useId();

  useEffect(() => {
    if (form.step !== "reading" && form.step !== "applying") return;
    const { file, mapping } = form;
    let left = false;
    hub.api.importFile(eventId, kind, file, { mapping, apply: form.step === "applying" }).then(
      (report) => !left && step({ do: "report", file, report }),
      (cause) => !left && step({ do: "fail", file, message: cause instanceof HubError ? cause.message : String(cause) }),
    );
    return () => {
      left = true;
    };
  }, [hub, eventId, kind, form]);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) step({ do: "choose", file });
  };
  const report = "report" in form ? form.report : null;
  const missing = report ? missingFields(report) : [];
  return (
    <div className={`flex min-w-0 flex-col gap-4 ${report && form.step !== "done" ? "xl:col-span-2" : ""}`} data-import={kind} data-step={form.step}>
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`flex flex-wrap items-center gap-4 border border-dashed p-5 ${over ? "border-ink bg-pressed" : "border-rule"}`}
      >
        <div className="min-w-0 flex-1">
          <h3 className="text-lead font-semibold">{WHAT[kind].name}</h3>
          <p className="text-small text-quiet">{"file" in form ? form.file.name : `Drop a file here. ${WHAT[kind].hint}.`}</p>
        </div>
        <label htmlFor={id} className="inline-flex h-10 items-center rounded-soft border border-rule px-4 font-medium hover:bg-pressed has-focus-visible:outline-2 has-focus-visible:outline-focus">
          Choose a file
          <input
            id={id}
            type="file"
            accept={WHAT[kind].accepts}
            className="sr-only"
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file) step({ do: "choose", file });
              // The same file may be chosen again after it was corrected.
              event.target.value = "";
            }}
          />
        </label>
      </div>
      {form.step === "reading" && <p className="text-quiet" role="status">Checking…</p>}
      {form.step === "failed" && (
        <div className="flex items-center gap-4">
          <Notice tone="stop">{form.message}</Notice>
          <Button size="row" onClick={() => step({ do: "retry" })}>
            Try again
          </Button>
        </div>
      )}
      {form.step === "done" && (
        <Notice tone="go">
          Done: {count(form.report.added)} added, {count(form.report.changed)} changed, {count(form.report.unchanged)} as they were.
        </Notice>
      )}
      {report && form.step !== "done" && (
        <>
          <ImportPreview report={report} busy={form.step !== "checked"} onMap={(header, field) => step({ do: "map", header, field })} />
          {missing.length > 0 && <Notice tone="stop">Say which column holds: {missing.join(", ")}.</Notice>}
          <div className="flex flex-wrap items-center gap-3">
            <Button look="solid" disabled={form.step !== "checked" || !mayApply(report)} onClick={() => step({ do: "apply" })}>
              {form.step === "applying" ? "Applying…" : `Apply: ${count(report.added)} added, ${count(report.changed)} changed`}
            </Button>
            <Button onClick={() => step({ do: "reset" })}>Cancel</Button>
          </div>
        </>
      )}
    </div>
  );
}
