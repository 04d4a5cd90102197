import { describe, expect, it } from "vitest";
import { answerName } from "@/lib/dashboards/placement";
import { signalResult } from "@/testing/signal-result";
import { firstGpu, healthAnswers } from "./gpu-fault-rows";

const gpus = [
  { key: "a", values: [0.9, 0.1, null] },
  { key: "b", values: [0.2, 0.8, 0.7] },
  { key: "c", values: [null, null, null] },
];

describe("the GPU that is looked at first", () => {
  it("is the one with the worst fault that wants something done", () => {
    const faults = [
      { gpu: "gone", state: "critical" as const },
      { gpu: "c", state: "warning" as const },
    ];
    expect(firstGpu(gpus, faults)).toBe("c");
  });

  it("is the busiest now where there is no such fault", () => {
    expect(firstGpu(gpus, [{ gpu: "c", state: "info" }])).toBe("b");
    expect(firstGpu([], [])).toBeUndefined();
  });
});

it("gathers the answers of all services by what was asked", () => {
  const xid = signalResult({ signal: "gpu_xid" });
  const answers = healthAnswers(
    new Map([
      [answerName("xid", "chat"), xid],
      [answerName("xid", "embed"), xid],
      [answerName("throttled", "chat"), xid],
    ]),
  );
  expect(answers.xid).toHaveLength(2);
  expect(answers.throttled).toHaveLength(1);
  expect(healthAnswers(undefined).xid).toEqual([]);
});
