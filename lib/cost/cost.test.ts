import { describe, expect, it } from "vitest";
import { costFigures, priceOf } from "./cost";

const prices = [
  { gpuModel: "NVIDIA H100 80GB HBM3", pricePerHour: 3 },
  { gpuModel: "*", pricePerHour: 1 },
];
const models = [
  { gpuModel: "nvidia h100 80gb hbm3", gpus: 2, gpuHours: 20 },
  { gpuModel: "NVIDIA L4", gpus: 1, gpuHours: 10 },
];
const tokens = { output: { value: 5_000_000 }, prompt: { value: 15_000_000 } };

describe("priceOf", () => {
  it("takes a model's own price without regard to case, else that of every other", () => {
    expect(priceOf(prices, "nvidia h100 80GB HBM3")).toBe(3);
    expect(priceOf(prices, "NVIDIA L4")).toBe(1);
    expect(priceOf(prices, null)).toBe(1);
    expect(priceOf(prices.slice(0, 1), "NVIDIA L4")).toBeNull();
    expect(priceOf(prices.slice(0, 1), null)).toBeNull();
  });
});

describe("costFigures", () => {
  it("sets GPU-hours times price against tokens", () => {
    // 20 h × 3 + 10 h × 1 = 70; 70 / 5 = 14 a million output tokens, 70 / 20 = 3.5 a million of all.
    expect(costFigures({ models }, tokens, prices)).toMatchObject({
      gpuHours: { value: 30 },
      cost: { value: 70 },
      perMillionOutputTokens: { cost: { value: 14 }, gpuHours: { value: 6 } },
      perMillionTokens: { cost: { value: 3.5 }, gpuHours: { value: 1.5 } },
      gpus: [{ cost: 60 }, { cost: 10 }],
    });
    // 5,000,000 tokens in 30 GPU-hours = 108,000 GPU-seconds.
    expect(costFigures({ models }, tokens, prices).tokensPerSecondPerGpu.value).toBeCloseTo(46.296, 3);
  });

  it("gives GPU-hours where a model has no price, and names the model", () => {
    const figures = costFigures({ models }, tokens, prices.slice(0, 1));
    expect(figures.cost).toEqual({ value: null, reason: "No price is set for a GPU-hour of NVIDIA L4." });
    expect(figures.perMillionOutputTokens).toMatchObject({ cost: { value: null }, gpuHours: { value: 6 } });
  });

  it("counts a price of 0 as one", () => {
    const free = [{ gpuModel: "*", pricePerHour: 0 }];
    expect(costFigures({ models }, tokens, free).perMillionOutputTokens.cost).toEqual({ value: 0 });
  });

  it("cannot say anything by token without tokens, and says why", () => {
    const none = costFigures(
      { models },
      { output: { value: 0 }, prompt: { reason: "Not counted." } },
      prices,
    );
    expect(none.perMillionOutputTokens.cost).toEqual({
      value: null,
      reason: "No tokens were counted in this time.",
    });
    expect(none.perMillionTokens.gpuHours).toEqual({ value: null, reason: "Not counted." });
    expect(none.cost).toEqual({ value: 70 });
  });

  it("cannot say anything without GPUs", () => {
    const figures = costFigures({ reason: "No exporter." }, tokens, prices);
    expect(figures.cost).toEqual({ value: null, reason: "No exporter." });
    expect(figures.tokensPerSecondPerGpu).toEqual({ value: null, reason: "No exporter." });
    expect(figures.outputTokens).toEqual({ value: 5_000_000 });
  });
});
