import { describe, expect, it } from "vitest";
import { type Better, formatChange } from "./change";
import type { Unit } from "./unit";

const NONE = undefined;

describe("formatChange", () => {
  it.each([
    [1.124, 1, "lower", NONE, "+12.4 % (worse)", "worse"],
    [1.124, 1, "higher", NONE, "+12.4 % (better)", "better"],
    [0.8, 1, "lower", "seconds", "−20 % (better)", "better"],
    [0.8, 1, "higher", "seconds", "−20 % (worse)", "worse"],
    [14.4, 1, "lower", NONE, "+1,340 % (worse)", "worse"],
    [1.0123, 1, "neutral", NONE, "+1.2 %", "neutral"],
    [1.0001, 1, "lower", NONE, "0 % (same)", "same"],
    [0, 0, "lower", NONE, "0 % (same)", "same"],
    [0.05, 0.042, "lower", "ratio", "+0.8 pp (worse)", "worse"],
    [0.9995, 0.999, "higher", "ratio", "+0.05 pp (better)", "better"],
    [0.1, 0, "lower", "ratio", "+10 pp (worse)", "worse"],
    [0.99951, 0.9995, "higher", "ratio", "0 pp (same)", "same"],
    [-1, -2, "higher", NONE, "+50 % (better)", "better"],
    [3, 0, "lower", NONE, "–", "neutral"],
    [null, 1, "lower", NONE, "–", "neutral"],
    [1, Number.NaN, "lower", NONE, "–", "neutral"],
    [Number.POSITIVE_INFINITY, 1, "lower", NONE, "–", "neutral"],
  ] as [number | null, number | null, Better, Unit | undefined, string, string][])(
    "from %d to %d, better %s, %s",
    (current, previous, better, unit, text, direction) => {
      const change = formatChange(current, previous, better, unit);
      expect(change.text.replaceAll("\u2009", " ")).toBe(text);
      expect(change.direction).toBe(direction);
    },
  );
});
