import { describe, expect, it } from "vitest";
import { discoverServices, scrapeIntervalOf } from "./discovery";

const vllm = (labels: Record<string, string>) => ({
  __name__: "vllm:num_requests_running",
  model_name: "llama",
  engine: "0",
  ...labels,
});
const dcgm = (labels: Record<string, string>) => ({ __name__: "DCGM_FI_DEV_GPU_UTIL", gpu: "0", ...labels });
const profilesOf = (service: { profiles: { id: string }[] } | undefined) =>
  service?.profiles.map(({ id }) => id);

describe("discoverServices", () => {
  it("makes one service of a job's engine, plain metrics and GPUs, with versions and instances", () => {
    const [service, ...others] = discoverServices([
      vllm({ job: "chat-api", instance: "b", version: "v2" }),
      vllm({ job: "chat-api", instance: "a", version: "v1" }),
      { __name__: "llm_requests_total", job: "chat-api", instance: "a", version: "v1" },
      dcgm({ job: "chat-api", instance: "a", version: "v1" }),
    ]);
    expect(others).toEqual([]);
    expect(service).toMatchObject({
      identity: { job: "chat-api" },
      engines: ["vllm"],
      models: ["llama"],
      versions: ["v1", "v2"],
      instances: ["a", "b"],
      labels: { version: "version", model: "model_name" },
    });
    expect(profilesOf(service)).toEqual(["vllm", "dcgm", "plain"]);
  });

  it("keeps namespaces apart", () => {
    const services = discoverServices([
      vllm({ job: "llm", namespace: "prod", instance: "a" }),
      vllm({ job: "llm", namespace: "dev", instance: "b" }),
    ]);
    expect(services.map(({ identity }) => identity.namespace)).toEqual(["dev", "prod"]);
    expect(services[0]?.profiles[0]?.matchers).toEqual([
      { label: "job", op: "=", value: "llm" },
      { label: "namespace", op: "=", value: "dev" },
    ]);
  });

  it("attaches another job's GPUs by pod, before host", () => {
    const [service] = discoverServices([
      vllm({ job: "llm", namespace: "prod", pod: "llm-0", instance: "10.0.0.1:8000" }),
      vllm({ job: "batch", namespace: "prod", pod: "batch-0", instance: "10.0.0.2:8000" }),
      dcgm({ job: "dcgm", namespace: "gpu", instance: "10.0.0.9:9400", exported_pod: "batch-0" }),
    ]);
    expect(profilesOf(service)).toEqual(["vllm", "dcgm"]);
    expect(service?.identity.job).toBe("batch");
    expect(service?.profiles[1]?.matchers).toContainEqual({
      label: "exported_pod",
      op: "=",
      value: "batch-0",
    });
  });

  it("attaches another job's GPUs by host, and to nobody else", () => {
    const services = discoverServices([
      vllm({ job: "llm", instance: "10.0.0.1:8000" }),
      vllm({ job: "other", instance: "10.0.0.2:8000" }),
      dcgm({ job: "dcgm", instance: "10.0.0.1:9400" }),
    ]);
    expect(services.map(profilesOf)).toEqual([["vllm", "dcgm"], ["vllm"]]);
    expect(services[0]?.profiles[1]?.matchers).toContainEqual({
      label: "instance",
      op: "=",
      value: "10.0.0.1:9400",
    });
    expect(services[0]?.profiles[1]?.note).toBeUndefined();
  });

  it("attaches GPUs of an unknown place to the only service, and says so", () => {
    const [service] = discoverServices([
      vllm({ job: "llm", instance: "llm:8000" }),
      dcgm({ job: "dcgm", instance: "dcgm:9400" }),
    ]);
    expect(service?.profiles[1]).toMatchObject({ id: "dcgm", note: expect.stringContaining("job dcgm") });
  });

  it("takes HTTP counters only beside an engine", () => {
    const http = { __name__: "http_requests_total", handler: "/v1/chat/completions", instance: "a" };
    expect(discoverServices([{ ...http, job: "shop" }])).toEqual([]);
    const [service] = discoverServices([vllm({ job: "llm", instance: "a" }), { ...http, job: "llm" }]);
    expect(profilesOf(service)).toEqual(["vllm", "http-instrumentator"]);
  });
});

it("takes the median distance of samples as the scrape interval", () => {
  expect(scrapeIntervalOf([0, 5.001, 10, 20, 24.999])).toBe(5);
  expect(scrapeIntervalOf([12])).toBeUndefined();
});
