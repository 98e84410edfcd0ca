import { HubError, type AuditFilter, type PersonRow } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { SelectField, TextField } from "../kit/field";

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

interface Typed {
  table: string;
  row: string;
  person: string;
}

/** What is wrong with what was typed, field by field. */
export function problems({ table, row, person }: Typed): Partial<Typed> {
  const wrong: Partial<Typed> = {};
  if (table && !NAME.test(table)) wrong.table = "The name of a table, for example registrations";
  if (row && !ID.test(row)) wrong.row = "The id of a row";
  if (person && !ID.test(person) && !person.includes("@")) wrong.person = "An e-mail address or an id";
  return wrong;
}

/** Table, row and person. A person is named by an id, or by an address, which several rows may have. */
export function AuditFilters({ filter, onChange }: { filter: AuditFilter; onChange: (filter: AuditFilter) => void }) {
  const hub = useHub();
  const [typed, setTyped] = useState<Typed>({ table: "", row: "", person: "" });
  const [wrong, setWrong] = useState<Partial<Typed>>({});
  const [people, setPeople] = useState<PersonRow[]>([]);
  const [seen, setSeen] = useState(filter);
  // A line of the list sets a filter too.
  if (seen !== filter) {
    setSeen(filter);
    setTyped({ table: filter.table ?? "", row: filter.row ?? "", person: people.length > 0 && filter.person ? typed.person : (filter.person ?? "") });
  }
  const apply = async (event: FormEvent) => {
    event.preventDefault();
    const cleaned = { table: typed.table.trim(), row: typed.row.trim(), person: typed.person.trim() };
    const found = problems(cleaned);
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    let person: string | undefined = cleaned.person;
    let rows: PersonRow[] = [];
    if (person.includes("@")) {
      try {
        rows = await hub.api.findPeople(person);
      } catch (cause) {
        setWrong({ person: cause instanceof HubError ? cause.message : String(cause) });
        return;
      }
      person = rows[0]?.id;
      if (person === undefined) {
        setWrong({ person: "Nobody here has this address" });
        return;
      }
    }
    setPeople(rows);
    onChange({ ...(cleaned.table && { table: cleaned.table }), ...(cleaned.row && { row: cleaned.row }), ...(person && { person }) });
  };
  const set = (change: Partial<Typed>) => setTyped({ ...typed, ...change });
  const clear = () => {
    setPeople([]);
    setWrong({});
    onChange({});
  };
  return (
    <form aria-label="Filter" onSubmit={(event) => void apply(event)} className="grid items-start gap-4 md:grid-cols-[1fr_1.4fr_1.4fr_auto]">
      <TextField label="Table" value={typed.table} error={wrong.table ?? null} spellCheck={false} autoComplete="off" onChange={(event) => set({ table: event.target.value })} />
      <TextField label="Row" value={typed.row} error={wrong.row ?? null} spellCheck={false} autoComplete="off" onChange={(event) => set({ row: event.target.value })} />
      <div className="flex flex-col gap-2">
        <TextField label="Person" value={typed.person} hint="E-mail address or id" error={wrong.person ?? null} spellCheck={false} autoComplete="off" onChange={(event) => set({ person: event.target.value })} />
        {people.length > 1 && (
          <SelectField label="Known as" value={filter.person ?? ""} onChange={(event) => onChange({ ...filter, person: event.target.value })}>
            {people.map((row) => (
              <option key={row.id} value={row.id}>
                {row.kind} {row.id.slice(-6)}
              </option>
            ))}
          </SelectField>
        )}
      </div>
      <div className="flex gap-2 pt-5">
        <Button type="submit" look="solid">
          Filter
        </Button>
        <Button onClick={clear}>Clear</Button>
      </div>
    </form>
  );
}
