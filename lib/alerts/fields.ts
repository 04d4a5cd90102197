import { z } from "zod";
import { parseDuration } from "./duration";

/** A text of at most so many characters; PostgreSQL holds no NUL in one. */
export const text = (most: number) =>
  z
    .string()
    .max(most, { error: `At most ${most} characters` })
    .refine((given) => !given.includes("\u0000"), { error: "No NUL character" });

/** RFC 3339, or Unix seconds. */
export const instantSchema = z.union(
  [
    z.iso.datetime({ offset: true }).transform((given) => new Date(given)),
    z
      .number()
      .min(0)
      .max(8.64e12)
      .transform((seconds) => new Date(seconds * 1000)),
  ],
  { error: "A time such as 2026-03-04T14:00:00Z, or Unix seconds" },
);

/** The same as it stands in a query. */
export const queryInstant = z
  .string()
  .transform((given) => (/^\d+(\.\d+)?$/.test(given) ? Number(given) : given))
  .pipe(instantSchema);

const longestDuration = 366 * 86_400;

function secondsOf(given: string): number {
  try {
    return parseDuration(given.trim());
  } catch {
    return Number.NaN;
  }
}

/** Seconds, or a duration as Prometheus writes it. */
export const durationSchema = z
  .union([z.number(), z.string()], { error: "A duration such as 5m, or seconds" })
  .transform((given, context) => {
    const seconds = typeof given === "number" ? given : secondsOf(given);
    if (!Number.isFinite(seconds) || seconds < 0 || seconds > longestDuration) {
      context.addIssue({ code: "custom", message: "A duration such as 5m or 1h30m, at most a year" });
      return z.NEVER;
    }
    return seconds;
  });

export const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export const labelsSchema = z.record(
  z.string().regex(labelName, { error: "Letters, digits and underscores" }),
  text(4_000),
);
