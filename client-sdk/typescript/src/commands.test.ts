import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Commands } from "./commands.js";
import type { HubEvents } from "./contract.js";
import { Emitter } from "./emitter.js";
import type { ClientFrame } from "./generated/frames.js";
import { memoryStore } from "./outbox.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const topic = "event:0197b5a0-0000-7000-8000-000000000001";
const command = { name: "set_doors", open: true } as const;

it("sends a command again whose outcome is overdue on a good link, and ends it once", async () => {
  const sent: ClientFrame[] = [];
  const link = { send: (frame: ClientFrame) => (sent.push(frame), "sent" as const), live: () => true, inFlight: () => 64, now: Date.now };
  const commands = new Commands(memoryStore(), link, new Emitter<HubEvents>());
  const ack = commands.send(topic, command, { offline: "queue" });
  await vi.advanceTimersByTimeAsync(9000);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toEqual(sent[0]);
  expect(commands.pending.get()).toMatchObject([{ state: "sent", attempts: 2 }]);

  const { commandId } = commands.pending.get()[0]!;
  const outcome = { status: "refused", refusal: { code: "event_closed", message: "over" } } as const;
  for (let i = 0; i < 2; i++) commands.outcome({ type: "outcome", command_id: commandId, outcome, duplicate: i > 0 });
  await expect(ack).resolves.toEqual({ commandId, seq: null, outcome, duplicate: false });
  expect(commands.pending.get()).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(2);
  commands.close();
});

it("rejects what is awaited when it is closed, and keeps what is stored", async () => {
  const store = memoryStore();
  const link = { send: () => "down" as const, live: () => false, inFlight: () => undefined, now: Date.now };
  const commands = new Commands(store, link, new Emitter<HubEvents>());
  const ack = commands.send(topic, command, { offline: "queue" });
  await vi.advanceTimersByTimeAsync(1);
  commands.close();
  await expect(ack).rejects.toMatchObject({ code: "closed" });
  await expect(commands.send(topic, command)).rejects.toMatchObject({ code: "closed" });
  expect(await store.load()).toHaveLength(1);
});
