import { expect, test } from "vitest";
import type { JobKind, Manifest, Run } from "./answers";
import { byHand, choices, jobFace, lasted, newestRuns, progress, reason, refusedWords, webhookAddress } from "./job-face";

const RUN: Run = {
  id: "01", job_id: "a", kind: "pull", attempt: 1, version: "1.0.0", started_at: "2026-11-21T20:00:00Z", ended_at: null, outcome: null, message: null,
  compute_ms: null, calls: null, progress_done: null, progress_total: null, progress_note: null, recorded: false,
};

test("a job that failed and waits is told from one that has not begun", () => {
  expect(jobFace({ status: "queued", attempts: 0, cancel_requested: false }).word).toBe("Waits");
  expect(jobFace({ status: "queued", attempts: 2, cancel_requested: false }).word).toBe("Tries again");
  expect(jobFace({ status: "dead", attempts: 8, cancel_requested: false })).toEqual({ word: "Dead", tone: "stop" });
});

test("a job that was cancelled as it ran comes to its end, and is cancelled once", () => {
  expect(jobFace({ status: "running", attempts: 1, cancel_requested: true }).word).toBe("Ends");
  expect(choices({ status: "running", cancel_requested: true })).toEqual({ retry: false, cancel: false });
  expect(jobFace({ status: "cancelled", attempts: 1, cancel_requested: true }).word).toBe("Cancelled");
});

test("only what can be done is offered", () => {
  expect(choices({ status: "dead", cancel_requested: false })).toEqual({ retry: true, cancel: false });
  expect(choices({ status: "cancelled", cancel_requested: false })).toEqual({ retry: true, cancel: false });
  expect(choices({ status: "queued", cancel_requested: false })).toEqual({ retry: false, cancel: true });
  expect(choices({ status: "running", cancel_requested: false })).toEqual({ retry: false, cancel: true });
  expect(choices({ status: "succeeded", cancel_requested: false })).toEqual({ retry: false, cancel: false });
});

test("the code of a reason stands apart from its words", () => {
  expect(reason("permanent: the shop is closed: for ever")).toEqual({ code: "permanent", words: "the shop is closed: for ever" });
  expect(reason("fuel_used_up: line one\nline two")).toEqual({ code: "fuel_used_up", words: "line one\nline two" });
  expect(reason("The shop said: no")).toEqual({ code: null, words: "The shop said: no" });
});

test("a job shows its newest run, in whichever order runs come", () => {
  const runs = [{ ...RUN, id: "02" }, { ...RUN, id: "05" }, { ...RUN, id: "03" }, { ...RUN, id: "04", job_id: "b" }];
  const newest = newestRuns(runs);
  expect(newest.get("a")?.id).toBe("05");
  expect(newest.get("b")?.id).toBe("04");
});

test("a bar is shown only where it is known of how much", () => {
  expect(progress(RUN)).toBeNull();
  expect(progress({ ...RUN, progress_done: 30, progress_total: 120, progress_note: "products" })).toEqual({ bar: { done: 30, total: 120 }, words: "30 of 120 · products" });
  expect(progress({ ...RUN, progress_done: 30 })).toEqual({ bar: null, words: "30" });
  expect(progress({ ...RUN, progress_done: 0, progress_total: 0 })).toEqual({ bar: null, words: "0" });
  expect(progress({ ...RUN, progress_note: "signs in" })).toEqual({ bar: null, words: "signs in" });
});

test("a run that goes on lasts until now, and never less than nothing", () => {
  const began = Date.parse(RUN.started_at);
  expect(lasted(RUN, began + 4_000)).toBe(4_000);
  expect(lasted(RUN, began - 4_000)).toBe(0);
  expect(lasted({ ...RUN, ended_at: "2026-11-21T20:00:01.500Z" }, began + 60_000)).toBe(1_500);
});

test("jobs that are about something cannot be started by a button", () => {
  const jobs: JobKind[] = ["check", "pull", "publish", "webhook", "changed", "tidy"].map((name) => ({ name, title: name }));
  expect(byHand({ jobs } as Manifest).map(({ name }) => name)).toEqual(["check", "pull", "tidy"]);
  expect(byHand(null)).toEqual([]);
});

test("a webhook's address names the plugin and the account", () => {
  expect(webhookAddress("https://hub.example", { provider: "shopify", id: "0190" })).toBe("https://hub.example/hooks/shopify/0190");
});

test("whoever comes back without an account reads why", () => {
  expect(refusedWords("declined")).toContain("declined");
  expect(refusedWords("not_found")).toContain("Begin again");
  expect(refusedWords("something_new")).toBe("The account was not connected.");
});
