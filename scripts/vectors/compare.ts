import { z } from "zod";
import type { VectorMethod } from "./methods";

export const vectorFileSchema = z.object({
  method: z.string().optional(),
  cases: z
    .array(
      z.object({
        name: z.string(),
        input: z.record(z.string(), z.unknown()),
        expect: z.record(z.string(), z.unknown()),
        tolerance: z.object({ abs: z.number().min(0), rel: z.number().min(0) }),
      }),
    )
    .min(1),
});
export type VectorCase = z.output<typeof vectorFileSchema>["cases"][number];

/** How one case came out; `relativeError` is the largest among its finite numbers, null where it has none. */
export interface CaseOutcome {
  name: string;
  /** What differs, in words; empty for a case that held. */
  differences: string[];
  relativeError: number | null;
}

const wordsForNumbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/**
 * Runs one case. A number holds when |got − want| ≤ abs + rel·|want|; anything else when it is equal. A field that
 * `expect` does not name is not looked at. Never throws: an exception of the method is a difference.
 */
export function runCase(method: VectorMethod, { name, input, expect, tolerance }: VectorCase): CaseOutcome {
  const differences: string[] = [];
  let relativeError: number | null = null;

  const compare = (path: string, want: unknown, got: unknown): void => {
    const number = typeof want === "string" ? wordsForNumbers[want] : want;
    if (typeof number === "number") {
      if (typeof got !== "number") differences.push(`${path}: wanted ${want}, got ${shown(got)}`);
      else if (!Number.isFinite(number)) {
        if (!Object.is(got, number)) differences.push(`${path}: wanted ${want}, got ${got}`);
      } else {
        const error = Math.abs(got - number);
        if (!(error <= tolerance.abs + tolerance.rel * Math.abs(number)))
          differences.push(`${path}: wanted ${number}, got ${got}`);
        if (Number.isFinite(error))
          relativeError = Math.max(relativeError ?? 0, error === 0 ? 0 : error / Math.abs(number || 1));
      }
      return;
    }
    if (Array.isArray(want)) {
      if (!Array.isArray(got) || got.length !== want.length)
        differences.push(`${path}: wanted ${want.length} values, got ${shown(got)}`);
      else for (const [index, item] of want.entries()) compare(`${path}[${index}]`, item, got[index]);
      return;
    }
    if (want !== null && typeof want === "object") {
      if (got === null || typeof got !== "object")
        differences.push(`${path}: wanted an object, got ${shown(got)}`);
      else
        for (const [key, item] of Object.entries(want))
          compare(path === "" ? key : `${path}.${key}`, item, (got as Record<string, unknown>)[key]);
      return;
    }
    if (want !== got) differences.push(`${path}: wanted ${shown(want)}, got ${shown(got)}`);
  };

  try {
    const got = method(input);
    if (got.kind === "undetermined") {
      if (expect.error !== got.reason)
        differences.push(
          expect.error === undefined
            ? `no answer (${got.reason}): ${got.text}`
            : `error: wanted ${shown(expect.error)}, got ${shown(got.reason)}`,
        );
    } else compare("", expect, got);
  } catch (error) {
    differences.push(`threw ${error}`);
  }
  return { name, differences, relativeError };
}

const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
