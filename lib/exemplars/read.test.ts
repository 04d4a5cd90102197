import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SignalId } from "@/lib/signals/catalogue";
import type { QueryableService } from "@/lib/signals/query";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { readExemplars } from "./read";

const reason = whyNoPrometheus();

const exposition = [
  "# TYPE vllm:time_to_first_token_seconds histogram",
  'vllm:time_to_first_token_seconds_bucket{model_name="llama",le="0.5"} 1 # {trace_id="fast"} 0.31',
  'vllm:time_to_first_token_seconds_bucket{model_name="llama",le="+Inf"} 2 # {trace_id="slow",span_id="s1"} 1.84',
  'vllm:time_to_first_token_seconds_sum{model_name="llama"} 2.15',
  'vllm:time_to_first_token_seconds_count{model_name="llama"} 2',
  "# EOF",
  "",
].join("\n");

describe.skipIf(reason)("exemplars in a real Prometheus", () => {
  let exporter: Server;
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    exporter = createServer((_, response) => {
      response.setHeader("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8");
      response.end(exposition);
    });
    await new Promise<void>((resolve) => exporter.listen(0, "127.0.0.1", resolve));
    prometheus = await startPrometheus({
      scrape: [{ job: "chat-api", targets: [`127.0.0.1:${(exporter.address() as AddressInfo).port}`] }],
      flags: ["--enable-feature=exemplar-storage"],
    });
  });
  afterAll(async () => {
    await prometheus?.stop();
    exporter?.closeAllConnections();
    exporter?.close();
  });

  const read = (signal: SignalId) => {
    const service: QueryableService = {
      name: "chat-api",
      sourceName: "prometheus",
      profiles: [{ id: "vllm", matchers: [{ label: "job", op: "=", value: "chat-api" }], labels: {} }],
      scrapeInterval: 1,
      target: async () => ({ id: "p", kind: "prometheus", url: prometheus.url, headers: {} }),
    };
    return readExemplars(service, { signal, start: undefined, end: undefined }, { now: new Date() });
  };

  it("are found by the signal, with their traces", async () => {
    const items = await vi.waitFor(
      async () => {
        const answer = await read("ttft");
        expect(answer.items.length).toBeGreaterThanOrEqual(2);
        return answer.items;
      },
      { timeout: 15_000, interval: 100 },
    );
    const byTrace = new Map(items.map((item) => [item.traceId, item]));
    expect(byTrace.get("slow")).toMatchObject({ value: 1.84, spanId: "s1", labels: { job: "chat-api" } });
    expect(byTrace.get("fast")).toMatchObject({ value: 0.31, spanId: null });
  });

  it("are refused for what is no histogram", async () => {
    await expect(read("request_rate")).rejects.toThrow(/not read from a histogram/);
  });
});
