import { describe, expect, it } from "vitest";
import { activityVerdict } from "./activity";
import { fleetSummary, fleetText } from "./fleet";

const gpus = [
  { gpu: "n1/0", value: 0.98 },
  { gpu: "n1/1", value: 0.1 },
  { gpu: "n2/0", value: 0.42 },
  { gpu: "n2/1", value: null },
];

describe("fleetSummary", () => {
  it("has maximum and spread beside the average", () => {
    // Average 1.5 / 3; squares of 0.48, -0.4 and -0.08 sum up to 0.3968, a third of which is 0.13227.
    expect(fleetSummary(gpus)).toMatchObject({
      count: 3,
      missing: 1,
      average: 0.5,
      maximum: { gpu: "n1/0", value: 0.98 },
      minimum: { gpu: "n1/1", value: 0.1 },
    });
    expect(fleetSummary(gpus)!.spread).toBeCloseTo(0.88, 12);
    expect(fleetSummary(gpus)!.standardDeviation).toBeCloseTo(Math.sqrt(0.3968 / 3), 12);
  });

  it("is none without values, and never 0", () => {
    expect(fleetSummary([])).toBeNull();
    expect(fleetSummary([{ gpu: "a", value: null }])).toBeNull();
  });

  it("is said in one line", () => {
    expect(fleetText(fleetSummary(gpus), "ratio").replaceAll("\u2009", " ")).toBe(
      "50.0 % on average, at most 98.0 % (n1/0), spread 88.0 % over 3 GPUs, 1 without a value",
    );
    expect(fleetText(fleetSummary(gpus.slice(0, 1)), "ratio").replaceAll("\u2009", " ")).toBe(
      "98.0 % (one GPU)",
    );
    expect(fleetText(null, "ratio")).toBe("No GPU has a value.");
  });
});

describe("activityVerdict", () => {
  const nothing = { utilization: null, smActive: null, tensorActive: null, dramActive: null };
  it.each([
    ["a full GPU", { ...nothing, utilization: 1, smActive: 0.95 }, "the GPU is full"],
    ["100 % of which little worked", { ...nothing, utilization: 1, smActive: 0.2 }, "only 20"],
    [
      "memory at its limit",
      { ...nothing, utilization: 1, smActive: 0.3, dramActive: 0.8 },
      "The memory is the limit",
    ],
    ["100 % without SM activity", { ...nothing, utilization: 1 }, "cannot be said"],
    ["a share without SM activity", { ...nothing, utilization: 0.4 }, "the rest is free"],
    [
      "idle tensor cores",
      { ...nothing, utilization: 1, smActive: 0.8, tensorActive: 0.02 },
      "tensor cores hardly",
    ],
    ["nothing", nothing, "no measure of how busy"],
  ] as const)("of %s", (_name, activity, words) => {
    expect(activityVerdict(activity)).toContain(words);
  });
});
