import { HubError } from "./errors.js";
import type { Answer, ClientFrame, Query, Topic } from "./generated/frames.js";

const TIMEOUT_MS = 5000;

interface Asked {
  readonly frame: Extract<ClientFrame, { type: "query" }>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: HubError) => void;
}

/** Questions on their way. They die with their socket: whoever asked asks again when there is a link. */
export class Queries {
  readonly #transmit: (frame: ClientFrame) => void;
  readonly #asked = new Map<number, Asked>();
  #last = 0;

  constructor(transmit: (frame: ClientFrame) => void) {
    this.#transmit = transmit;
  }

  ask(topic: Topic, query: Query, timeoutMs = TIMEOUT_MS): Promise<Answer> {
    this.#last = (this.#last + 1) >>> 0;
    const id = this.#last;
    const frame = { type: "query", query_id: id, topic, query } as const;
    return new Promise((resolve, reject) => {
      const late = new HubError("timeout", "the hub did not answer the query", true);
      const timer = setTimeout(() => this.fail(id, late), timeoutMs);
      const ended = () => {
        clearTimeout(timer);
        this.#asked.delete(id);
      };
      this.#asked.set(id, {
        frame,
        resolve: (answer) => (ended(), resolve(answer)),
        reject: (error) => (ended(), reject(error)),
      });
      this.#transmit(frame);
    });
  }

  answered(id: number, answer: Answer): void {
    this.#asked.get(id)?.resolve(answer);
  }

  fail(id: number, error: HubError): void {
    this.#asked.get(id)?.reject(error);
  }

  /** The socket is gone. */
  down(error: HubError): void {
    for (const asked of [...this.#asked.values()]) asked.reject(error);
  }

  /** Answers may have been dropped. */
  resync(): void {
    for (const asked of this.#asked.values()) this.#transmit(asked.frame);
  }
}
