import { parseDocument } from "yaml";
import { z } from "zod";
import { parseDuration } from "../duration";

/** A test file that promtool would not take either. */
export class TestFileError extends Error {
  override readonly name = "TestFileError";
}

// Everything is read as text: what a scalar means is for the field to say, as it is in Go.
const isNothing = (value: unknown) => value === "" || value === "~" || value === "null" || value === null;
const orNothing = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (isNothing(value) ? undefined : value), schema.optional());
const list = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === undefined || isNothing(value) ? [] : value), z.array(schema));
const labels = z.preprocess(
  (value) => (value === undefined || isNothing(value) ? {} : value),
  z.record(z.string(), z.string()),
);

const duration = z.string().transform((text, context) => {
  try {
    return parseDuration(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
});

const float = z.string().transform((text, context) => {
  const named = /^([+-]?)\.(inf|nan)$/i.exec(text);
  if (named !== null)
    return named[2]?.toLowerCase() === "nan"
      ? Number.NaN
      : (named[1] === "-" ? -1 : 1) * Number.POSITIVE_INFINITY;
  const plain = text.replaceAll("_", "");
  const value = plain === "" ? Number.NaN : Number(plain.replace(/^\+/, ""));
  if (Number.isNaN(value)) {
    context.addIssue({ code: "custom", message: `${JSON.stringify(text)} is no number` });
    return z.NEVER;
  }
  return value;
});

const boolean = z
  .string()
  .refine((text) => /^(?:true|false)$/i.test(text), "is neither true nor false")
  .transform((text) => text.toLowerCase() === "true");

const timestamp = z.string().transform((text, context) => {
  const seconds = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  if (Number.isNaN(seconds)) {
    context.addIssue({ code: "custom", message: `${JSON.stringify(text)} is no time` });
    return z.NEVER;
  }
  return seconds;
});

const alertTest = z.strictObject({
  eval_time: orNothing(duration).default(0),
  alertname: z.string().optional(),
  exp_alerts: list(z.strictObject({ exp_labels: labels, exp_annotations: labels })),
});

const exprTest = z.strictObject({
  expr: z.string().default(""),
  eval_time: orNothing(duration).default(0),
  exp_samples: list(
    z.strictObject({
      labels: z.string().default(""),
      value: orNothing(float).default(0),
      histogram: z.never("native histograms are not supported here").optional(),
    }),
  ),
});

const testGroup = z.strictObject({
  name: z.string().default(""),
  interval: orNothing(duration).default(0),
  start_timestamp: orNothing(timestamp).default(0),
  input_series: list(z.strictObject({ series: z.string().default(""), values: z.string().default("") })),
  external_labels: labels,
  external_url: z.string().default(""),
  alert_rule_test: list(alertTest),
  promql_expr_test: list(exprTest),
});

const testFile = z.strictObject({
  rule_files: list(z.string()),
  /** Where the API's body holds the rule files itself; promtool does not know it. */
  rule_files_content: labels,
  evaluation_interval: orNothing(duration),
  fuzzy_compare: orNothing(boolean).default(false),
  group_eval_order: list(z.string()),
  tests: list(testGroup),
});

/** A file of promtool's unit tests (docs/configuration/unit_testing_rules.md). Durations and times are seconds. */
export type TestFile = z.output<typeof testFile>;
export type TestGroup = TestFile["tests"][number];

/** Reads a test file. Throws TestFileError with the line or the field that is wrong. */
export function parseTestFile(text: string): TestFile {
  const document = parseDocument(text, { schema: "failsafe", merge: true, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw new TestFileError(`yaml: ${problem.message.split("\n")[0]}`);
  // A bounded count of aliases: a few lines can stand for gigabytes.
  const parsed = testFile.safeParse(document.toJS({ maxAliasCount: 1000 }) ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TestFileError(`${issue?.path.join(".") || "the file"}: ${issue?.message}`);
  }
  const { group_eval_order: order } = parsed.data;
  const repeated = order.find((name, index) => order.indexOf(name) !== index);
  if (repeated !== undefined) throw new TestFileError(`group name repeated in evaluation order: ${repeated}`);
  return parsed.data;
}
