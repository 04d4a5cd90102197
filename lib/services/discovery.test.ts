import { describe, expect, it } from "vitest";
import { most } from "./describe";
import { discoverServices as discover } from "./discovery";
import { withNodes } from "./exporters";
import { withExposed } from "./exposed";
import { identityKey } from "./identity";
import { scrapeIntervalOf } from "./scrape-interval";
import { sentinelsAmong } from "./sentinels";

type Labels = Record<string, string>;
const discovered = (series: Labels[], choices?: Parameters<typeof discover>[1]) =>
  discover(series, {
    sentinels: sentinelsAmong(series.map((labels) => labels.__name__ ?? "")),
    ...choices,
  });
const discoverServices = (...given: Parameters<typeof discovered>) => discovered(...given).services;

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

  it("keeps apart what came through one collector", () => {
    const services = discoverServices(
      ["chat", "rag"].map((exported_job) => ({
        ...{ __name__: "gen_ai_client_operation_duration_seconds_count", gen_ai_request_model: "gpt" },
        ...{ job: "collector", instance: "collector:8889", exported_job, exported_instance: "1" },
      })),
    );
    expect(services.map(({ identity }) => identity)).toEqual([{ job: "chat" }, { job: "rag" }]);
    expect(services[0]?.profiles[0]?.matchers).toEqual([
      { label: "exported_job", op: "=", value: "chat" },
      { label: "job", op: "=", value: "collector" },
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

  it("leaves out look-alikes of an engine, and measures around them", () => {
    const router = { __name__: "vllm:num_requests_running", server: "http://vllm-0", instance: "router" };
    expect(discoverServices([{ ...router, job: "router" }])).toEqual([]);
    const [service] = discoverServices([{ ...router, job: "llm" }, vllm({ job: "llm", instance: "a" })]);
    expect(service?.instances).toEqual(["a"]);
    expect(service?.profiles[0]?.matchers).toContainEqual({ label: "model_name", op: "!=", value: "" });
  });

  it("takes an engine behind a rewriting pipeline for what it is", () => {
    const [ray, rewritten] = discoverServices([
      {
        ...vllm({ job: "ray", instance: "head" }),
        __name__: "ray_vllm_num_requests_running",
        ReplicaId: "r1",
      },
      {
        ...vllm({ job: "ray", instance: "head" }),
        __name__: "ray_vllm_num_requests_running",
        ReplicaId: "r2",
      },
      { ...vllm({ job: "remote", instance: "a" }), __name__: "vllm_num_requests_running" },
    ]);
    expect(ray).toMatchObject({
      engines: ["vllm"],
      evidence: ["ray_vllm_num_requests_running"],
      labels: { replica: "ReplicaId" },
    });
    expect(ray?.profiles[0]?.rename).toEqual({ from: "vllm:", to: "ray_vllm_" });
    expect(rewritten?.profiles[0]?.rename).toEqual({ from: "vllm:", to: "vllm_" });
  });

  it("makes services of two engines that stand for themselves at one instance, and says so of both", () => {
    const at = { job: "two", instance: "two:8000" };
    const services = discoverServices([
      vllm(at),
      { __name__: "sglang:num_running_reqs", model_name: "other", ...at },
      { __name__: "llm_requests_total", ...at },
    ]);
    expect(services).toMatchObject([
      { identity: { job: "two" }, engines: ["vllm"], models: ["llama"], instances: ["two:8000"] },
      { identity: { job: "two", engine: "sglang" }, engines: ["sglang"], models: ["other"] },
    ]);
    expect(services.map(profilesOf)).toEqual([["vllm", "plain"], ["sglang"]]);
    expect(services.map(({ notes }) => notes)).toEqual([
      ["SGLang reports from the same instance: it is listed as a service of its own."],
      ["vLLM reports from the same instance: it is listed as a service of its own."],
    ]);
  });

  it("keeps an engine with the server that runs it", () => {
    const at = { job: "one", instance: "one:8000" };
    const services = discoverServices([
      vllm(at),
      { __name__: "request_predict_seconds_count", model_name: "llama", ...at },
    ]);
    expect(services.map(({ engines }) => engines)).toEqual([["vllm", "kserve"]]);
  });

  it("makes services of engines of one job that share no instance", () => {
    const services = discoverServices([
      vllm({ job: "llm", instance: "a" }),
      { __name__: "sglang:num_running_reqs", model_name: "qwen", job: "llm", instance: "b" },
      { __name__: "llm_requests_total", job: "llm", instance: "b" },
    ]);
    expect(services.map(({ identity, engines, instances }) => ({ identity, engines, instances }))).toEqual([
      { identity: { job: "llm" }, engines: ["vllm"], instances: ["a"] },
      { identity: { job: "llm", engine: "sglang" }, engines: ["sglang"], instances: ["b"] },
    ]);
    expect(profilesOf(services[0])).toEqual(["vllm"]);
    expect(services[1]?.profiles.find(({ id }) => id === "plain")?.matchers).toContainEqual({
      label: "instance",
      op: "=",
      value: "b",
    });
  });

  it("names GPUs and hosts", () => {
    const [service] = discoverServices([
      vllm({ job: "llm", instance: "10.0.0.1:8000" }),
      dcgm({ job: "dcgm", instance: "10.0.0.1:9400", UUID: "GPU-a", Hostname: "node-1" }),
      dcgm({ job: "dcgm", instance: "10.0.0.1:9400", UUID: "GPU-b", gpu: "1", Hostname: "node-1" }),
      { __name__: "node_memory_MemTotal_bytes", job: "node", instance: "10.0.0.1:9100" },
      { __name__: "node_uname_info", job: "node", instance: "10.0.0.1:9100", nodename: "node-1" },
    ]);
    expect(service).toMatchObject({
      gpus: ["GPU-a", "GPU-b"],
      hosts: ["node-1"],
      evidence: ["DCGM_FI_DEV_GPU_UTIL", "node_memory_MemTotal_bytes", "vllm:num_requests_running"],
    });
  });

  it("counts a GPU once that an application names by its index as well", () => {
    const [service] = discoverServices([
      vllm({ job: "llm", instance: "10.0.0.1:8000" }),
      { __name__: "llm_requests_total", job: "llm", instance: "10.0.0.1:8000" },
      { __name__: "gpu_utilization_percent", job: "llm", instance: "10.0.0.1:8000", gpu: "0" },
      dcgm({ job: "llm", instance: "10.0.0.1:8000", UUID: "GPU-a" }),
    ]);
    expect(service?.gpus).toEqual(["GPU-a"]);
  });

  it("knows by a pod's node which exporters are of its host", () => {
    const pods = [{ __name__: "kube_pod_info", pod: "llm-0", node: "node-1", host_ip: "10.0.0.1" }];
    const [service] = discoverServices(
      withNodes(
        [
          vllm({ job: "llm", pod: "llm-0", instance: "172.16.0.7:8000" }),
          vllm({ job: "other", pod: "other-0", instance: "172.16.0.8:8000" }),
          dcgm({ job: "dcgm", instance: "172.16.0.9:9400", Hostname: "node-1" }),
          { __name__: "node_memory_MemTotal_bytes", job: "node", instance: "10.0.0.1:9100" },
        ],
        pods,
      ),
    );
    expect(profilesOf(service)).toEqual(["vllm", "dcgm", "node-exporter"]);
    expect(service?.hosts).toEqual(["10.0.0.1", "node-1"]);
  });

  it("tells pods of one name apart by their namespaces", () => {
    const services = discoverServices([
      vllm({ job: "llm", namespace: "dev", pod: "llm-0", instance: "10.0.0.1:8000" }),
      vllm({ job: "llm", namespace: "prod", pod: "llm-0", instance: "10.0.0.2:8000" }),
      dcgm({
        job: "dcgm",
        namespace: "gpu",
        UUID: "GPU-a",
        exported_pod: "llm-0",
        exported_namespace: "dev",
        instance: "10.0.0.9:9400",
      }),
      dcgm({
        job: "dcgm",
        namespace: "gpu",
        UUID: "GPU-b",
        exported_pod: "llm-0",
        exported_namespace: "prod",
        instance: "10.0.0.9:9400",
      }),
    ]);
    expect(services.map(({ gpus }) => gpus)).toEqual([["GPU-a"], ["GPU-b"]]);
    expect(services[1]?.profiles[1]?.matchers).toEqual([
      { label: "job", op: "=", value: "dcgm" },
      { label: "namespace", op: "=", value: "gpu" },
      { label: "exported_pod", op: "=", value: "llm-0" },
      { label: "exported_namespace", op: "=", value: "prod" },
    ]);
  });

  it("knows a pod's machine by what was tied to the pod", () => {
    const services = discoverServices([
      vllm({ job: "llm", pod: "llm-0", instance: "172.16.0.7:8000" }),
      vllm({ job: "other", pod: "other-0", instance: "172.16.0.8:8000" }),
      dcgm({
        job: "dcgm",
        UUID: "GPU-a",
        exported_pod: "llm-0",
        Hostname: "node-1",
        instance: "172.16.0.9:9400",
      }),
      { __name__: "node_memory_MemTotal_bytes", job: "node", instance: "10.0.0.1:9100" },
      { __name__: "node_uname_info", job: "node", instance: "10.0.0.1:9100", nodename: "node-1" },
    ]);
    expect(services.map(profilesOf)).toEqual([["vllm", "dcgm", "node-exporter"], ["vllm"]]);
  });

  it("gives nobody the GPUs of a machine apart, though it is the only one of its exporter", () => {
    const lonely = {
      __name__: "nvidia_smi_utilization_gpu_ratio",
      job: "smi",
      uuid: "b",
      instance: "10.0.0.9:9835",
    };
    const elsewhere = discoverServices([
      vllm({ job: "a", instance: "10.0.0.1:8000" }),
      vllm({ job: "b", instance: "10.0.0.2:8000" }),
      lonely,
    ]);
    expect(elsewhere.map(profilesOf)).toEqual([["vllm"], ["vllm"], ["nvidia-gpu-exporter"]]);
    const told = discoverServices([
      vllm({ job: "a", instance: "a:8000" }),
      { __name__: "nv_inference_request_success", job: "triton", instance: "t:8002", model: "m" },
      { __name__: "nv_gpu_utilization", job: "triton", instance: "t:8002", gpu_uuid: "GPU-t" },
      { ...lonely, instance: "desk:9835" },
    ]);
    expect(told.map(profilesOf)).toEqual([["vllm"], ["nvidia-gpu-exporter"], ["triton", "triton-gpu"]]);
  });

  it("finds GPUs that are split by MIG", () => {
    const split = (id: string) => ({
      ...dcgm({ job: "dcgm", instance: "n1:9400", UUID: "GPU-a", GPU_I_ID: id }),
      __name__: "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    });
    const [service] = discoverServices([vllm({ job: "llm", instance: "n1:8000" }), split("1"), split("2")]);
    expect(service).toMatchObject({ gpus: ["GPU-a"], engines: ["vllm"] });
    expect(profilesOf(service)).toEqual(["vllm", "dcgm"]);
    const [alone] = discoverServices([
      { __name__: "nvidia_smi_memory_total_bytes", job: "smi", instance: "n2:9835", uuid: "b" },
    ]);
    expect(profilesOf(alone)).toEqual(["nvidia-gpu-exporter"]);
  });

  it("says of GPUs on shared hosts that they cannot be told apart", () => {
    const services = discoverServices([
      vllm({ job: "a", instance: "10.0.0.1:8000" }),
      vllm({ job: "b", instance: "10.0.0.1:8001" }),
      dcgm({ job: "dcgm", instance: "10.0.0.1:9400" }),
    ]);
    for (const service of services)
      expect(service.profiles[1]?.note).toMatch(/^Other services run on the same hosts/);
  });

  it("shows GPUs of nobody by themselves", () => {
    const { services, notes } = discovered([
      vllm({ job: "a", instance: "a:8000" }),
      vllm({ job: "b", instance: "b:8000" }),
      dcgm({ job: "dcgm", instance: "n1:9400" }),
      dcgm({ job: "dcgm", instance: "n2:9400" }),
      { __name__: "node_memory_MemTotal_bytes", job: "node", instance: "x:9100" },
      { __name__: "node_memory_MemTotal_bytes", job: "node", instance: "n1:9100" },
    ]);
    expect(services.map(({ identity }) => identity.job)).toEqual(["a", "b", "dcgm"]);
    expect(services[2]).toMatchObject({ engines: [], gpus: ["n1/0", "n2/0"] });
    expect(profilesOf(services[2])).toEqual(["dcgm", "node-exporter"]);
    expect(notes).toEqual(["node_exporter of job node belongs to no service: none runs on its hosts."]);
  });

  it("says of GPUs and engines that stood for themselves when they belong to a service", () => {
    const gpus = [dcgm({ job: "dcgm", instance: "10.0.0.1:9400" })];
    expect(discovered(gpus)).toMatchObject({ services: [{ identity: { job: "dcgm" } }], absorbed: [] });
    const withEngine = discovered([...gpus, vllm({ job: "llm", instance: "10.0.0.1:8000" })]);
    expect(withEngine.services.map(({ identity }) => identity)).toEqual([{ job: "llm" }]);
    expect(withEngine.absorbed).toContainEqual({ job: "dcgm" });
    expect(withEngine.absorbed).not.toContainEqual({ job: "llm" });
  });

  it("takes a person's word for labels, also that there is none", () => {
    const choices = new Map([[identityKey({ job: "llm" }), { version: "release", model: "" }]]);
    const [service] = discoverServices(
      [vllm({ job: "llm", instance: "a", version: "1", release: "2026-11" })],
      { choices },
    );
    expect(service).toMatchObject({ versions: ["2026-11"], models: [], labels: { version: "release" } });
    expect(service?.profiles[0]?.labels).toEqual({ version: "release" });
  });

  it("guesses a version label that no profile lists", () => {
    const [service] = discoverServices([
      vllm({ job: "llm", instance: "a", llm_version: "7", python_version: "3.12" }),
    ]);
    expect(service).toMatchObject({ versions: ["7"], labels: { version: "llm_version" } });
  });

  it("bounds ten thousand instances and labels of ten kilobytes, and says so", () => {
    const long = "x".repeat(10_000);
    const { services, notes } = discovered([
      ...Array.from({ length: 10_000 }, (_, index) => vllm({ job: "llm", instance: `i${index}:80` })),
      ...Array.from({ length: 10_000 }, (_, index) => dcgm({ job: "dcgm", instance: `i${index}:94` })),
      vllm({ job: "llm", instance: "long", model_name: long, version: long }),
      vllm({ job: long, instance: "a" }),
    ]);
    expect(services).toHaveLength(1);
    const [service] = services;
    expect(service?.instances).toHaveLength(most.instances);
    expect(service?.models).toEqual(["llama"]);
    expect(service?.versions).toEqual([]);
    expect(service?.notes).toContain(
      "10001 instances were found; the first 1000 are listed, all are measured.",
    );
    expect(service?.notes).toContain(
      "1 names of versions or models were left out: they are longer than 200 characters.",
    );
    expect(service?.profiles[1]?.matchers).toEqual([{ label: "job", op: "=", value: "dcgm" }]);
    expect(JSON.stringify(services).length).toBeLessThan(100_000);
    expect(notes).toEqual(["1 series were left out: their job or namespace is longer than 200 characters."]);
  });

  it("takes what Knative counts only beside an engine", () => {
    const revision = {
      __name__: "revision_app_request_count",
      revision_name: "r-1",
      job: "models",
      instance: "a:9088",
    };
    expect(discoverServices([revision])).toEqual([]);
    const [service] = discoverServices([vllm({ job: "models", instance: "a:9088" }), revision]);
    expect(profilesOf(service)).toEqual(["vllm", "knative"]);
    expect(service?.engines).toEqual(["vllm"]);
  });

  it("takes HTTP counters only beside an engine", () => {
    const http = { __name__: "http_requests_total", handler: "/v1/chat/completions", instance: "a" };
    expect(discoverServices([{ ...http, job: "shop" }])).toEqual([]);
    const [service] = discoverServices([vllm({ job: "llm", instance: "a" }), { ...http, job: "llm" }]);
    expect(profilesOf(service)).toEqual(["vllm", "http-instrumentator"]);
  });
});

it("takes no blank job for a name, and says so", () => {
  const { services, notes } = discovered([
    vllm({ job: " ", instance: "a" }),
    vllm({ job: "llm", namespace: "\t", instance: "b" }),
    vllm({ job: "llm", instance: "c" }),
  ]);
  expect(services.map(({ identity }) => identity)).toEqual([{ job: "llm" }]);
  expect(notes).toEqual(["2 series were left out: their job or namespace is blank."]);
});

it("says of series that no label tells whose they are", () => {
  const { services, notes } = discovered([
    vllm({ instance: "a" }),
    { __name__: "http_requests_total", handler: "/v1/chat/completions", instance: "a" },
    vllm({ job: "llm", instance: "c" }),
  ]);
  expect(services.map(({ identity }) => identity)).toEqual([{ job: "llm" }]);
  expect(notes).toEqual([
    "1 series were left out: no label says whose they are. One of `exported_job`, `job`, `service_name`, `service`, `app` has to.",
  ]);
});

describe("withExposed", () => {
  it("keeps of a profile what the service exposes, a histogram under its bare name", () => {
    const [service] = discovered([vllm({ job: "llm", instance: "a" })]).services;
    const names = new Set([
      "vllm:num_requests_running",
      "vllm:time_to_first_token_seconds_bucket",
      "vllm:time_to_first_token_seconds_sum",
      "process_open_fds",
    ]);
    const seen = withExposed(service!, new Map([[identityKey({ job: "llm" }), names]]));
    expect(seen.profiles[0]?.metrics).toEqual(
      expect.arrayContaining(["vllm:num_requests_running", "vllm:time_to_first_token_seconds"]),
    );
    for (const absent of ["process_open_fds", "vllm:num_requests_waiting"])
      expect(seen.profiles[0]?.metrics).not.toContain(absent);
    expect(withExposed(service!, new Map()).profiles[0]?.metrics).toBeUndefined();
  });

  it("lets HTTP counters stand witness beside plain metrics, and leaves them to an engine", () => {
    const llm = { __name__: "llm_requests_total", job: "llm", instance: "a" };
    const names = new Map([
      [
        identityKey({ job: "llm" }),
        new Set(["llm_requests_total", "llm_errors_total", "http_requests_total"]),
      ],
    ]);
    const [plain] = discovered([llm]).services;
    const seen = withExposed(plain!, names);
    expect(profilesOf(seen)).toEqual(["plain", "http-witness"]);
    expect(seen.profiles[1]).toMatchObject({
      matchers: [{ label: "job", op: "=", value: "llm" }],
      metrics: ["http_requests_total"],
    });
    expect(seen.engines).toEqual([]);
    const [engine] = discovered([llm, vllm({ job: "llm", instance: "a" })]).services;
    expect(profilesOf(withExposed(engine!, names))).toEqual(["vllm", "plain"]);
    const [alone] = discovered([llm]).services;
    expect(profilesOf(withExposed(alone!, new Map()))).toEqual(["plain"]);
  });

  it("finds an engine within another by its names", () => {
    const [service] = discovered([
      { __name__: "tgi_queue_size", job: "llm", instance: "a", version: "3" },
    ]).services;
    const names = new Set(["tgi_queue_size", "vllm:prompt_tokens_total"]);
    const seen = withExposed(service!, new Map([[identityKey({ job: "llm" }), names]]));
    expect(seen.engines).toEqual(["vllm", "tgi"]);
    expect(seen.evidence).toEqual(["tgi_queue_size", "vllm:prompt_tokens_total"]);
    expect(seen.profiles[0]).toMatchObject({
      id: "vllm",
      labels: { version: "version" },
      metrics: ["vllm:prompt_tokens_total"],
    });
  });
});

it("takes the median distance of samples as the scrape interval", () => {
  expect(scrapeIntervalOf([0, 5.001, 10, 20, 24.999])).toBe(5);
  expect(scrapeIntervalOf([12])).toBeUndefined();
});
