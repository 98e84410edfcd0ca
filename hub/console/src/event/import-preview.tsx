import type { ImportReport } from "@fashionos/hub";
import { Tag } from "../kit/tag";
import { count } from "../time-format";
import { shown } from "./import-form";

/** What was understood of a file, what is wrong in it and what it would change. */
export function ImportPreview({ report, busy, onMap }: { report: ImportReport; busy: boolean; onMap: (header: string, field: string | null) => void }) {
  return (
    <div className={`flex flex-col gap-6 ${busy ? "opacity-60" : ""}`}>
      {report.columns.length > 0 && (
        <table className="w-full text-body">
          <caption className="label pb-1 text-left text-quiet">Columns</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Samples</th>
              <th scope="col">Field</th>
            </tr>
          </thead>
          <tbody>
            {report.columns.map((column) => (
              <tr key={column.header} className="h-12 border-t border-hairline">
                <th scope="row" className="max-w-40 truncate pr-4 text-left font-medium">{column.header}</th>
                <td className="max-w-0 w-full truncate pr-4 text-small text-quiet">{column.samples.slice(0, 3).join(" · ")}</td>
                <td className="w-px whitespace-nowrap">
                  <select
                    aria-label={`Field of column ${column.header}`}
                    value={column.field ?? ""}
                    disabled={busy}
                    onChange={(event) => onMap(column.header, event.target.value || null)}
                    className="h-8 rounded-soft border border-rule bg-raised px-2 text-small"
                  >
                    <option value="">Leave out</option>
                    {report.fields.map((field) => (
                      <option key={field.name} value={field.name}>
                        {field.label}
                        {field.required ? " *" : ""}
                      </option>
                    ))}
                  </select>{" "}
                  {column.guessed && column.field && <Tag>guessed</Tag>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p>
        <strong className="font-semibold">{count(report.rows)}</strong> rows: {count(report.added)} new, {count(report.changed)} changed, {count(report.unchanged)} as they are
        {report.errors.length > 0 && <span className="font-semibold text-stop">, {count(report.errors.length)} wrong</span>}.
      </p>
      {report.errors.length > 0 && (
        <div className="max-h-64 overflow-y-auto border-y border-hairline" tabIndex={0} role="region" aria-label="Rows with errors">
          <table className="w-full text-small">
            <tbody>
              {report.errors.map((error, n) => (
                <tr key={n} data-error={error.code} className="h-8 border-b border-hairline last:border-0">
                  <th scope="row" className="code w-px pr-4 text-left font-normal whitespace-nowrap">row {error.row}</th>
                  <td className="w-px pr-4 whitespace-nowrap text-quiet">{error.column}</td>
                  <td className="text-stop">{error.message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {report.diff.length > 0 && (
        <div className="max-h-80 overflow-y-auto border-y border-hairline" tabIndex={0} role="region" aria-label="Changes">
          <table className="w-full text-small">
            <tbody>
              {report.diff.map((change, n) => (
                <tr key={n} className="border-b border-hairline align-top last:border-0 [&>*]:py-1.5">
                  <th scope="row" className="code w-px pr-4 text-left font-normal whitespace-nowrap">row {change.row}</th>
                  <td className="w-px pr-4">
                    <Tag tone={change.kind === "added" ? "go" : "wait"}>{change.kind}</Tag>
                  </td>
                  <td className="w-px pr-4 font-medium whitespace-nowrap">{change.label}</td>
                  <td className="text-quiet">
                    {Object.entries(change.fields).map(([name, [before, after]]) => (
                      <span key={name} className="mr-3 inline-block">
                        {name}{" "}
                        {change.kind === "changed" && (
                          <>
                            <del>{shown(before)}</del> →{" "}
                          </>
                        )}
                        <ins className="text-ink no-underline">{shown(after)}</ins>
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {report.diff.length >= 200 && <p className="text-small text-quiet">The first 200 changes are shown.</p>}
    </div>
  );
}
