import { HocuspocusProvider, type HocuspocusProviderWebsocket, WebSocketStatus } from "@hocuspocus/provider";
import { HubError, type Signal } from "@fashionos/hub";
import { IndexeddbPersistence } from "y-indexeddb";
import * as Y from "yjs";
import { ContentStore } from "./content";
import { History } from "./history";
import { colourOf, type Other, type OwnPresence, readPresence } from "./presence";

/** How a document is, for its screen. */
export interface DocumentState {
  /** `denied`: the hub does not let this login in; nothing is tried any more. */
  readonly link: "connecting" | "online" | "offline" | "denied";
  /** There is something to show: from this device, or from the hub. */
  readonly loaded: boolean;
  readonly readOnly: boolean;
  /** Steps of this device that the hub has not confirmed. */
  readonly waiting: number;
  /** What is done here survives a restart of the browser. */
  readonly kept: boolean;
  /** Why it is denied. */
  readonly reason: string | null;
}

/** A word from the hub about what somebody here has done. */
export interface Notice {
  readonly type: string;
  readonly code?: string;
  readonly row?: string;
  readonly column?: string;
  readonly message?: string;
}

export interface DocumentOptions {
  /** `ws(s)://host/v1/docs`. */
  url: string;
  /** The shot list. */
  name: string;
  /** Who works here: copies on this device are theirs alone. */
  principal: string;
  user: { id: string; name: string };
  token: (why: { rejected: boolean }) => Promise<string>;
  onNotice: (notice: Notice) => void;
  /** The hub has replaced the document; this one is of no use any more, its copy here is gone, with `lost` steps of it. */
  onReplaced: (lost: number) => void;
}

/** The name of the copy on this device. */
const copyName = (principal: string, name: string) => `fashionos-doc ${principal} ${name}`;
const WAITING = "waiting";
/** How the provider tells of a document that was closed on a socket that stays. */
const DOCUMENT_CLOSED = 1000;
const REOPEN_MS = 1_000;
/** How long the copy on this device may take, ms; then the screen goes on without. */
const COPY_TIMEOUT_MS = 4_000;

/** One shot list that several people edit: the document, its copy on this device, and the line to the hub. */
export class SharedDocument {
  readonly doc = new Y.Doc();
  readonly content: ContentStore;
  readonly history: History;
  readonly #options: DocumentOptions;
  readonly #provider: HocuspocusProvider;
  readonly #copy: IndexeddbPersistence;
  readonly #state = new Held<DocumentState>({ link: "connecting", loaded: false, readOnly: false, waiting: 0, kept: false, reason: null });
  readonly #others = new Held<readonly Other[]>([]);
  /** Whom a client of the document was, also after they left. */
  readonly #names = new Map<number, string>();
  #tokenRejected = false;
  /** The hub was not heard elsewhere: what this socket claims does not count until it has synchronised anew. */
  #suspect = false;
  #closed = false;

