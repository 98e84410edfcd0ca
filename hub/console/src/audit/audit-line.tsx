import type { AuditEntry, AuditFilter } from "@fashionos/hub";
import { Tag } from "../kit/tag";
import { day, instant, timeOfDay } from "../time-format";
import { differences, type Difference } from "./differences";

const ACTIONS = { insert: "Added", update: "Changed", delete: "Removed" } as const;
const TONES = { insert: "go", update: "plain", delete: "stop" } as const;
const NOBODY = { user: "A person", device: "A device", plugin: "A plugin", system: "The hub", database: "By SQL" } as const;
/** How many values a row that was added or removed shows before it is opened. */
const FIRST = 4;
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** One change: when, who, which row, and each value before and after. */
export function AuditLine({ entry, onFilter }: { entry: AuditEntry; onFilter: (filter: AuditFilter) => void }) {
  const at = instant(entry.at) ?? 0;
  const { id, kind, name, address, agent } = entry.actor;
  const values = differences(entry);
  // One more line takes as much room as the words that would stand for it.
  const [shown, rest] = values.length > FIRST + 1 ? [values.slice(0, FIRST), values.slice(FIRST)] : [values, []];
  return (
    <tr className="border-t border-hairline align-top">
      <td className="py-4 pr-6 text-small whitespace-nowrap">
        {day(at, HERE)}
        <span className="block text-quiet">{timeOfDay(at, HERE)}</span>
      </td>
      <td className="py-4 pr-6">
        {id && kind === "user" ? (
          <button type="button" className="text-left underline underline-offset-4" onClick={() => onFilter({ person: id })}>
            {name ?? NOBODY[kind]}
          </button>
        ) : (
          (name ?? NOBODY[kind])
        )}
        {name && kind !== "user" && <span className="block text-small text-quiet">{NOBODY[kind]}</span>}
        {address && <span className="code block text-small text-quiet">{address}</span>}
        {agent && <span className="block max-w-64 text-small break-words text-quiet">{agent}</span>}
      </td>
      <td className="py-4 pr-6">
        <Tag tone={TONES[entry.action]}>{ACTIONS[entry.action]}</Tag>
        <button type="button" className="mt-1 block text-left underline underline-offset-4" onClick={() => onFilter({ table: entry.table })}>
          {entry.table}
        </button>
        <button type="button" className="code block text-left text-small text-quiet underline underline-offset-4" aria-label={`Row ${entry.row}`} onClick={() => onFilter({ row: entry.row })}>
          …{entry.row.slice(-12)}
        </button>
      </td>
      <td className="w-1/2 min-w-0 py-4">
        <Values of={shown} />
        {rest.length > 0 && (
          <details className="mt-1 text-small">
            <summary className="cursor-pointer text-quiet underline underline-offset-4">{rest.length} more</summary>
            <div className="pt-1">
              <Values of={rest} />
            </div>
          </details>
        )}
      </td>
    </tr>
  );
}

function Values({ of }: { of: readonly Difference[] }) {
  return (
    <dl className="grid grid-cols-[minmax(8rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1 text-small">
      {of.map(({ column, before, after }) => (
        <div key={column} className="contents">
          <dt className="text-quiet">{column}</dt>
          <dd className="min-w-0 break-words">
            {before !== null && <del className="text-quiet">{before}</del>}
            {before !== null && after !== null && " "}
            {after !== null && <ins className="no-underline">{after}</ins>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
