import { Agent, request } from "undici";
import type { UpstreamQuery } from "./recording-proxy";

/** Sends queries to Prometheus without a console in between, over kept connections and without compression. */
export class Straight {
  readonly #agent = new Agent({ keepAliveTimeout: 300_000, connections: null });

  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Sends all at once and answers when the last one is parsed, in seconds. Throws when one is refused. */
  async ask(queries: readonly UpstreamQuery[]): Promise<number> {
    const startedAt = performance.now();
    await Promise.all(queries.map((query) => this.#send(query)));
    return (performance.now() - startedAt) / 1000;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #send({ path, form }: UpstreamQuery): Promise<void> {
    const { body, statusCode } = await request(`${this.url}${path}`, {
      dispatcher: this.#agent,
      method: "POST",
      signal: this.signal,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form,
    });
    const answer = (await body.json()) as { status?: string; error?: string };
    if (statusCode !== 200 || answer.status !== "success")
      throw new Error(
        `Prometheus answered ${statusCode} to ${form}: ${answer.error ?? "no reason was given"}`,
      );
  }
}