  constructor(options: DocumentOptions) {
    this.#options = options;
    this.content = new ContentStore(this.doc);
    this.history = new History(this.doc);
    this.#copy = new IndexeddbPersistence(copyName(options.principal, options.name), this.doc);
    const timer = setTimeout(() => this.#set({ kept: false }), COPY_TIMEOUT_MS);
    this.#copy.whenSynced.then(async () => {
      clearTimeout(timer);
      const waiting = Number(await this.#copy.get(WAITING)) || 0;
      if (this.#closed) return;
      const has = this.doc.getMap("shots").size + this.doc.getMap("scenes").size > 0;
      this.#set({ kept: true, waiting: this.#state.get().waiting + waiting, loaded: this.#state.get().loaded || has });
    }, () => undefined);
    this.doc.on("update", (_update: Uint8Array, origin: unknown) => {
      if (origin === this.#provider || origin === this.#copy) return;
      this.#setWaiting(this.#state.get().waiting + 1);
    });
    this.#provider = new HocuspocusProvider({
      url: options.url,
      name: options.name,
      document: this.doc,
      token: () => this.#token(),
      onStatus: ({ status }) => {
        if (status !== WebSocketStatus.Connected) this.#set({ link: this.#state.get().link === "connecting" ? "connecting" : this.#offline() });
      },
      onDisconnect: () => this.#set({ link: this.#offline() }),
      onClose: ({ event }) => {
        // The hub has closed the document and left the socket open; nobody but us would ask for it again.
        if (event.code !== DOCUMENT_CLOSED || this.#closed) return;
        this.#set({ link: this.#offline() });
        setTimeout(() => this.reconnect(), REOPEN_MS);
      },
      onAuthenticated: ({ scope }) => {
        this.#tokenRejected = false;
        this.#set({ readOnly: scope === "readonly" });
      },
      onAuthenticationFailed: ({ reason }) => this.#refused(reason),
      onSynced: () => {
        this.#suspect = false;
        this.#settle();
      },
      onUnsyncedChanges: () => this.#settle(),
      onStateless: ({ payload }) => this.#notice(payload),
      onAwarenessChange: () => this.#seeOthers(),
    });
    this.#provider.awareness?.setLocalState({ user: { ...options.user, colour: `person-${colourOf(options.user.id)}` }, cell: null, selection: null, lock: null });
  }

  get state(): Signal<DocumentState> {
    return this.#state;
  }

  get others(): Signal<readonly Other[]> {
    return this.#others;
  }

  /** Shows the others where one is. */
  show(presence: OwnPresence): void {
    const awareness = this.#provider.awareness;
    if (!awareness) return;
    awareness.setLocalState({ ...awareness.getLocalState(), ...presence });
  }

  /** The name of whoever wrote as a client of the document, as far as it was seen here. */
  nameOf(client: number | null): string | null {
    return client === null ? null : (this.#names.get(client) ?? null);
  }

  /** The hub is not heard, as another link to it says: this one may be open in name only. */
  suspect(): void {
    this.#suspect = true;
    if (this.#state.get().link === "online") this.#set({ link: "offline" });
  }

  /** The hub is there again, as another link to it says: no need to wait for this one to notice. */
  reconnect(): void {
    if (this.#closed || this.#state.get().link === "denied") return;
    const socket: HocuspocusProviderWebsocket = this.#provider.configuration.websocketProvider;
    if (socket.status !== WebSocketStatus.Disconnected) {
      // A socket that lived through an outage may be open in name only, and would be so for another half minute.
      this.#provider.onClose();
      socket.onClose({ event: { code: 4408, reason: "the link was lost" } });
    }
    void socket.connect();
  }

  /** Ends it; the copy stays. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#provider.destroy();
    this.content.close();
    void this.#copy.destroy();
    this.doc.destroy();
  }

  async #token(): Promise<string> {
    try {
      return await this.#options.token({ rejected: this.#tokenRejected });
    } catch (cause) {
      // Without network there is no new token. An empty one is refused, and the next connection asks again.
      if (cause instanceof HubError && !cause.retryable) this.#deny(cause.message);
      return "";
    }
  }

  #refused(reason: string): void {
    if (this.#closed) return;
    if (!this.#tokenRejected) {
      this.#tokenRejected = true;
      return this.reconnect();
    }
    this.#deny(reason);
  }

  #deny(reason: string): void {
    this.#set({ link: "denied", reason });
    this.#provider.disconnect();
    // What may not be seen any more is not kept here, unless it holds work that is nowhere else.
    if (this.#state.get().waiting === 0) void this.#copy.clearData();
  }

  /** Everything that was done here is with the hub. */
  #settle(): void {
    const provider = this.#provider;
    if (this.#closed || this.#suspect || !provider.isSynced || !provider.isAuthenticated) return;
    this.#set({ link: "online", loaded: true });
    if (provider.unsyncedChanges === 0) this.#setWaiting(0);
  }

  #setWaiting(waiting: number): void {
    if (this.#closed || waiting === this.#state.get().waiting) return;
    this.#set({ waiting });
    if (this.#state.get().kept) void this.#copy.set(WAITING, waiting);
  }

  #notice(payload: string): void {
    let notice: Notice;
    try {
      notice = JSON.parse(payload) as Notice;
    } catch {
      return;
    }
    if (notice.type !== "epoch") return this.#options.onNotice(notice);
    const lost = this.#state.get().waiting;
    this.#closed = true;
    this.#provider.destroy();
    this.content.close();
    void this.#copy.clearData().then(() => this.#options.onReplaced(lost));
  }

  #seeOthers(): void {
    const others: Other[] = [];
    for (const [client, state] of this.#provider.awareness?.getStates() ?? []) {
      const other = client === this.doc.clientID ? null : readPresence(client, state);
      if (!other) continue;
      this.#names.set(client, other.name);
      others.push(other);
    }
    others.sort((a, b) => a.client - b.client);
    if (JSON.stringify(others) !== JSON.stringify(this.#others.get())) this.#others.set(others);
  }

  #offline(): DocumentState["link"] {
    return this.#state.get().link === "denied" ? "denied" : "offline";
  }

  #set(change: Partial<DocumentState>): void {
    if (this.#closed) return;
    const next = { ...this.#state.get(), ...change };
    if (JSON.stringify(next) !== JSON.stringify(this.#state.get())) this.#state.set(next);
  }
}

/** A value that tells when it changes. */
class Held<T> implements Signal<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();
  constructor(value: T) {
    this.#value = value;
  }
  get = (): T => this.#value;
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  set(value: T): void {
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }
}
