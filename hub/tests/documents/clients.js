import { HocuspocusProvider as Provider3, HocuspocusProviderWebsocket as Socket3 } from "hocuspocus-3";
import { HocuspocusProvider as Provider4, HocuspocusProviderWebsocket as Socket4 } from "hocuspocus-4";
import { WebSocket } from "ws";
import { WebsocketProvider as Websocket2 } from "y-websocket-2";
import { WebsocketProvider as Websocket3 } from "y-websocket-3";
import * as Y from "yjs";
import { until } from "./hub.js";

/** The clients as they are published, each with what a test asks of it. */
export const KINDS = ["y-websocket 2", "y-websocket 3", "hocuspocus 3", "hocuspocus 4"];

export function open(kind, hub, token, { doc = new Y.Doc(), list = hub.list } = {}) {
  return kind.startsWith("y-") ? plain(kind, hub, token, doc, list) : named(kind, hub, token, doc, list);
}

function plain(kind, hub, token, doc, list) {
  const Websocket = kind.endsWith("2") ? Websocket2 : Websocket3;
  const provider = new Websocket(hub.socket, list, doc, {
    protocols: ["hub.docs.v1", `bearer.${token}`],
    WebSocketPolyfill: WebSocket,
    disableBc: true,
  });
  const codes = [];
  provider.on("connection-close", (event) => codes.push(event?.code));
  return {
    kind,
    doc,
    provider,
    awareness: provider.awareness,
    codes,
    notices: [],
    synced: () => until(`${kind} is synced`, () => provider.synced),
    saved: async () => {},
    isConnected: () => provider.wsconnected,
    away: () => provider.disconnect(),
    back: () => provider.connect(),
    cut: () => provider.ws.terminate(),
    close: () => provider.destroy(),
  };
}

function named(kind, hub, token, doc, list) {
  const [Provider, Socket] = kind.endsWith("3") ? [Provider3, Socket3] : [Provider4, Socket4];
  const notices = [];
  const codes = [];
  const denied = [];
  const socket = new Socket({ url: hub.socket, WebSocketPolyfill: WebSocket, delay: 100, minDelay: 50, onClose: ({ event }) => codes.push(event.code) });
  const provider = new Provider({
    websocketProvider: socket,
    name: list,
    document: doc,
    token: typeof token === "function" ? token : () => token,
    onStateless: ({ payload }) => notices.push(JSON.parse(payload)),
    onAuthenticationFailed: ({ reason }) => denied.push(reason),
  });
  provider.attach?.();
  return {
    kind,
    doc,
    provider,
    awareness: provider.awareness,
    codes,
    notices,
    denied,
    synced: () => until(`${kind} is synced`, () => provider.synced),
    saved: () => until(`${kind} has saved everything`, () => provider.unsyncedChanges === 0),
    isConnected: () => socket.status === "connected" && provider.isAuthenticated,
    away: () => socket.disconnect(),
    back: () => socket.connect(),
    cut: () => socket.webSocket.terminate(),
    close: () => {
      provider.destroy();
      socket.destroy();
    },
  };
}

export const shots = (doc) => doc.getMap("shots");
export const shot = (client, id) => shots(client.doc).get(id);
export const json = ({ doc }) => JSON.stringify(sorted(["scenes", "shots", "locks"].map((name) => doc.getMap(name).toJSON())));

/** Every replica's root maps, made equal in the order of their keys. */
export function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

/** A new shot as an editor makes it. */
export function addShot(doc, id, cells = {}) {
  doc.transact(() => {
    const row = new Y.Map();
    for (const [column, value] of Object.entries({ description: "", status: "todo", rank: "a0", ...cells })) row.set(column, value);
    row.set("products", new Y.Map());
    shots(doc).set(id, row);
  });
}
