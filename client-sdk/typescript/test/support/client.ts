import { afterEach } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";
import { createHub, type Hub, type HubOptions } from "../../src/index.js";
import { FakeHub } from "./fake_hub.js";

const open: { hubs: Hub[]; servers: FakeHub[] } = { hubs: [], servers: [] };

afterEach(async () => {
  for (const hub of open.hubs.splice(0)) hub.close();
  for (const server of open.servers.splice(0)) await server.stop();
});

/** A hub for one test. */
export async function startHub(setUp?: (hub: FakeHub) => void): Promise<FakeHub> {
  const server = await FakeHub.start(setUp);
  open.servers.push(server);
  return server;
}

/** A client of it. */
export function connect(server: FakeHub, options: Partial<HubOptions> = {}): Hub {
  const hub = createHub({
    url: server.url,
    token: () => "t",
    clientInfo: { name: "test", version: "0" },
    WebSocketImpl: NodeWebSocket as unknown as typeof WebSocket,
    ...options,
  });
  open.hubs.push(hub);
  return hub;
}
