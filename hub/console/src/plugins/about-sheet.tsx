import { useEffect, useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { SelectField, TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import { pageList, payload, subjects } from "./about";
import type { Install, JobKind } from "./answers";
import { said, useAction, usePluginApi } from "./use-plugins";

/** After this long without a key, rows are looked for, ms. */
const PAUSE_MS = 250;

interface Row {
  id: string;
  words: string;
}

/** Chooses the row that a job is about, and begins it. Its progress and its end are in the list of jobs. */
export function AboutSheet({ install, job, connection, record, onQueued, onClose }: { install: Install; job: JobKind; connection: string | undefined; record: boolean; onQueued: () => void; onClose: () => void }) {
  const api = usePluginApi();
  const { busy, error, act } = useAction();
  const kinds = subjects(job.name);
  const [kind, setKind] = useState(0);
  const [search, setSearch] = useState("");
  const [rows, setRows] = useState<Row[] | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [chosen, setChosen] = useState("");
  const [pages, setPages] = useState("");
  const subject = kinds[kind]!;
  useEffect(() => {
    let left = false;
    const timer = setTimeout(() => {
      api.rows(subject, search).then(
        (found) => {
          if (left) return;
          setRows(found);
          setFailed(null);
        },
        (cause: unknown) => !left && setFailed(said(cause)),
      );
    }, PAUSE_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [api, subject, search]);
  const row = rows?.find(({ id }) => id === chosen) ?? rows?.[0];
  const listed = subject.pages ? pageList(pages) : { pages: [], problem: null };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!row || listed.problem) return;
    const asked = { kind: job.name, record, payload: payload(job.name, subject, row.id, listed.pages), ...(connection && { connection_id: connection }) };
    if (await act(() => api.queue(install.id, asked))) {
      onQueued();
      onClose();
    }
  };
  return (
    <Sheet title={job.title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {(error ?? failed) && <Notice tone="stop">{error ?? failed}</Notice>}
        {kinds.length > 1 && (
          <SelectField label="About a" value={kind} onChange={(event) => setKind(Number(event.target.value))}>
            {kinds.map(({ table, label }, at) => (
              <option key={table} value={at}>
                {label}
              </option>
            ))}
          </SelectField>
        )}
        <TextField label={`Look for a ${subject.label.toLowerCase()}`} data-first value={search} onChange={(event) => setSearch(event.target.value)} />
        <SelectField label={subject.label} value={row?.id ?? ""} hint={rows?.length === 0 ? "None is found." : undefined} onChange={(event) => setChosen(event.target.value)}>
          {(rows ?? []).map(({ id, words }) => (
            <option key={id} value={id}>
              {words}
            </option>
          ))}
        </SelectField>
        {subject.pages && <TextField label="Its pages" required value={pages} error={pages ? listed.problem : null} hint="Addresses that begin with https://, ten at most, with spaces between them." onChange={(event) => setPages(event.target.value)} />}
        <Button type="submit" look="solid" disabled={busy || !row || listed.problem !== null}>
          Begin
        </Button>
      </form>
    </Sheet>
  );
}
