import { HubError } from "./errors.js";

/** Values of a query string; those that are undefined are left out. */
export type QueryValues = Record<string, string | number | boolean | undefined>;

/** What a call may say beside its path and its body. */
export interface RequestExtras {
  /** Headers of its own. */
  headers?: Readonly<Record<string, string>>;
  /** Ends the call early; it then fails like one that got no answer. */
  signal?: AbortSignal;
}

/** What an {@link HttpClient} needs. */
export interface HttpOptions {
  /** Where the hub is. */
  url: string;
  /** The bearer token; absent: calls are made without one. */
  token?: (why: { rejected: boolean }) => string | Promise<string>;
  fetchImpl?: typeof fetch;
}

/** How the hub says, here and in the dialect of tables, that a token is over. */
const EXPIRED = ["token_expired", "PGRST301"];

/**
 * JSON over HTTP with the bearer token. Every failure is a {@link HubError}: the hub's own codes with their
 * status, `offline` (retryable) when no answer came, `http_error` when the answer is not the hub's.
 */
export class HttpClient {
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** GET, JSON. */
  get<T>(path: string, query?: QueryValues): Promise<T> {
    return this.#json<T>("GET", path, query);
  }

  /** POST of a JSON value, or of a form. A call answered with 204 resolves to undefined. */
  post<T>(path: string, body?: unknown, query?: QueryValues): Promise<T> {
    return this.#json<T>("POST", path, query, body);
  }

  /** PATCH of a JSON value. */
  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json<T>("PATCH", path, undefined, body);
  }

  /** DELETE. */
  async delete(path: string): Promise<void> {
    await this.request("DELETE", path);
  }

  /** GET of a file. */
  async download(path: string, query?: QueryValues): Promise<Blob> {
    return (await this.request("GET", path, query)).blob();
  }

  async #json<T>(method: string, path: string, query?: QueryValues, body?: unknown): Promise<T> {
    const response = await this.request(method, path, query, body);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch {
      throw new HubError("http_error", `${path}: the answer is not JSON`, true, response.status);
    }
  }

  /** Any call. A token that the hub calls expired is replaced once. Resolves only for 2xx. */
  async request(
    method: string,
    path: string,
    query?: QueryValues,
    body?: unknown,
    extras: RequestExtras = {},
  ): Promise<Response> {
    const response = await this.#fetch(method, path, query, body, extras, false);
    if (response.ok) return response;
    const error = await failure(response);
    if (response.status !== 401 || !EXPIRED.includes(error.code) || !this.#options.token) throw error;
    const again = await this.#fetch(method, path, query, body, extras, true);
    if (again.ok) return again;
    throw await failure(again);
  }

  async #fetch(
    method: string,
    path: string,
    query: QueryValues | undefined,
    body: unknown,
    extras: RequestExtras,
    rejected: boolean,
  ): Promise<Response> {
    const url = new URL(path, this.#options.url);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ accept: "application/json", ...extras.headers });
    const token = await this.#options.token?.({ rejected });
    if (token) headers.set("authorization", `Bearer ${token}`);
    const init: RequestInit = { method, headers, ...(extras.signal && { signal: extras.signal }) };
    if (body instanceof FormData) {
      init.body = body;
    } else if (body !== undefined) {
      headers.set("content-type", "application/json");
      init.body = JSON.stringify(body);
    }
    // Called without a receiver: browsers refuse `fetch` as a method of another object.
    const send = this.#options.fetchImpl ?? globalThis.fetch;
    try {
      return await send(url, init);
    } catch (cause) {
      throw Object.assign(new HubError("offline", "the hub cannot be reached", true), { cause });
    }
  }
}

async function failure(response: Response): Promise<HubError> {
  const retryable = response.status >= 500 || response.status === 429;
  try {
    const body = (await response.json()) as { code?: unknown; message?: unknown; retryable?: unknown };
    if (typeof body.code === "string") {
      const message = typeof body.message === "string" ? body.message : response.statusText;
      // Errors of tables say nothing of it: their dialect has no such member.
      const again = typeof body.retryable === "boolean" ? body.retryable : retryable;
      return new HubError(body.code, message, again, response.status);
    }
  } catch {
    // Not the hub's answer: a proxy's page, or a body that was cut.
  }
  return new HubError("http_error", `HTTP ${response.status} ${response.statusText}`, retryable, response.status);
}
