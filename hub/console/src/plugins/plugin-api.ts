import { HttpClient } from "@fashionos/hub";
import { auth } from "../session/auth";
import type { Subject } from "./about";
import type { Account, Agreement, Connection, Difference, Install, Job, JobStatus, Overview, Run, Uploaded } from "./answers";

const ROOT = "/v1/plugins";

/** The hub's plugins by name. All calls reject with a `HubError`. */
export class PluginApi {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  overview(): Promise<Overview> {
    return this.#http.get(ROOT);
  }

  /** Takes a package; nothing of it runs before it is installed. */
  upload(file: Blob): Promise<Uploaded> {
    // The SDK's client writes JSON. A package goes as it is, with the same token and the same errors.
    const asItIs = new HttpClient({ url: location.origin, token: (why) => auth.token(why), fetchImpl: (to, init) => fetch(to, { ...init, body: file }) });
    return asItIs.post(`${ROOT}/packages`);
  }

  install(agreed: Agreement): Promise<Install> {
    return this.#http.post(`${ROOT}/installs`, agreed);
  }

  change(install: string, change: { active?: boolean; scopes?: string[]; config?: Record<string, unknown>; client_secret?: string }): Promise<Install> {
    return this.#http.patch(`${ROOT}/installs/${install}`, change);
  }

  difference(install: string, packageId: string): Promise<Difference> {
    return this.#http.get(`${ROOT}/installs/${install}/upgrade`, { package_id: packageId });
  }

  upgrade(install: string, agreed: Agreement): Promise<Install> {
    return this.#http.post(`${ROOT}/installs/${install}/upgrade`, agreed);
  }

  remove(install: string): Promise<void> {
    return this.#http.delete(`${ROOT}/installs/${install}`);
  }

  connect(install: string, account: Account & { credentials: Record<string, string>; webhook_secret?: string }): Promise<Connection> {
    return this.#http.post(`${ROOT}/installs/${install}/connections`, account);
  }

  /** Where somebody signs in at the vendor; this browser has to come back from there. */
  async signInAddress(install: string, account: Account): Promise<string> {
    return (await this.#http.post<{ url: string }>(`${ROOT}/installs/${install}/connections/oauth`, account)).url;
  }

  disconnect(connection: string): Promise<void> {
    return this.#http.delete(`${ROOT}/connections/${connection}`);
  }

  async setWebhookSecret(connection: string, secret: string): Promise<void> {
    await this.#http.request("PUT", `${ROOT}/connections/${connection}/webhook-secret`, undefined, { secret });
  }

  jobs(install: string, limit: number, status?: JobStatus): Promise<Job[]> {
    return this.#http.get(`${ROOT}/jobs`, { install, limit, status });
  }

  queue(install: string, job: { kind: string; connection_id?: string; record?: boolean; payload?: Record<string, unknown> }): Promise<Job> {
    return this.#http.post(`${ROOT}/installs/${install}/jobs`, job);
  }

  /** Rows that a job may be about, the newest first, with these letters in their words. */
  async rows({ table, words }: Subject, search: string): Promise<{ id: string; words: string }[]> {
    const letters = search.replaceAll(/[*%_\\]/g, "").trim();
    const found = await this.#http.get<Record<string, string>[]>(`/rest/v1/${table}`, { select: `id,${words}`, order: "created_at.desc", limit: 50, ...(letters && { [words]: `ilike.*${letters}*` }) });
    return found.map((row) => ({ id: row["id"]!, words: row[words] ?? "" }));
  }

  cancel(job: string): Promise<Job> {
    return this.#http.post(`${ROOT}/jobs/${job}/cancel`);
  }

  retry(job: string): Promise<Job> {
    return this.#http.post(`${ROOT}/jobs/${job}/retry`);
  }

  runs(of: { install?: string; job?: string }, limit: number): Promise<Run[]> {
    return this.#http.get(`${ROOT}/runs`, { ...of, limit });
  }

  run(run: string): Promise<Run> {
    return this.#http.get(`${ROOT}/runs/${run}`);
  }

  recording(run: string): Promise<Blob> {
    return this.#http.download(`${ROOT}/runs/${run}/recording`);
  }
}
