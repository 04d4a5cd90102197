/** A figure of the engine's for one GPU, and for how many GPUs it was given. */
export interface PerGpu {
  bytes: number;
  gpus: number;
}

/** What is known of the memory of a service's GPUs; bytes, all GPUs together unless said otherwise. */
export interface MemoryFigures {
  used: number;
  total: number;
  gpus: number;
  /** Copies of the model, each spread over `gpus / replicas` GPUs. */
  replicas: number;
  /** What the engine reports of itself; absent where it does not. */
  engine: {
    weights?: PerGpu;
    kvCache?: PerGpu;
    graphs?: PerGpu;
    /** Tokens that fit into the KV caches of all replicas. */
    kvTokens?: number;
    /** The share of each GPU's memory that the engine was allowed to take, 0–1. */
    memoryFraction?: number;
  };
  model?: {
    /** Of one copy. */
    weightBytes: number;
    /** Where that comes from, for the note. */
    basis: string;
    kvBytesPerToken?: number;
  };
}

export type MemoryPartName = "weights" | "kv_cache" | "activations" | "overhead" | "unattributed";

export interface MemoryPart {
  part: MemoryPartName;
  bytes: number;
  /** `engine`: it says so itself; `estimate`: computed from what it says or from the model; `rest`: what is left. */
  basis: "engine" | "estimate" | "rest";
  note?: string;
}

/** Used memory is sampled and rounded; parts may exceed it by so much without contradicting it. */
const tolerance = 0.02;

/**
 * What the used memory of a service's GPUs holds. The engine's own figures come first, then what follows from the model's
 * size; the rest is "unattributed". Estimates that do not fit into what is used are left out, with a note.
 */
export function memoryParts(figures: MemoryFigures): { parts: MemoryPart[]; notes: string[] } {
  const known = [weightsOf(figures), kvCacheOf(figures), ...restOfBudget(figures), graphsOf(figures)].filter(
    (part) => part !== undefined && part.bytes > 0,
  ) as MemoryPart[];
  const fits = sumOf(known) <= figures.used * (1 + tolerance);
  const parts = fits ? known : known.filter(({ basis }) => basis === "engine");
  const notes = fits
    ? []
    : ["The estimates add up to more than is used, so they do not hold for this service and are left out."];
  const rest = figures.used - sumOf(parts);
  if (rest < -tolerance * figures.used)
    notes.push("The engine's figures add up to more than its GPUs report: they are not of the same GPUs.");
  return {
    parts: rest > 0 ? [...parts, { part: "unattributed", bytes: rest, basis: "rest" }] : parts,
    notes,
  };
}

const sumOf = (parts: readonly MemoryPart[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

/** A figure that not every GPU reports stands for the others too: tensor parallelism splits evenly. */
function reported(part: MemoryPartName, figure: PerGpu, gpus: number): MemoryPart {
  if (figure.gpus >= gpus) return { part, bytes: figure.bytes, basis: "engine" };
  return {
    part,
    bytes: (figure.bytes / figure.gpus) * gpus,
    basis: "estimate",
    note: `Reported for ${figure.gpus} of ${gpus} GPUs and taken to be the same on each.`,
  };
}

function weightsOf({ engine, model, gpus, replicas }: MemoryFigures): MemoryPart | undefined {
  if (engine.weights !== undefined) return reported("weights", engine.weights, gpus);
  if (model === undefined) return undefined;
  return {
    part: "weights",
    bytes: model.weightBytes * replicas,
    basis: "estimate",
    note: `${model.basis}, ${replicas === 1 ? "one copy" : `${replicas} copies`}.`,
  };
}

function kvCacheOf({ engine, model, gpus }: MemoryFigures): MemoryPart | undefined {
  if (engine.kvCache !== undefined) return reported("kv_cache", engine.kvCache, gpus);
  if (engine.kvTokens === undefined || model?.kvBytesPerToken === undefined) return undefined;
  return {
    part: "kv_cache",
    bytes: engine.kvTokens * model.kvBytesPerToken,
    basis: "estimate",
    note: `${engine.kvTokens.toLocaleString("en-US")} tokens of ${model.kvBytesPerToken.toLocaleString("en-US")} bytes.`,
  };
}

const graphsOf = ({ engine, gpus }: MemoryFigures): MemoryPart | undefined =>
  engine.graphs === undefined
    ? undefined
    : { ...reported("overhead", engine.graphs, gpus), note: "CUDA graphs." };

/**
 * An engine with a share of the memory to itself fills it: what weights and KV cache leave of the share is kept free for
 * activations, and what is used beyond the share is the CUDA context and its like.
 */
function restOfBudget(figures: MemoryFigures): MemoryPart[] {
  const { engine, used, total } = figures;
  if (engine.memoryFraction === undefined) return [];
  const budget = engine.memoryFraction * total;
  const weights = weightsOf(figures);
  const kvCache = kvCacheOf(figures);
  const parts: MemoryPart[] = [];
  if (weights !== undefined && budget > weights.bytes + (kvCache?.bytes ?? 0)) {
    const left = budget - weights.bytes - (kvCache?.bytes ?? 0);
    parts.push(
      kvCache === undefined
        ? {
            part: "kv_cache",
            bytes: Math.min(left, Math.max(0, used - weights.bytes)),
            basis: "estimate",
            note: "What the weights leave of the engine's share, activations included.",
          }
        : {
            part: "activations",
            bytes: Math.min(left, Math.max(0, used - weights.bytes - kvCache.bytes)),
            basis: "estimate",
            note: "What weights and KV cache leave of the engine's share.",
          },
    );
  }
  if (used > budget && engine.graphs === undefined)
    parts.push({
      part: "overhead",
      bytes: used - budget,
      basis: "estimate",
      note: "Used beyond the engine's share: CUDA context and graphs.",
    });
  return parts;
}

const billion = 1e9;
/** Bytes a weight by the word in a model's name that says how it is quantised; 16 bits without one. */
const widths: [RegExp, number, string][] = [
  [/nvfp4|mxfp4|fp4|int4|w4a|awq|gptq|4bit|bnb-4/i, 0.5, "4 bits"],
  [/fp8|int8|w8a|8bit/i, 1, "8 bits"],
  [/fp32|float32/i, 4, "32 bits"],
];

/**
 * The size of a model's weights in bytes, from the number of parameters in its name, such as `Llama-3.1-8B-Instruct`;
 * undefined where the name has none, or, as in `8x7B`, one that does not give the sum. An estimate: embeddings and scales
 * of a quantisation are not in it.
 */
export function weightsFromName(name: string): { weightBytes: number; basis: string } | undefined {
  if (/\d+x\d+(\.\d+)?b(?![a-z0-9])/i.test(name)) return undefined;
  const [, size] = /(?<![a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])/i.exec(name) ?? [];
  if (size === undefined) return undefined;
  const [, bytes, words] = widths.find(([pattern]) => pattern.test(name)) ?? [null, 2, "16 bits"];
  return {
    weightBytes: Number(size) * billion * bytes,
    basis: `From the name: ${size} billion parameters of ${words}`,
  };
}
