import { describe, expect, it } from "vitest";
import type { MeasuredService } from "@/lib/signals/service";
import { usualSet } from "../usual-set";
import { signalView } from "./queries";

const service = (job: string): MeasuredService => ({
  name: "chat-api",
  sourceName: "prod",
  scrapeInterval: 15,
  profiles: (["vllm", "dcgm"] as const).map((id) => ({
    id,
    matchers: [{ label: "job", op: "=", value: job }],
    labels: {},
  })),
});
const view = (
  signal: Parameters<typeof signalView>[1]["signal"],
  quantile: number | null = null,
  job = "chat",
) => signalView(service(job), { service: "chat-api", signal, quantile });

describe("a signal as a rule compares it", () => {
  it("is the expression of the usual rule, with its thresholds", () => {
    const set = usualSet(service("chat"), { consoleUrl: "https://console.example" });
    for (const rule of set) {
      if (rule.signal === null) continue;
      const { signal, quantile } = rule.signal;
      expect(view(signal, quantile)).toMatchObject({ expr: rule.expr, by: rule.signal.by, reason: null });
    }
    expect(view("e2e_latency", 0.99)).toMatchObject({
      unit: "seconds",
      comparison: ">",
      isHistogram: true,
      usual: { warning: 5, critical: 10 },
    });
  });

  it("takes a quantile only of a histogram, and the target's where none is asked for", () => {
    expect(view("ttft")).toMatchObject({ quantile: 0.95 });
    expect(view("ttft").expr).toContain("histogram_quantile(0.95,");
    expect(view("queue_depth", 0.9)).toMatchObject({ quantile: null, isHistogram: false });
  });

  it("is derived from how the service is selected", () => {
    expect(view("queue_depth").expr).toContain('job="chat"');
    expect(view("queue_depth", null, "chat-2").expr).toContain('job="chat-2"');
  });

  it("offers only what it can be split by, and says why there is nothing to compare", () => {
    expect(view("gpu_utilization").dimensions).toContain("gpu");
    expect(view("queue_depth").dimensions).not.toContain("gpu");
    expect(view("host_load")).toMatchObject({ expr: null, dimensions: [] });
    expect(view("host_load").reason).not.toBe("");
  });

  it("is bad below where more is better", () => {
    expect(view("kv_cache_capacity").comparison).toBe("<");
  });
});
