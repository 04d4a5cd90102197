import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { demoDeployments, replicaIdentity } from "./deployment";
import { mergeExpositions, negotiateFormat, renderRegistry } from "./exposition";
import { createReplicaMetrics, errorTypes } from "./metrics";
import { Histogram, Registry, samplesOf } from "./registry";

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const metrics = () => createReplicaMetrics(replicaIdentity(demoDeployments[0]!));

const vllm = ["model_name", "engine"];
const dcgm = ["gpu", "UUID", "pci_bus_id", "device", "modelName", "Hostname"];

// Type and labels as a scrape shows them; of histograms without `le`.
const expected: Record<string, [string, string[]]> = {
  "vllm:num_requests_running": ["gauge", vllm],
  "vllm:num_requests_waiting": ["gauge", vllm],
  "vllm:kv_cache_usage_perc": ["gauge", vllm],
  "vllm:prefix_cache_queries_total": ["counter", vllm],
  "vllm:prefix_cache_hits_total": ["counter", vllm],
  "vllm:num_preemptions_total": ["counter", vllm],
  "vllm:prompt_tokens_total": ["counter", vllm],
  "vllm:generation_tokens_total": ["counter", vllm],
  "vllm:request_success_total": ["counter", [...vllm, "finished_reason"]],
  "vllm:iteration_tokens_total": ["histogram", vllm],
  "vllm:time_to_first_token_seconds": ["histogram", vllm],
  "vllm:inter_token_latency_seconds": ["histogram", vllm],
  "vllm:request_time_per_output_token_seconds": ["histogram", vllm],
  "vllm:e2e_request_latency_seconds": ["histogram", vllm],
  "vllm:request_queue_time_seconds": ["histogram", vllm],
  "vllm:request_inference_time_seconds": ["histogram", vllm],
  "vllm:request_prefill_time_seconds": ["histogram", vllm],
  "vllm:request_decode_time_seconds": ["histogram", vllm],
  "vllm:request_prompt_tokens": ["histogram", vllm],
  "vllm:request_generation_tokens": ["histogram", vllm],
  "vllm:request_params_max_tokens": ["histogram", vllm],
  "vllm:request_max_num_generation_tokens": ["histogram", vllm],
  "vllm:cache_config_info": [
    "gauge",
    [
      "block_size",
      "cache_dtype",
      "cpu_offload_gb",
      "enable_prefix_caching",
      "gpu_memory_utilization",
      "num_cpu_blocks",
      "num_gpu_blocks",
      "num_gpu_blocks_override",
      "sliding_window",
      "swap_space",
      "engine",
    ],
  ],
  http_requests_total: ["counter", ["handler", "method", "status"]],
  llm_requests_total: ["counter", []],
  llm_errors_total: ["counter", ["type"]],
  llm_latency_seconds: ["histogram", []],
  llm_latency: ["histogram", []],
  llm_output_tokens_total: ["counter", []],
  gpu_utilization_percent: ["gauge", ["gpu"]],
  gpu_memory_used: ["gauge", ["gpu"]],
  gpu_memory_total: ["gauge", ["gpu"]],
  DCGM_FI_DEV_SM_CLOCK: ["gauge", dcgm],
  DCGM_FI_DEV_MEM_CLOCK: ["gauge", dcgm],
  DCGM_FI_DEV_GPU_TEMP: ["gauge", dcgm],
  DCGM_FI_DEV_POWER_USAGE: ["gauge", dcgm],
  DCGM_FI_DEV_POWER_MGMT_LIMIT: ["gauge", dcgm],
  DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: ["counter", dcgm],
  DCGM_FI_DEV_PCIE_REPLAY_COUNTER: ["counter", dcgm],
  DCGM_FI_DEV_GPU_UTIL: ["gauge", dcgm],
  DCGM_FI_DEV_MEM_COPY_UTIL: ["gauge", dcgm],
  DCGM_FI_DEV_XID_ERRORS: ["gauge", dcgm],
  DCGM_FI_DEV_FB_FREE: ["gauge", dcgm],
  DCGM_FI_DEV_FB_USED: ["gauge", dcgm],
  DCGM_FI_DEV_FB_RESERVED: ["gauge", dcgm],
  DCGM_FI_DEV_ECC_SBE_VOL_TOTAL: ["counter", dcgm],
  DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: ["counter", dcgm],
  DCGM_FI_DEV_CLOCK_THROTTLE_REASONS: ["gauge", dcgm],
  DCGM_FI_PROF_GR_ENGINE_ACTIVE: ["gauge", dcgm],
  DCGM_FI_PROF_PIPE_TENSOR_ACTIVE: ["gauge", dcgm],
  DCGM_FI_PROF_DRAM_ACTIVE: ["gauge", dcgm],
  node_cpu_seconds_total: ["counter", ["cpu", "mode"]],
  node_load1: ["gauge", []],
  node_load5: ["gauge", []],
  node_memory_MemTotal_bytes: ["gauge", []],
  node_memory_MemAvailable_bytes: ["gauge", []],
  node_filesystem_size_bytes: ["gauge", ["device", "fstype", "mountpoint"]],
  node_filesystem_avail_bytes: ["gauge", ["device", "fstype", "mountpoint"]],
  node_network_receive_bytes_total: ["counter", ["device"]],
  node_network_transmit_bytes_total: ["counter", ["device"]],
};

