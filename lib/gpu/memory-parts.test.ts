import { describe, expect, it } from "vitest";
import { type MemoryFigures, memoryParts, weightsFromName } from "./memory-parts";

const gigabyte = 1e9;
const base: MemoryFigures = {
  used: 76 * gigabyte,
  total: 80 * gigabyte,
  gpus: 1,
  replicas: 1,
  engine: {},
};
const bytesOf = (figures: MemoryFigures) =>
  Object.fromEntries(
    memoryParts(figures).parts.map(({ part, bytes, basis }) => [part, [bytes / gigabyte, basis]]),
  );

describe("memoryParts", () => {
  it("takes what the engine says, and calls the rest unattributed", () => {
    const engine = {
      weights: { bytes: 15 * gigabyte, gpus: 1 },
      kvCache: { bytes: 50 * gigabyte, gpus: 1 },
      graphs: { bytes: 1 * gigabyte, gpus: 1 },
    };
    expect(bytesOf({ ...base, engine })).toEqual({
      weights: [15, "engine"],
      kv_cache: [50, "engine"],
      overhead: [1, "engine"],
      unattributed: [10, "rest"],
    });
  });

  it("takes the figure of one rank for the others, as an estimate", () => {
    const engine = { weights: { bytes: 10 * gigabyte, gpus: 1 } };
    const { parts } = memoryParts({ ...base, used: 150 * gigabyte, total: 160 * gigabyte, gpus: 2, engine });
    expect(parts[0]).toMatchObject({ part: "weights", bytes: 20 * gigabyte, basis: "estimate" });
    expect(parts[0]!.note).toContain("1 of 2 GPUs");
  });

  it("divides the engine's share where only the model's size is known", () => {
    const model = { weightBytes: 16 * gigabyte, basis: "From the name" };
    // 90 % of 80 GB are 72: 16 of weights, 56 of KV cache; 4 beyond the share.
    expect(bytesOf({ ...base, engine: { memoryFraction: 0.9 }, model })).toEqual({
      weights: [16, "estimate"],
      kv_cache: [56, "estimate"],
      overhead: [4, "estimate"],
    });
  });

  it("tells activations from the KV cache where the tokens are known", () => {
    const model = { weightBytes: 16 * gigabyte, basis: "Registered", kvBytesPerToken: 131_072 };
    const parts = bytesOf({
      ...base,
      engine: { memoryFraction: 0.9, kvTokens: 400_000 },
      model,
    });
    expect(parts.kv_cache).toEqual([52.4288, "estimate"]);
    expect(parts.activations![0]).toBeCloseTo(72 - 16 - 52.4288, 9);
    expect(parts.overhead).toEqual([4, "estimate"]);
  });

  it("counts a copy of the weights for each replica", () => {
    const model = { weightBytes: 16 * gigabyte, basis: "From the name" };
    const { parts } = memoryParts({
      ...base,
      used: 150 * gigabyte,
      total: 160 * gigabyte,
      gpus: 2,
      replicas: 2,
      model,
    });
    expect(parts[0]).toMatchObject({ bytes: 32 * gigabyte, note: "From the name, 2 copies." });
  });

  it("leaves estimates out that do not fit into what is used", () => {
    const model = { weightBytes: 140 * gigabyte, basis: "From the name" };
    const { parts, notes } = memoryParts({ ...base, model });
    expect(parts).toEqual([{ part: "unattributed", bytes: 76 * gigabyte, basis: "rest" }]);
    expect(notes[0]).toContain("more than is used");
  });

  it("says that figures of the engine contradict those of the GPUs", () => {
    const engine = { kvCache: { bytes: 100 * gigabyte, gpus: 1 } };
    const { parts, notes } = memoryParts({ ...base, engine });
    expect(parts.map(({ part }) => part)).toEqual(["kv_cache"]);
    expect(notes.at(-1)).toContain("not of the same GPUs");
  });

  it("attributes nothing where nothing is known", () => {
    expect(bytesOf(base)).toEqual({ unattributed: [76, "rest"] });
  });
});

describe("weightsFromName", () => {
  it.each([
    ["meta-llama/Llama-3.1-8B-Instruct", 16e9],
    ["llama-3.1-8b-instruct", 16e9],
    ["Qwen/Qwen2.5-0.5B", 1e9],
    ["Qwen/Qwen3-30B-A3B", 60e9],
    ["TheBloke/Llama-2-70B-AWQ", 35e9],
    ["neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8", 70e9],
    ["model-7b-w4a16", 3.5e9],
  ])("of %s are %d bytes", (name, bytes) => expect(weightsFromName(name)!.weightBytes).toBe(bytes));

  it.each(["mistralai/Mixtral-8x7B-v0.1", "gpt-4o", "phi-3-mini-4k", "gemma-3n-e4b", "chat-model"])(
    "of %s cannot be told",
    (name) => expect(weightsFromName(name)).toBeUndefined(),
  );
});
