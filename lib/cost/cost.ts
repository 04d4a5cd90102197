import { anyModel, type Cost, type GpuPrice, type Known, modelKey } from "./schema";

/** The time in which GPUs of one model were there. */
export interface ModelHours {
  /** Null where the exporter does not tell. */
  gpuModel: string | null;
  gpus: number;
  gpuHours: number;
}

/** A measured amount, or why there is none. */
export type Amount = { value: number } | { reason: string };

export type CostFigures = Pick<
  Cost,
  | "gpus"
  | "gpuHours"
  | "cost"
  | "outputTokens"
  | "promptTokens"
  | "perMillionOutputTokens"
  | "perMillionTokens"
  | "tokensPerSecondPerGpu"
>;

const million = 1_000_000;

/** The price of an hour of one GPU of this model: its own, else that of `*`; null without either. */
export function priceOf(prices: readonly GpuPrice[], gpuModel: string | null): number | null {
  const of = (key: string) => prices.find((price) => modelKey(price.gpuModel) === key)?.pricePerHour;
  return (gpuModel === null ? undefined : of(modelKey(gpuModel))) ?? of(anyModel) ?? null;
}

/**
 * What a service cost: the hours in which its GPUs were there, times their prices, and both by million tokens. GPUs cost
 * while they idle too, so the hours do not depend on their use. Without a price for each model the cost cannot be said,
 * and the tokens are set against GPU-hours alone.
 */
export function costFigures(
  hours: { models: readonly ModelHours[] } | { reason: string },
  tokens: { output: Amount; prompt: Amount },
  prices: readonly GpuPrice[],
): CostFigures {
  const models = "models" in hours ? hours.models : [];
  const gpus = models.map((model) => {
    const pricePerHour = priceOf(prices, model.gpuModel);
    return { ...model, pricePerHour, cost: pricePerHour === null ? null : pricePerHour * model.gpuHours };
  });
  const gpuHours: Amount =
    "reason" in hours ? hours : { value: gpus.reduce((sum, model) => sum + model.gpuHours, 0) };
  const unpriced = gpus.filter(({ cost }) => cost === null).map(({ gpuModel }) => gpuModel ?? "unknown");
  const cost: Amount =
    "reason" in gpuHours
      ? gpuHours
      : unpriced.length > 0
        ? { reason: `No price is set for a GPU-hour of ${unpriced.join(", ")}.` }
        : { value: gpus.reduce((sum, model) => sum + (model.cost ?? 0), 0) };
  const all = added(tokens.output, tokens.prompt);
  return {
    gpus,
    gpuHours: known(gpuHours),
    cost: known(cost),
    outputTokens: known(tokens.output),
    promptTokens: known(tokens.prompt),
    perMillionOutputTokens: {
      cost: perTokens(cost, tokens.output, million),
      gpuHours: perTokens(gpuHours, tokens.output, million),
    },
    perMillionTokens: { cost: perTokens(cost, all, million), gpuHours: perTokens(gpuHours, all, million) },
    tokensPerSecondPerGpu: perGpuSecond(tokens.output, gpuHours),
  };
}

const known = (amount: Amount): Known =>
  "value" in amount ? { value: amount.value } : { value: null, reason: amount.reason };

const added = (a: Amount, b: Amount): Amount => {
  if ("reason" in a) return a;
  if ("reason" in b) return b;
  return { value: a.value + b.value };
};

function perTokens(amount: Amount, tokens: Amount, unit: number): Known {
  if ("reason" in amount) return known(amount);
  if ("reason" in tokens) return known(tokens);
  if (tokens.value <= 0) return { value: null, reason: "No tokens were counted in this time." };
  return { value: (amount.value / tokens.value) * unit };
}

function perGpuSecond(tokens: Amount, gpuHours: Amount): Known {
  if ("reason" in tokens) return known(tokens);
  if ("reason" in gpuHours) return known(gpuHours);
  if (gpuHours.value <= 0) return { value: null, reason: "No GPU was there in this time." };
  return { value: tokens.value / (gpuHours.value * 3600) };
}
