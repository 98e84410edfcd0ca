import type { JobKind, Manifest } from "./answers";

/** A table whose rows a job can be about, and its column with the words that people know a row by. */
export interface Subject {
  table: "accounts" | "contacts" | "deals" | "invoices";
  words: "name" | "title" | "number";
  label: string;
  /** What else is asked for: addresses of pages. */
  pages?: true;
}

const ACCOUNT: Subject = { table: "accounts", words: "name", label: "Company" };

/** What the shared jobs that need a row are about. */
const SUBJECTS: Record<string, Subject[]> = {
  enrich: [ACCOUNT, { table: "contacts", words: "name", label: "Contact" }],
  gaps: [{ ...ACCOUNT, pages: true }],
  deal: [{ table: "deals", words: "title", label: "Deal" }],
  charge: [{ table: "invoices", words: "number", label: "Invoice" }],
};

/** The jobs of a plugin that somebody begins by choosing a row. */
export function aboutRows(manifest: Manifest | null): JobKind[] {
  return (manifest?.jobs ?? []).filter(({ name }) => name in SUBJECTS);
}

export function subjects(job: string): Subject[] {
  return SUBJECTS[job] ?? [];
}

/** The addresses in a text, one a line, and what is wrong with them. */
export function pageList(text: string): { pages: string[]; problem: string | null } {
  const pages = text.split(/\s+/).filter(Boolean);
  const problem = pages.length < 1 || pages.length > 10 ? "One to ten addresses." : (pages.find((page) => !/^https:\/\/[^/]+\.[^/]+/.test(page)) ?? null);
  return { pages, problem: problem?.startsWith("One") || problem === null ? problem : `“${problem}” does not begin with https://` };
}

/** What a job is told. */
export function payload(job: string, subject: Subject, id: string, pages: string[]): Record<string, unknown> {
  switch (job) {
    case "gaps":
      return { account_id: id, pages };
    case "deal":
      return { deal_id: id };
    case "charge":
      return { invoice: { id } };
    default:
      return { table: subject.table, id };
  }
}
