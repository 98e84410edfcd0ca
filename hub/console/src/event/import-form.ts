import type { ImportReport } from "@fashionos/hub";

/** Where an import stands. Nothing is written before `apply`, and then all of the file or nothing. */
export type ImportForm =
  | { step: "empty" }
  | { step: "reading"; file: File; mapping: ColumnMap; report: ImportReport | null }
  | { step: "checked"; file: File; mapping: ColumnMap; report: ImportReport }
  | { step: "applying"; file: File; mapping: ColumnMap; report: ImportReport }
  | { step: "done"; report: ImportReport }
  | { step: "failed"; file: File; mapping: ColumnMap; message: string };

/** Column header to field; null leaves the column out; a header that is absent is guessed by the hub. */
export type ColumnMap = Readonly<Record<string, string | null>>;

export type ImportStep =
  | { do: "choose"; file: File }
  | { do: "map"; header: string; field: string | null }
  | { do: "report"; file: File; report: ImportReport }
  | { do: "fail"; file: File; message: string }
  | { do: "apply" }
  | { do: "retry" }
  | { do: "reset" };

/** The next state. An answer about a file that has been replaced meanwhile changes nothing. */
export function importForm(form: ImportForm, step: ImportStep): ImportForm {
  switch (step.do) {
    case "choose":
      return { step: "reading", file: step.file, mapping: {}, report: null };
    case "reset":
      return { step: "empty" };
    case "map": {
      if (form.step !== "checked" && form.step !== "reading") return form;
      // A field takes one column: the column that had it is left out.
      const before = form.report?.columns.find((column) => column.field === step.field && column.header !== step.header);
      const mapping = { ...form.mapping, ...(step.field !== null && before && { [before.header]: null }), [step.header]: step.field };
      return { step: "reading", file: form.file, mapping, report: form.report };
    }
    case "report":
      if (form.step === "empty" || form.step === "done" || form.file !== step.file) return form;
      return step.report.applied ? { step: "done", report: step.report } : { step: "checked", file: form.file, mapping: form.mapping, report: step.report };
    case "fail":
      if (form.step === "empty" || form.step === "done" || form.file !== step.file) return form;
      return { step: "failed", file: form.file, mapping: form.mapping, message: step.message };
    case "apply":
      return form.step === "checked" && mayApply(form.report) ? { ...form, step: "applying" } : form;
    case "retry":
      return form.step === "failed" ? { step: "reading", file: form.file, mapping: form.mapping, report: null } : form;
  }
}

/** Whether the file can be taken in: no row is wrong, no required field is without a column, something would change. */
export function mayApply(report: ImportReport): boolean {
  return report.errors.length === 0 && missingFields(report).length === 0 && report.added + report.changed > 0;
}

/** Names of required fields that no column gives. */
export function missingFields(report: ImportReport): string[] {
  const given = new Set(report.columns.map((column) => column.field));
  return report.fields.filter((field) => field.required && !given.has(field.name)).map((field) => field.label);
}

/** A value of the diff as text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
