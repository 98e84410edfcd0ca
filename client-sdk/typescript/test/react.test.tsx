// @vitest-environment happy-dom
import { type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";
import type { Hub } from "../src/index.js";
import {
  type CommandHandle,
  HubProvider,
  useCommand,
  useConnection,
  useOthers,
  usePending,
  useRoom,
  useRoomStatus,
  useRow,
  useRows,
  useServerClock,
} from "../src/react.js";
import { connect, startHub } from "./support/client.js";
import { change, id, until } from "./support/fake_hub.js";

const topic = `event:${id(1)}` as const;
const roots: Root[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) root.unmount();
});

function render(hub: Hub, children: ReactNode) {
  const place = document.createElement("div");
  const root = createRoot(place);
  roots.push(root);
  const show = (next: ReactNode) =>
    root.render(
      <StrictMode>
        <HubProvider hub={hub}>{next}</HubProvider>
      </StrictMode>,
    );
  show(children);
  return { place, show };
}

it("shows rows as they change, and renders only whom a change concerns", async () => {
  const server = await startHub();
  server.commit(topic, [change("insert", 1, { title: "Nocturne" }), change("insert", 3, { title: "Aurora" })]);
  const hub = connect(server);
  let renders = 0;
  function Titles() {
    const room = useRoom("event", id(1), { tables: ["events", "devices"] });
    const titles = useRows(room, "events", (rows) => [...rows.values()].map((row) => row.title).join());
    renders += 1;
    return <p>{titles}</p>;
  }
  function One() {
    const room = useRoom("event", id(1));
    return (
      <i>
        {useRow(room, "events", id(3))?.title} {useRows(room, "devices").size} {useRoomStatus(room)} {useConnection().state}{" "}
        {usePending().length} {useOthers(room).length}
      </i>
    );
  }
  const { place } = render(hub, <Titles />);
  await until(() => place.textContent === "Nocturne,Aurora");
  const { place: other } = render(hub, <One />);
  await until(() => other.textContent === "Aurora 0 live live 0 0");
  const before = renders;
  server.commit(topic, [{ table: "devices", key: id(9), op: "insert", row: { id: id(9) } }]);
  await until(() => other.textContent === "Aurora 1 live live 0 0");
  expect(renders).toBe(before);
  server.commit(topic, [change("update", 3, { title: "Vesper" })]);
  await until(() => place.textContent === "Nocturne,Vesper");
});

it("keeps one subscription over pages, and ends it when nobody is left", async () => {
  const server = await startHub();
  const hub = connect(server);
  function Page({ name }: { name: string }) {
    return <p>{name + useRoomStatus(useRoom("event", id(1)))}</p>;
  }
  const { place, show } = render(hub, <Page key="a" name="a " />);
  await until(() => place.textContent === "a live");
  show(<Page key="b" name="b " />);
  await until(() => place.textContent === "b live");
  show(null);
  await until(() => place.textContent === "");
  await new Promise((resolve) => setTimeout(resolve, 100));
  show(<Page key="d" name="d " />);
  await until(() => place.textContent === "d live");
  expect(server.session.of("join").length).toBe(1);
  show(null);
  await until(() => server.session.of("leave").length === 1);
  show(<Page key="c" name="c " />);
  await until(() => place.textContent === "c live");
});

it("says how a command went", async () => {
  const server = await startHub();
  const hub = connect(server);
  let handle!: CommandHandle;
  function Button() {
    const room = useRoom("event", id(1));
    handle = useCommand(room);
    return <p>{`${useRoomStatus(room)} ${handle.busy} ${handle.ack?.outcome.status} ${handle.error?.code}`}</p>;
  }
  const { place } = render(hub, <Button />);
  await until(() => place.textContent === "live false undefined undefined");
  const ack = await handle.send({ name: "set_doors", open: true });
  expect(ack?.outcome.status).toBe("done");
  await until(() => place.textContent === "live false done undefined");
  server.judge = () => null;
  void handle.send({ name: "set_doors", open: true }, { timeoutMs: 30 });
  await until(() => place.textContent === "live true undefined undefined");
  await until(() => place.textContent === "live false undefined timeout");
});

it("ticks with the hub's clock", async () => {
  const server = await startHub((hub) => {
    hub.clockSkew = 300_000;
  });
  const hub = connect(server);
  await until(() => hub.status.get().state === "live");
  const ticks: number[] = [];
  function Clock() {
    const now = useServerClock(20);
    ticks.push(now);
    return <p>{Math.floor(now)}</p>;
  }
  render(hub, <Clock />);
  await until(() => new Set(ticks).size > 5);
  expect(Math.abs(ticks.at(-1)! - server.now())).toBeLessThan(1000);
});

it.each([
  ["the network is back", () => window.dispatchEvent(new Event("online"))],
  ["the page is looked at", () => document.dispatchEvent(new Event("visibilitychange"))],
])("dials at once when %s", async (_, notice) => {
  const dice = vi.spyOn(Math, "random").mockReturnValue(1);
  const server = await startHub((hub) => {
    hub.authorize = () => ({ type: "error", code: "draining", message: "", retryable: true, fatal: true });
  });
  const hub = connect(server);
  // The longest waits, so that nothing but the notice can be the cause.
  await until(() => hub.status.get().attempt === 2 && hub.status.get().state === "offline");
  expect(hub.status.get().nextRetryAt! - hub.serverNow()).toBeGreaterThan(1000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  notice();
  expect(hub.status.get().state).toBe("connecting");
  await until(() => server.sessions.length === 3);
  dice.mockRestore();
});

it("dials at once when a socket has missed a beat and the network is said to be back", async () => {
  const server = await startHub();
  const hub = connect(server);
  const room = hub.join({ kind: "event", id: id(1) });
  await room.ready;
  const first = server.session;
  first.muted = true;
  const silentFor = () => hub.serverNow() - hub.status.get().lastRxAt!;
  await until(() => silentFor() > 1600);
  expect(hub.status.get().state).toBe("live");
  window.dispatchEvent(new Event("online"));
  await until(() => server.sessions.length === 2 && room.status.get() === "live");
});
