import type { OrganizationSummary } from "./api.js";
import { HubError } from "./errors.js";
import type { DeviceProfile } from "./generated/frames.js";
import { HttpClient } from "./http.js";
import { type Signal, Value } from "./signal.js";

/** Who is signed in on this device. */
export type AuthSession = PersonSession | DeviceSession;

/** A person, by e-mail and password. */
export interface PersonSession {
  readonly kind: "person";
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends, epoch ms of this device's clock. */
  readonly expiresAt: number;
  readonly user: { readonly id: string; readonly email: string; readonly full_name: string };
  readonly organization: OrganizationSummary | null;
}

/** A paired device. Its token has no end; the producer revokes it. */
export interface DeviceSession {
  readonly kind: "device";
  readonly accessToken: string;
  readonly device: {
    readonly id: string;
    readonly name: string;
    readonly profile: DeviceProfile;
    readonly event_id: string;
    readonly gate_id: string | null;
    readonly organization_id: string;
    readonly supervisor: boolean;
  };
}

/** Where a session is kept. Several tabs share one. */
export interface AuthStorage {
  read(): string | null | Promise<string | null>;
  write(text: string): void | Promise<void>;
  clear(): void | Promise<void>;
  /** Calls `listener` when another tab has changed it. Returns what ends it. */
  watch?(listener: () => void): () => void;
}

/** What {@link createAuth} needs. */
export interface AuthOptions {
  /** Where the hub is. */
  url: string;
  /** Default: memory. */
  storage?: AuthStorage;
  /** Default: the platform's `fetch`. */
  fetchImpl?: typeof fetch;
}

/** Signing in and out, and a token that is always fresh. */
export interface Auth {
  /** Undefined until the storage was read; null: nobody is signed in. */
  readonly session: Signal<AuthSession | null | undefined>;
  /** Resolves when the storage was read. */
  readonly ready: Promise<void>;
  signIn(email: string, password: string): Promise<PersonSession>;
  /** Makes this browser a device. */
  claimPairing(code: string, appVersion?: string): Promise<DeviceSession>;
  /** Works for another organization of the same person. */
  switchOrganization(organizationId: string): Promise<PersonSession>;
  /**
   * A token that is good for at least 90 seconds; give it to `createHub`. `rejected` makes a new one in any case.
   * Tabs that ask at once share one refresh. Rejects with `signed_out`, or with a retryable error without network.
   */
  token(why?: { rejected: boolean }): Promise<string>;
  /** Ends the login at the hub too, when it can be reached. */
  signOut(): Promise<void>;
  /** Stops watching the storage. */
  close(): void;
}

/** A token is renewed when it is good for less than this, ms: before the hub object says hello again (60 s). */
const RENEW_BEFORE_MS = 90_000;

interface TokenAnswer {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  user: PersonSession["user"];
  organization: OrganizationSummary | null;
}

/** Reads the stored session and keeps it fresh. */
export function createAuth(options: AuthOptions): Auth {
  const storage = options.storage ?? memoryAuthStorage();
  const session = new Value<AuthSession | null | undefined>(undefined);
  const anonymous = new HttpClient({ url: options.url, fetchImpl: options.fetchImpl });
  const bearer = new HttpClient({ url: options.url, fetchImpl: options.fetchImpl, token: (why) => token(why) });
  let refreshing: Promise<PersonSession> | null = null;

  const read = async () => {
    session.set(parse(await storage.read()));
    return session.get() ?? null;
  };
  const keep = async <S extends AuthSession>(next: S): Promise<S> => {
    await storage.write(JSON.stringify(next));
    session.set(next);
    return next;
  };
  const forget = async () => {
    await storage.clear();
    session.set(null);
  };
  const ready = read().then(() => undefined);
  const unwatch = storage.watch?.(() => void read());

  /** One refresh at a time, over all tabs: the hub ends a login whose refresh token is used twice. */
  const refresh = (used: string): Promise<PersonSession> => {
    refreshing ??= exclusively(`fashionos-auth ${options.url}`, async () => {
      const stored = await read();
      if (stored?.kind !== "person") throw signedOut();
      // Another tab was faster.
      if (stored.accessToken !== used) return stored;
      try {
        const body = { refresh_token: stored.refreshToken };
        return await keep(person(await anonymous.post("/auth/v1/token?grant_type=refresh_token", body)));
      } catch (error) {
        if (error instanceof HubError && endsLogin(error)) {
          await forget();
          throw signedOut();
        }
        throw error;
      }
    }).finally(() => {
      refreshing = null;
    });
    return refreshing;
  };

  const token = async (why: { rejected: boolean } = { rejected: false }): Promise<string> => {
    await ready;
    const current = session.get();
    if (!current) throw signedOut();
    if (current.kind === "device") return current.accessToken;
    if (!why.rejected && current.expiresAt - Date.now() > RENEW_BEFORE_MS) return current.accessToken;
    return (await refresh(current.accessToken)).accessToken;
  };

  return {
    session,
    ready,
    token,
    async signIn(email, password) {
      return keep(person(await anonymous.post("/auth/v1/token?grant_type=password", { email, password })));
    },
    async claimPairing(code, appVersion) {
      const answer = await anonymous.post<{ token: string; device: DeviceSession["device"] }>(
        "/v1/pairings/claim",
        { code, app_version: appVersion },
      );
      return keep({ kind: "device", accessToken: answer.token, device: answer.device });
    },
    async switchOrganization(organizationId) {
      return keep(person(await bearer.post("/v1/session/organization", { organization_id: organizationId })));
    },
    async signOut() {
      const current = session.get();
      if (current?.kind === "person") {
        // Without network the login ends on this device only; its access token ends by itself.
        await bearer.post("/auth/v1/logout").catch(() => undefined);
      }
      await forget();
    },
    close: () => unwatch?.(),
  };
}

/** The session in `localStorage`, for all tabs. */
export function localAuthStorage(key = "fashionos.session"): AuthStorage {
  return {
    read: () => localStorage.getItem(key),
    write: (text) => localStorage.setItem(key, text),
    clear: () => localStorage.removeItem(key),
    watch(listener) {
      const changed = (event: StorageEvent) => {
        if (event.key === key || event.key === null) listener();
      };
      window.addEventListener("storage", changed);
      return () => window.removeEventListener("storage", changed);
    },
  };
}

/** A session that a reload forgets. */
export function memoryAuthStorage(): AuthStorage {
  let text: string | null = null;
  return {
    read: () => text,
    write: (next) => void (text = next),
    clear: () => void (text = null),
  };
}

function person(answer: TokenAnswer): PersonSession {
  return {
    kind: "person",
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    // Counted from now on this device's clock, which need not agree with the hub's.
    expiresAt: Date.now() + answer.expires_in * 1000,
    user: answer.user,
    organization: answer.organization ?? null,
  };
}

function parse(text: string | null): AuthSession | null {
  if (text === null) return null;
  try {
    const session = JSON.parse(text) as AuthSession;
    return (session.kind === "person" || session.kind === "device") && session.accessToken ? session : null;
  } catch {
    return null;
  }
}

/** The hub itself says that this login is over; a proxy's page does not say so. */
function endsLogin(error: HubError): boolean {
  return error.code !== "http_error" && !error.retryable && [400, 401, 403].includes(error.status ?? 0);
}

function signedOut(): HubError {
  return new HubError("signed_out", "nobody is signed in", false);
}

async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks ? locks.request(name, work) : work();
}
