import { setTimeout as wait } from "node:timers/promises";
import { Agent, request } from "undici";
import { z } from "zod";
import { type BacktestInput, type BacktestView, backtestSchema } from "@/lib/alerts/backtest/schema";
import type { queryAnswerSchema } from "@/lib/query/schema";
import { type Service, serviceSchema } from "@/lib/services/schema";
import { type SignalsAnswer, type SignalsRequest, signalsAnswerSchema } from "@/lib/signals/schema";

const pollMilliseconds = 200;

/** One query of POST /api/v1/query. */
export interface PageQuery {
  id: string;
  source: string;
  expr: string;
  start: number;
  end: number;
  step: number;
}

interface ClientOptions {
  url: string;
  apiKey: string;
  adminEmail: string;
  service: string;
  /** How long the console may take to find the service. */
  withinMilliseconds: number;
  signal: AbortSignal;
}

/** What the bench asks a console for, over kept connections and without compression. */
export class ConsoleClient {
  readonly #options: ClientOptions;
  readonly #agent = new Agent({ keepAliveTimeout: 300_000, connections: null, bodyTimeout: 0 });
  readonly service: Service;

  private constructor(options: ClientOptions, service: Service) {
    this.#options = options;
    this.service = service;
  }

  /** A client of a console that has found the service; waits until it has. */
  static async of(options: ClientOptions): Promise<ConsoleClient> {
    const { signal, withinMilliseconds, service } = options;
    const deadline = Date.now() + withinMilliseconds;
    const list = z.object({ items: z.array(serviceSchema) });
    for (;;) {
      const response = await fetch(`${options.url}/api/v1/services`, {
        headers: { authorization: `Bearer ${options.apiKey}` },
        signal,
      });
      if (!response.ok) throw new Error(`GET /api/v1/services answered ${response.status}.`);
      const found = list.parse(await response.json()).items.find(({ id }) => id === service);
      if (found !== undefined) return new ConsoleClient(options, found);
      if (Date.now() > deadline)
        throw new Error(`The console did not find ${service} within ${withinMilliseconds / 1000} seconds.`);
      await wait(pollMilliseconds, undefined, { signal });
    }
  }

  /**
   * Sends a page's request and answers its parsed JSON with how long that took, in seconds. Throws when the console
   * refuses it or a query of it failed upstream.
   */
  async signals(asked: SignalsRequest): Promise<{ answer: SignalsAnswer; seconds: number }> {
    const startedAt = performance.now();
    const text = await this.#send("POST", "/api/v1/signals/query", JSON.stringify(asked));
    const answer = JSON.parse(text) as SignalsAnswer;
    const seconds = (performance.now() - startedAt) / 1000;
    const failed = signalsAnswerSchema.parse(answer).results.find(({ status }) => status === "error");
    if (failed !== undefined)
      throw new Error(`The query ${failed.id} failed: ${failed.error?.detail ?? "no reason was given"}`);
    return { answer, seconds };
  }

  /** As {@link signals}, for a page of PromQL. */
  async queries(asked: { items: PageQuery[]; maxPoints: number }): Promise<{ seconds: number }> {
    const startedAt = performance.now();
    const text = await this.#send("POST", "/api/v1/query", JSON.stringify(asked));
    const answer = JSON.parse(text) as z.infer<typeof queryAnswerSchema>;
    const seconds = (performance.now() - startedAt) / 1000;
    for (const item of answer.items)
      if (item.status === "error") throw new Error(`The query ${item.id} failed: ${item.error.detail}`);
    return { seconds };
  }

  /** Replays a rule, and answers what came with how long that took, in seconds. */
  async backtest(asked: BacktestInput): Promise<{ answer: BacktestView; seconds: number }> {
    const startedAt = performance.now();
    const text = await this.#send("POST", "/api/v1/alert-rules/backtest", JSON.stringify(asked));
    const answer = JSON.parse(text);
    const seconds = (performance.now() - startedAt) / 1000;
    return { answer: backtestSchema.parse(answer), seconds };
  }

  /** Connects a Prometheus and answers its id. */
  async addSource(name: string, url: string): Promise<string> {
    const text = await this.#send(
      "POST",
      "/api/v1/sources",
      JSON.stringify({ kind: "prometheus", name, url }),
    );
    return z.object({ id: z.string() }).parse(JSON.parse(text)).id;
  }

  async removeSource(id: string): Promise<void> {
    await this.#send("DELETE", `/api/v1/sources/${encodeURIComponent(id)}`);
  }

  /** How many services have been found in a source. */
  async discovered(source: string): Promise<number> {
    const text = await this.#send("GET", `/api/v1/discovery?limit=200&source=${encodeURIComponent(source)}`);
    return z.object({ items: z.array(z.unknown()) }).parse(JSON.parse(text)).items.length;
  }

  /** Holds the stream of changes open, as a page does, until `signal` aborts. */
  async followChanges(signal: AbortSignal): Promise<void> {
    try {
      const { body, statusCode } = await this.#request("GET", "/api/v1/events", undefined, signal);
      if (statusCode !== 200) throw new Error(`GET /api/v1/events answered ${statusCode}.`);
      for await (const _ of body);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** The resident memory of the console's process, in bytes. */
  async residentMemory(): Promise<number> {
    const text = await this.#send("GET", "/metrics");
    const value = Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
    if (!Number.isFinite(value)) throw new Error("/metrics has no process_resident_memory_bytes.");
    return value;
  }

  /** A link that signs the administrator in, once. */
  async signInLink(): Promise<string> {
    const text = await this.#send(
      "POST",
      "/api/v1/sign-in-links",
      JSON.stringify({ email: this.#options.adminEmail }),
    );
    return z.object({ url: z.url() }).parse(JSON.parse(text)).url;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #send(method: "GET" | "POST" | "DELETE", path: string, json?: string): Promise<string> {
    const { body, statusCode } = await this.#request(method, path, json, this.#options.signal);
    const text = await body.text();
    if (statusCode < 200 || statusCode > 299)
      throw new Error(`${method} ${path} answered ${statusCode}: ${text.slice(0, 500)}`);
    return text;
  }

  #request(method: "GET" | "POST" | "DELETE", path: string, json: string | undefined, signal: AbortSignal) {
    const { url, apiKey } = this.#options;
    return request(`${url}${path}`, {
      dispatcher: this.#agent,
      method,
      signal,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(json === undefined ? {} : { "content-type": "application/json" }),
      },
      body: json ?? null,
    });
  }
}
