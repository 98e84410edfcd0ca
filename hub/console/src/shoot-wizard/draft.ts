import { zonedTime } from "../events/local-time";

/** What the wizard asks. Times are those of the place. */
export interface Answers {
  readonly title: string;
  readonly shoot_type: string;
  readonly client_id: string;
  readonly designer_id: string;
  /** `2026-12-01`. */
  readonly date: string;
  /** `08:00`. */
  readonly start: string;
  readonly end: string;
  readonly time_zone: string;
  readonly venue_id: string;
  /** In words, when it is no venue of the directory. */
  readonly location: string;
}
export type Field = keyof Answers;

/** The ids of what finishing will make, decided when the draft is begun: finishing twice makes one. */
export interface Ids {
  readonly project: string;
  readonly shoot: string;
  readonly list: string;
}

export const STEPS = ["What", "When", "Where", "Check"] as const;

/** A wizard on its way, as this device has it. */
export interface Draft {
  readonly id: string;
  readonly ids: Ids;
  readonly step: number;
  readonly answers: Answers;
  /** The version of the hub's copy that this one is based on; 0: it has none. */
  readonly rev: number;
  /** What was entered here and is not with the hub. */
  readonly unsaved: readonly (Field | "step")[];
}

/** The draft as the hub keeps it. */
export interface StoredDraft {
  readonly id: string;
  readonly rev: number;
  readonly step: number;
  readonly state: { readonly ids?: Partial<Ids>; readonly answers?: Partial<Record<string, unknown>> };
}

export function begin(makeId: () => string, timeZone: string): Draft {
  const answers = { title: "", shoot_type: "", client_id: "", designer_id: "", date: "", start: "08:00", end: "18:00", time_zone: timeZone, venue_id: "", location: "" };
  return { id: makeId(), ids: { project: makeId(), shoot: makeId(), list: makeId() }, step: 0, answers, rev: 0, unsaved: [] };
}

export function answered(draft: Draft, field: Field, value: string): Draft {
  if (draft.answers[field] === value) return draft;
  return { ...draft, answers: { ...draft.answers, [field]: value }, unsaved: [...new Set([...draft.unsaved, field])] };
}

export function turned(draft: Draft, step: number): Draft {
  const to = Math.max(0, Math.min(STEPS.length - 1, step));
  return to === draft.step ? draft : { ...draft, step: to, unsaved: [...new Set([...draft.unsaved, "step" as const])] };
}

/** The hub has a version; what was entered meanwhile is still to be saved. */
export function saved(draft: Draft, rev: number, sent: Draft): Draft {
  return { ...draft, rev, unsaved: draft.unsaved.filter((field) => (field === "step" ? draft.step !== sent.step : draft.answers[field] !== sent.answers[field])) };
}

/** The hub's draft with what this device has not sent: the newest answer to each question, wherever it was given. */
export function merged(stored: StoredDraft, here: Draft | null, fresh: Draft): Draft {
  const own = here && here.id === stored.id ? here : null;
  const answers = { ...fresh.answers };
  for (const field of Object.keys(answers) as Field[]) {
    const value = stored.state.answers?.[field];
    if (typeof value === "string") answers[field] = value as never;
    if (own?.unsaved.includes(field)) answers[field] = own.answers[field] as never;
  }
  const step = own?.unsaved.includes("step") ? own.step : Math.min(stored.step, STEPS.length - 1);
  return { id: stored.id, ids: { ...fresh.ids, ...stored.state.ids }, step, answers, rev: stored.rev, unsaved: own?.unsaved ?? [] };
}

/** What is wrong in a step, by field. */
export function faults({ answers }: Draft, step: number): Partial<Record<Field, string>> {
  const wrong: Partial<Record<Field, string>> = {};
  const { title, date, start, end, time_zone } = answers;
  if (step === 0 && title.trim() === "") wrong.title = "A shoot has a title.";
  if (step === 1) {
    if (date !== "" && Number.isNaN(Date.parse(date))) wrong.date = "That is no date.";
    if ((start === "") !== (end === "")) wrong[start === "" ? "start" : "end"] = "Give both, or neither.";
    if (!isZone(time_zone)) wrong.time_zone = "There is no such time zone.";
  }
  return wrong;
}

function isZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

/** From when to when, RFC 3339; an end that is not after the start is the next day's. Null: not decided. */
export function span({ date, start, end, time_zone }: Answers): { starts_at: string; ends_at: string; overnight: boolean } | null {
  if (!date || !start || !end) return null;
  const from = zonedTime(`${date}T${start}`, time_zone);
  const overnight = end <= start;
  const next = new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  const to = zonedTime(`${overnight ? next : date}T${end}`, time_zone);
  if (from === null || to === null) return null;
  return { starts_at: new Date(from).toISOString(), ends_at: new Date(to).toISOString(), overnight };
}

/** The rows that finishing makes, in the order in which they refer to each other. */
export function rowsOf({ ids, answers }: Draft): { project: Record<string, unknown>; shoot: Record<string, unknown>; list: Record<string, unknown> } {
  const title = answers.title.trim();
  const orNull = (text: string) => text.trim() || null;
  const times = span(answers);
  return {
    project: { id: ids.project, title, type: "shoot", status: "planning", client_id: orNull(answers.client_id), start_date: orNull(answers.date) },
    shoot: {
      id: ids.shoot,
      project_id: ids.project,
      title,
      shoot_type: orNull(answers.shoot_type),
      designer_id: orNull(answers.designer_id),
      scheduled_date: orNull(answers.date),
      starts_at: times?.starts_at ?? null,
      ends_at: times?.ends_at ?? null,
      time_zone: answers.time_zone,
      location_id: orNull(answers.venue_id),
      location: orNull(answers.location),
    },
    list: { id: ids.list, project_id: ids.project, shoot_id: ids.shoot, title: "Shot list" },
  };
}
