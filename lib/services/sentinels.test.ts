import { describe, expect, it } from "vitest";
import { matchesAll, parsedMatchers, sentinelsAmong } from "./sentinels";

const found = (...names: string[]) =>
  sentinelsAmong(names).map(({ name, profile, shows, rename }) => ({
    name,
    profile: profile.id,
    shows,
    ...(rename === undefined ? {} : { to: rename.to }),
  }));

describe("sentinelsAmong", () => {
  it.each([
    ["vllm:num_requests_running", { profile: "vllm" }],
    ["ray_vllm_num_requests_running", { profile: "vllm", to: "ray_vllm_" }],
    ["vllm_num_requests_running", { profile: "vllm", to: "vllm_" }],
    ["otel_vllm_num_requests_running", { profile: "vllm", to: "otel_vllm_" }],
    ["edge_vllm:num_requests_running", { profile: "vllm", to: "edge_vllm:" }],
    ["acme_corp_vllm:num_requests_running", { profile: "vllm", to: "acme_corp_vllm:" }],
    ["acme_corp_eu_vllm_num_requests_running", { profile: "vllm", to: "acme_corp_eu_vllm_" }],
    ["ray_sglang_num_running_reqs", { profile: "sglang", to: "ray_sglang_" }],
    ["ray_tgi_queue_size", { profile: "tgi", to: "ray_tgi_" }],
    ["trtllm:request_success_total", { profile: "trtllm-serve", to: "trtllm:" }],
  ])("recognises %s", (name, expected) => {
    expect(found(name)).toEqual([{ name, shows: "proof", ...expected }]);
  });

  it.each([
    "vllm:num_requests_running_total_by_day",
    "job:vllm:num_requests_running",
    "my_llm_requests_total",
    "acme_corp_vllm:num_requests_running:sum",
    "_vllm:num_requests_running",
    "a__vllm:num_requests_running",
    "shop_http_requests_total",
    "up",
  ])("takes %s for nothing", (name) => {
    expect(found(name)).toEqual([]);
  });

  it("takes other metrics for a sentinel where there are none, if they are several", () => {
    expect(found("vllm:prompt_tokens_total")).toEqual([]);
    expect(found("vllm:num_requests_waiting", "vllm:time_to_first_token_seconds_count")).toMatchObject([
      { profile: "vllm", shows: "proof" },
    ]);
    expect(found("ray_vllm_num_requests_waiting", "ray_vllm_prompt_tokens_total")).toMatchObject([
      { profile: "vllm", to: "ray_vllm_" },
    ]);
  });

  it("marks what names GPUs and hosts without proving a service", () => {
    expect(found("gpu_utilization_percent", "node_uname_info")).toEqual([
      { name: "gpu_utilization_percent", profile: "plain", shows: "gpu" },
      { name: "node_uname_info", profile: "node-exporter", shows: "host" },
    ]);
  });
});

it("reads matchers as PromQL does", () => {
  const matchers = parsedMatchers('handler=~"/v1/.*", status!="",path="a\\"b"');
  expect(matchers).toEqual([
    { label: "handler", op: "=~", value: "/v1/.*" },
    { label: "status", op: "!=", value: "" },
    { label: "path", op: "=", value: 'a"b' },
  ]);
  expect(matchesAll({ handler: "/v1/chat", status: "200", path: 'a"b' }, matchers)).toBe(true);
  expect(matchesAll({ handler: "/x/v1/chat", status: "200", path: 'a"b' }, matchers)).toBe(false);
  expect(matchesAll({ handler: "/v1/chat", path: 'a"b' }, matchers)).toBe(false);
});