describe("the series of a replica", () => {
  it("have the names, types and labels of the engines and exporters they stand for", () => {
    const shown = metrics().registry.families.map((family) => {
      const labels = [...family.series[0]!.labels.matchAll(/(\w+)="/g)].map(([, name]) => name);
      return [family.name, [family.type, labels]];
    });
    expect(Object.fromEntries(shown)).toEqual(expected);
  });

  it("has every type of error from the start, at 0, and no type elsewhere in the plain family", () => {
    const text = renderRegistry(metrics().registry, "text");
    for (const type of errorTypes) expect(text).toContain(`\nllm_errors_total{type="${type}"} 0\n`);
    expect(text).toContain("\nllm_requests_total 0\n");
    expect(text).not.toMatch(/^llm_(?!errors)\w*\{[^}]*type=/m);
  });

  it("has vLLM's buckets", () => {
    const text = renderRegistry(metrics().registry, "text");
    const bounds = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}_bucket\\{.*le="([^"]+)"`, "gm"))].map(([, bound]) => bound);
    expect(bounds("vllm:time_to_first_token_seconds").join(" ")).toBe(
      "0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0 160.0 640.0 2560.0 +Inf",
    );
    expect(bounds("vllm:inter_token_latency_seconds").join(" ")).toBe(
      "0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0 +Inf",
    );
    expect(bounds("vllm:e2e_request_latency_seconds").join(" ")).toBe(
      "0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0 +Inf",
    );
    expect(bounds("vllm:request_prompt_tokens").join(" ")).toBe(
      "1.0 2.0 5.0 10.0 20.0 50.0 100.0 200.0 500.0 1000.0 2000.0 5000.0 +Inf",
    );
  });

  it.skipIf(!hasPromtool)("are text that promtool reads", () => {
    const { stdout, stderr, status } = spawnSync("promtool", ["check", "metrics"], {
      input: renderRegistry(metrics().registry, "text"),
      encoding: "utf8",
    });
    // 3: it reads them and finds fault with names such as vLLM's and DCGM's; 1: it cannot read them.
    expect([0, 3], stderr).toContain(status);
    const faults = (stdout + stderr).split("\n").filter((line) => line !== "");
    expect(
      faults.filter((line) => /^(llm_requests|llm_errors|llm_output|llm_latency_seconds)/.test(line)),
    ).toEqual([]);
  });
});

describe("renderRegistry", () => {
  it("writes exemplars and counters' family names in OpenMetrics only", () => {
    const registry = new Registry();
    registry.counter({ name: "a_total", type: "counter", help: "A.", labels: [] }, {}).inc(2);
    registry.counter({ name: "B_COUNT", type: "counter", help: "B.", labels: [] }, {}).inc(3);
    const histogram = registry.histogram(
      { name: "c", type: "histogram", help: "C.", labels: ["x"], buckets: [1] },
      { x: 'q"\\' },
    );
    histogram.observeWithExemplar(0.5, "00ff", 12.3456);
    expect(renderRegistry(registry, "openmetrics")).toBe(
      `# HELP a A.
# TYPE a counter
a_total 2
# HELP B_COUNT B.
# TYPE B_COUNT unknown
B_COUNT 3
# HELP c C.
# TYPE c histogram
c_bucket{x="q\\"\\\\",le="1.0"} 1 # {trace_id="00ff"} 0.5 12.346
c_bucket{x="q\\"\\\\",le="+Inf"} 1
c_count{x="q\\"\\\\"} 1
c_sum{x="q\\"\\\\"} 0.5
# EOF
`,
    );
    expect(renderRegistry(registry, "text")).toContain("# TYPE a_total counter\na_total 2\n");
    expect(renderRegistry(registry, "text")).not.toMatch(/trace_id|EOF/);
  });

  it("is chosen by the Accept header", () => {
    expect(negotiateFormat("application/openmetrics-text;version=1.0.0,*/*;q=0.1")).toBe("openmetrics");
    expect(negotiateFormat("*/*")).toBe("text");
    expect(negotiateFormat(undefined)).toBe("text");
  });
});

describe("mergeExpositions", () => {
  it("labels each source's samples and keeps families together", () => {
    const source = (value: number) =>
      `# HELP a A.\n# TYPE a counter\na_total ${value}\n# HELP g G.\n# TYPE g gauge\ng{x="{"} 1\n# EOF\n`;
    const merged = mergeExpositions(
      [
        { text: source(1), labels: { instance: "one" } },
        { text: source(2), labels: { instance: "two" } },
      ],
      "openmetrics",
    );
    expect(merged).toBe(
      `# HELP a A.\n# TYPE a counter\na_total{instance="one"} 1\na_total{instance="two"} 2\n` +
        `# HELP g G.\n# TYPE g gauge\ng{instance="one",x="{"} 1\ng{instance="two",x="{"} 1\n# EOF\n`,
    );
  });
});

describe("Histogram", () => {
  it("puts a value on a bound into that bound's bucket, and those above all into +Inf", () => {
    const histogram = new Histogram([1, 2]);
    for (const value of [0, 1, 1.5, 2, 3]) histogram.observe(value);
    expect(histogram.counts).toEqual([2, 2, 1]);
    expect(histogram.count).toBe(5);
    expect(histogram.sum).toBe(7.5);
  });

  it("observes a rising run as if one by one", () => {
    const bounds = [0.1, 0.2, 0.3];
    const run = new Histogram(bounds);
    run.observeRising(0.05, 0.03, 8, 4);
    const single = new Histogram(bounds);
    for (let i = 0; i < 8; i++) single.observe(0.05 + i * 0.03, 4);
    expect(run.counts).toEqual(single.counts);
    expect(run.sum).toBeCloseTo(single.sum, 9);
  });
});

describe("Registry", () => {
  it("gives back what it is given", () => {
    const first = metrics();
    first.requests.inc(7);
    first.engine.ttft.observe(0.3, 5);
    const second = metrics();
    second.registry.restore(JSON.parse(JSON.stringify(first.registry.state())));
    const values = ({ registry }: typeof first) =>
      registry.families.flatMap((family) => [...samplesOf(family)]);
    expect(values(second)).toEqual(values(first));
  });
});
