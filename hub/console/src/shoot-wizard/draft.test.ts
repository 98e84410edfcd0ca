import { describe, expect, it } from "vitest";
import { answered, begin, faults, merged, rowsOf, saved, span, turned, type StoredDraft } from "./draft";

const fresh = () => {
  let n = 0;
  return begin(() => `id-${(n += 1)}`, "Europe/Paris");
};

describe("F017: a wizard that outlives its tab", () => {
  it("knows what is not with the hub, also while that is being saved", () => {
    const sent = answered(turned(fresh(), 1), "title", "Lookbook");
    expect(sent.unsaved).toEqual(["step", "title"]);
    const meanwhile = answered(answered(sent, "date", "2026-12-01"), "title", "Lookbook II");
    expect(saved(meanwhile, 3, sent)).toMatchObject({ rev: 3, unsaved: ["title", "date"] });
    expect(saved(sent, 3, sent).unsaved).toEqual([]);
    expect(answered(sent, "title", "Lookbook")).toBe(sent);
  });

  it("joins what two devices entered; the unsent answer of this one is the newer", () => {
    const here = answered(answered(fresh(), "title", "Typed here"), "date", "2026-12-01");
    const stored: StoredDraft = { id: here.id, rev: 5, step: 2, state: { ids: { project: "p", shoot: "s", list: "l" }, answers: { title: "Typed there", location: "Quai 4", date: "2026-11-30", nonsense: 5 } } };
    const both = merged(stored, saved(here, 4, answered(here, "date", "x")), fresh());
    expect(both).toMatchObject({ rev: 5, step: 2, ids: { project: "p", shoot: "s", list: "l" }, answers: { title: "Typed there", location: "Quai 4", date: "2026-12-01" }, unsaved: ["date"] });
    expect(merged(stored, { ...here, id: "another" }, fresh()).answers.title).toBe("Typed there");
  });

  it("asks for a title, and for times that make sense", () => {
    expect(faults(fresh(), 0)).toEqual({ title: "A shoot has a title." });
    expect(faults(answered(fresh(), "end", ""), 1)).toEqual({ end: "Give both, or neither." });
    expect(faults(answered(fresh(), "time_zone", "Mars/Olympus"), 1)).toHaveProperty("time_zone");
    expect(faults(fresh(), 2)).toEqual({});
  });

  it("a shoot may go past midnight", () => {
    const night = answered(answered(answered(fresh(), "date", "2026-12-31"), "start", "20:00"), "end", "02:30");
    expect(span(night.answers)).toEqual({ starts_at: "2026-12-31T19:00:00.000Z", ends_at: "2027-01-01T01:30:00.000Z", overnight: true });
    expect(span(fresh().answers)).toBeNull();
  });

  it("F032: makes the same project, shoot and list however often it is finished", () => {
    const draft = answered(answered(fresh(), "title", " Lookbook "), "venue_id", "v1");
    const rows = rowsOf(draft);
    expect(rows).toEqual(rowsOf(draft));
    expect(rows.project).toMatchObject({ id: draft.ids.project, title: "Lookbook", type: "shoot", client_id: null });
    expect(rows.shoot).toMatchObject({ project_id: draft.ids.project, location_id: "v1", starts_at: null });
    expect(rows.list).toMatchObject({ shoot_id: draft.ids.shoot, title: "Shot list" });
  });
});
