import { expect, test } from "vitest";
import { aboutRows, pageList, payload, subjects } from "./about";
import type { Manifest } from "./answers";

test("jobs that need a row are begun by choosing one", () => {
  const jobs = ["check", "enrich", "gaps", "deal", "node", "charge"].map((name) => ({ name, title: name }));
  expect(aboutRows({ jobs } as Manifest).map(({ name }) => name)).toEqual(["enrich", "gaps", "deal", "charge"]);
  expect(aboutRows(null)).toEqual([]);
});

test("a job is told of its row as the plugins read it", () => {
  const told = (job: string, at = 0, pages: string[] = []) => payload(job, subjects(job)[at]!, "7", pages);
  expect(told("enrich")).toEqual({ table: "accounts", id: "7" });
  expect(told("enrich", 1)).toEqual({ table: "contacts", id: "7" });
  expect(told("gaps", 0, ["https://vale.example/partners"])).toEqual({ account_id: "7", pages: ["https://vale.example/partners"] });
  expect(told("deal")).toEqual({ deal_id: "7" });
  expect(told("charge")).toEqual({ invoice: { id: "7" } });
});

test("pages are one to ten addresses", () => {
  expect(pageList("https://a.example\n https://b.example/x ")).toEqual({ pages: ["https://a.example", "https://b.example/x"], problem: null });
  expect(pageList("").problem).toBe("One to ten addresses.");
  expect(pageList(Array(11).fill("https://a.example").join("\n")).problem).toBe("One to ten addresses.");
  expect(pageList("http://a.example").problem).toContain("does not begin with https://");
});
