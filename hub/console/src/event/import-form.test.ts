import type { ImportReport } from "@fashionos/hub";
import { describe, expect, it } from "vitest";
import { importForm, mayApply, missingFields, shown, type ImportForm } from "./import-form";

const report = (more: Partial<ImportReport> = {}): ImportReport => ({
  format: "csv",
  columns: [
    { header: "Name", field: "name", guessed: true, samples: [] },
    { header: "Cat.", field: null, guessed: false, samples: [] },
    { header: "Room", field: "tier", guessed: true, samples: [] },
  ],
  fields: [
    { name: "name", label: "Name", required: true },
    { name: "tier", label: "Tier", required: true },
  ],
  rows: 3,
  added: 2,
  changed: 0,
  unchanged: 1,
  errors: [],
  diff: [],
  applied: false,
  ...more,
});
const file = new File(["a"], "guests.csv");
const checked = (more: Partial<ImportReport> = {}): ImportForm => ({ step: "checked", file, mapping: {}, report: report(more) });

describe("importing guests and rundowns", () => {
  it("goes from a file over its check to the end", () => {
    let form = importForm({ step: "empty" }, { do: "choose", file });
    expect(form.step).toBe("reading");
    form = importForm(form, { do: "report", file, report: report() });
    expect(form.step).toBe("checked");
    form = importForm(form, { do: "apply" });
    expect(form.step).toBe("applying");
    form = importForm(form, { do: "report", file, report: report({ applied: true }) });
    expect(form.step).toBe("done");
  });

  it("checks anew when a column is corrected, and takes the field from the column that had it", () => {
    const form = importForm(checked(), { do: "map", header: "Cat.", field: "tier" });
    expect(form).toMatchObject({ step: "reading", mapping: { "Cat.": "tier", Room: null } });
  });

  it("leaves a column out", () => {
    expect(importForm(checked(), { do: "map", header: "Room", field: null })).toMatchObject({ mapping: { Room: null } });
  });

  it.each([
    ["a wrong row", { errors: [{ row: 2, column: null, code: "bad_email", message: "?" }] }],
    ["a required field without column", { columns: [] }],
    ["nothing to do", { added: 0, changed: 0 }],
  ])("cannot be applied with %s", (_, more) => {
    expect(mayApply(report(more))).toBe(false);
    expect(importForm(checked(more), { do: "apply" }).step).toBe("checked");
  });

  it("ignores the answer about a file that was replaced", () => {
    const other = new File(["b"], "other.csv");
    const form = importForm(checked(), { do: "choose", file: other });
    expect(importForm(form, { do: "report", file, report: report() })).toBe(form);
    expect(importForm(form, { do: "fail", file, message: "too late" })).toBe(form);
  });

  it("keeps the mapping over a failure", () => {
    const failed = importForm(importForm(checked(), { do: "map", header: "Cat.", field: "tier" }), { do: "fail", file, message: "no network" });
    expect(importForm(failed, { do: "retry" })).toMatchObject({ step: "reading", mapping: { "Cat.": "tier" } });
  });

  it("names what is missing and shows values", () => {
    expect(missingFields(report({ columns: [] }))).toEqual(["Name", "Tier"]);
    expect([null, "", true, 3, { a: 1 }].map(shown)).toEqual(["–", "–", "yes", "3", '{"a":1}']);
  });
});
