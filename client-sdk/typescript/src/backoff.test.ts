import { expect, it } from "vitest";
import { Backoff } from "./backoff.js";

const waits = (random: () => number, n: number) => {
  const backoff = new Backoff(random);
  return Array.from({ length: n }, () => Math.round(backoff.next()));
};

it("waits 250-1000 ms at first and at most 10 s, with every value in between as likely", () => {
  expect(waits(() => 0, 8)).toEqual(Array(8).fill(250));
  expect(waits(() => 1, 7)).toEqual([1000, 1700, 2890, 4913, 8352, 10_000, 10_000]);
  expect(waits(() => 0.5, 2)).toEqual([625, 975]);
});

it("begins again after something has worked", () => {
  const backoff = new Backoff(() => 1);
  for (let i = 0; i < 9; i++) backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(1000);
});
