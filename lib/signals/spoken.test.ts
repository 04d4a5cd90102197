import { describe, expect, it } from "vitest";
import type { SignalId } from "./catalogue";
import { signalEvidence } from "./evidence";
import { measurableSignals, planSignal } from "./plan";
import type { MeasuredService, SpokenProfile } from "./service";
import { spokenFor } from "./spoken";

const speaking = (...profiles: (Partial<SpokenProfile> & Pick<SpokenProfile, "id">)[]): MeasuredService => ({
  name: "chat",
  sourceName: "prometheus",
  scrapeInterval: 15,
  profiles: profiles.map((profile) => ({
    matchers: [{ label: "job", op: "=", value: "chat" }],
    labels: {},
    ...profile,
  })),
});
const exprOf = (service: MeasuredService, signal: SignalId): string | undefined => {
  const plan = planSignal(
    service,
    { id: "q", service: "chat", signal, quantiles: [0.95] },
    { start: 0, end: 600, step: 60 },
  );
  return plan.kind === "reads" ? plan.expr[0] : undefined;
};

const tritonCounters = [
  "nv_inference_request_success",
  "nv_inference_request_duration_us",
  "nv_inference_queue_duration_us",
];

describe("a service whose metrics are known", () => {
  it("is asked for what it exposes and for nothing else", () => {
    const service = speaking({ id: "triton", metrics: tritonCounters });
    const measurable = measurableSignals(service);
    expect(measurable).toEqual(expect.arrayContaining(["request_rate", "e2e_latency", "queue_time"]));
    expect(measurable).not.toContain("ttft");
    expect(measurable).not.toContain("kv_cache_usage");
  });

  it("names what it lacks, and not what it has", () => {
    const service = speaking({ id: "sglang", metrics: ["sglang:generation_tokens_total"] });
    const { note } = signalEvidence(service).output_tokens_per_request;
    expect(note).toContain("`sglang:num_requests_total`");
    expect(note).not.toContain("`sglang:generation_tokens_total`");
  });

  it("counts the requests of an early SGLang by their durations", () => {
    const metrics = ["sglang:e2e_request_latency_seconds", "sglang:generation_tokens_total"];
    const evidence = signalEvidence(speaking({ id: "sglang", metrics }));
    expect(evidence.request_rate).toMatchObject({
      available: true,
      metric: "sglang:e2e_request_latency_seconds",
    });
    expect(evidence.output_tokens_per_request.available).toBe(true);
  });

  it("gives an average where it has no more, and says so", () => {
    const service = speaking({ id: "triton", metrics: tritonCounters });
    expect(exprOf(service, "e2e_latency")).toBe(
      '(sum(rate(nv_inference_request_duration_us{job="chat"}[1m])) / sum(rate(nv_inference_request_success{job="chat"}[1m]))) * 0.000001',
    );
    expect(signalEvidence(service).e2e_latency).toMatchObject({
      available: true,
      metric: "nv_inference_request_duration_us",
      note: expect.stringMatching(
        /summary_latencies=true`\. An average: .* no percentiles\. An ensemble's request counts once more for each model within it; .*$/,
      ),
    });
  });

  it("gives each replica's quantiles where summaries are switched on, unmerged", () => {
    const service = speaking({
      id: "triton",
      metrics: [...tritonCounters, "nv_inference_request_summary_us"],
    });
    const expr = exprOf(service, "e2e_latency");
    expect(expr).toBe('nv_inference_request_summary_us{job="chat",quantile!=""} * 0.000001');
    expect(expr).not.toContain("histogram_quantile");
  });

  it("is answered by the next profile where the first lacks the metric", () => {
    const service = speaking(
      { id: "vllm", metrics: ["vllm:num_requests_running"] },
      { id: "plain", metrics: ["llm_requests_total"] },
    );
    expect(spokenFor(service, "request_rate")?.profile.id).toBe("plain");
    expect(spokenFor(service, "requests_running")?.profile.id).toBe("vllm");
  });

  it("is told which metric it lacks", () => {
    const service = speaking({ id: "vllm", metrics: ["vllm:num_requests_running"] });
    expect(signalEvidence(service).itl).toMatchObject({
      available: false,
      unit: "seconds",
      note: expect.stringContaining(
        "no `vllm:inter_token_latency_seconds` (from 0.11) or `vllm:time_per_output_token_seconds` (V0, and V1 until 0.12) of vLLM",
      ),
    });
  });

  it("of an older release is told the newer name, with the releases of both", () => {
    const service = speaking({ id: "vllm", metrics: ["vllm:time_per_output_token_seconds"] });
    expect(signalEvidence(service).itl).toMatchObject({
      available: true,
      metric: "vllm:time_per_output_token_seconds",
      note: "No `vllm:inter_token_latency_seconds` (from 0.11): this vLLM is older, using `vllm:time_per_output_token_seconds` (V0, and V1 until 0.12).",
    });
  });

  it("that exposes OpenTelemetry's own names is asked for them in quotes, others never", () => {
    const dotted = speaking({
      id: "otel-genai",
      metrics: ["gen_ai.server.request.duration_seconds", "gen_ai.client.token.usage"],
    });
    expect(exprOf(dotted, "e2e_latency")).toContain(
      '{"gen_ai.server.request.duration_seconds_bucket",job="chat"}',
    );
    expect(exprOf(dotted, "output_token_rate")).toContain(
      '{"gen_ai.client.token.usage_sum",job="chat","gen_ai.token.type"="output"}',
    );
    expect(exprOf(dotted, "client_error_rate")).toMatch(/"error\.type"!="","error\.type"=~"/);
    const classic = speaking({ id: "otel-genai" });
    for (const signal of measurableSignals(classic))
      expect(exprOf(classic, signal)).not.toMatch(/gen_ai\.|"error\.type"/);
  });
});

describe("a service whose metrics a pipeline renamed", () => {
  const rename = { from: "vllm:", to: "ray_vllm_" };

  it("is asked for them by their names, in whatever kind of spelling", () => {
    const service = speaking({ id: "vllm", rename });
    for (const signal of measurableSignals(service)) {
      const plan = planSignal(
        service,
        { id: "q", service: "chat", signal, shape: "summary" },
        { start: 0, end: 600, step: 60 },
      );
      if (plan.kind !== "reads") throw new Error(`${signal} is not planned`);
      for (const { expr } of plan.reads) {
        expect(expr).toContain("ray_vllm_");
        expect(expr).not.toContain("vllm:");
      }
    }
  });

  it("is known by the renamed metrics, with the releases of the engine's own", () => {
    const service = speaking({ id: "vllm", rename, metrics: ["ray_vllm_time_per_output_token_seconds"] });
    expect(measurableSignals(service)).toEqual(["itl"]);
    expect(signalEvidence(service).kv_cache_usage.note).toContain(
      "no `ray_vllm_kv_cache_usage_perc` (from 0.9.2)",
    );
    expect(signalEvidence(service).itl.note).toContain(
      "`ray_vllm_time_per_output_token_seconds` (V0, and V1 until 0.12)",
    );
  });
});

describe("an engine without a counter of errors", () => {
  it.each(["vllm", "sglang", "llama-cpp"] as const)("such as %s has no error rate", (id) => {
    const evidence = signalEvidence(speaking({ id }));
    for (const signal of ["error_rate", "server_error_rate", "success_rate"] as const)
      expect(evidence[signal].available).toBe(false);
    expect(evidence.error_rate.note).toMatch(/gateway.*load balancer.*probe.*request logs/);
  });
});

it("takes an engine's word before that of a gateway, and says whose it is", () => {
  const service = speaking({ id: "litellm" }, { id: "vllm" });
  expect(spokenFor(service, "output_token_rate")?.profile.id).toBe("vllm");
  expect(signalEvidence(service).error_rate).toMatchObject({
    profile: "litellm",
    note: expect.stringContaining("Taken from LiteLLM, not from vLLM"),
  });
});
