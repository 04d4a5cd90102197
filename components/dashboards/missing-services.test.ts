import { describe, expect, it } from "vitest";
import { answerName } from "@/lib/dashboards/placement";
import { signalResult } from "@/testing/signal-result";
import { missingServices } from "./missing-services";

const placed = (services: string[], without: string[] = [], ofMachines?: true) => ({
  panel: {
    id: "rate",
    title: "Error rate",
    view: "lines" as const,
    queries: { rate: { signal: "error_rate" as const } },
    needs: [],
    span: 6 as const,
    across: "together" as const,
    ...(ofMachines === undefined ? {} : { ofMachines }),
  },
  services,
  without,
  queries: services.map((service) => ({
    name: answerName("rate", service),
    query: { service, signal: "error_rate" as const },
    before: false,
    source: "eu",
  })),
});
const has = signalResult({ series: [{ labels: {}, values: [1] }] });
const none = signalResult({
  status: "unavailable",
  series: [],
  reason: { kind: "not_measurable", text: "SGLang counts no errors; a gateway does." },
});
const down = signalResult({
  status: "error",
  series: [],
  error: { code: "upstream_timeout", detail: "eu did not answer within 30 s.", requestId: "r" },
});
const answers = (own: Record<string, typeof has>) =>
  new Map(Object.entries(own).map(([service, result]) => [answerName("rate", service), result]));

describe("missingServices", () => {
  it("names each that has no line, with why", () => {
    const panel = placed(["plain", "sglang", "tgi", "vllm"], ["triton"]);
    expect(missingServices(panel, answers({ plain: has, sglang: none, tgi: down }))).toEqual([
      { service: "sglang", signal: "error_rate", why: "SGLang counts no errors; a gateway does." },
      { service: "tgi", why: "eu did not answer within 30 s." },
      { service: "vllm", why: "eu has not answered yet." },
      { service: "triton", signal: "error_rate", why: "It does not measure this." },
    ]);
  });

  it("leaves one service to the panel's face, and the first answer to come", () => {
    expect(missingServices(placed(["sglang"]), answers({ sglang: none }))).toEqual([]);
    expect(missingServices(placed(["plain", "sglang"]), undefined)).toEqual([]);
  });

  it("names of panels of machines only those whose source is the matter", () => {
    const panel = placed(["plain", "sglang", "tgi"], [], true);
    expect(
      missingServices(panel, answers({ plain: has, sglang: none, tgi: down })).map(({ service }) => service),
    ).toEqual(["tgi"]);
  });
});
