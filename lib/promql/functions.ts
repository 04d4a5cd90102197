/** The types of PromQL's values. */
export type ValueType = "scalar" | "string" | "vector" | "matrix";

export interface FunctionSignature {
  arguments: readonly ValueType[];
  /** How many of the last arguments may be left out; `repeated` where the last may come any number of times. */
  optional: number | "repeated";
  returns: "scalar" | "vector";
}

const all = (
  names: string,
  types: readonly ValueType[],
  more: Partial<FunctionSignature> = {},
): [string, FunctionSignature][] =>
  names.split(" ").map((name) => [name, { arguments: types, optional: 0, returns: "vector", ...more }]);

/**
 * What each function takes and gives (prometheus/prometheus, promql/parser/functions.go of 3.x, with `holt_winters` of
 * 2.x). Of a function that is not listed here neither number nor types of arguments are known.
 */
export const functionSignatures: ReadonlyMap<string, FunctionSignature> = new Map([
  ...all("abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor", ["vector"]),
  ...all("ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp", ["vector"]),
  ...all("histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar", ["vector"]),
  ...all("absent_over_time avg_over_time count_over_time first_over_time last_over_time", ["matrix"]),
  ...all("mad_over_time max_over_time min_over_time present_over_time stddev_over_time", ["matrix"]),
  ...all("stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time", ["matrix"]),
  ...all("ts_of_max_over_time ts_of_min_over_time", ["matrix"]),
  ...all("changes delta deriv idelta increase irate rate resets", ["matrix"]),
  ...all("days_in_month day_of_month day_of_week day_of_year hour minute month year", ["vector"], {
    optional: 1,
  }),
  ...all("clamp", ["vector", "scalar", "scalar"]),
  ...all("clamp_max clamp_min", ["vector", "scalar"]),
  ...all("round", ["vector", "scalar"], { optional: 1 }),
  ...all("histogram_fraction", ["scalar", "scalar", "vector"]),
  ...all("histogram_quantile", ["scalar", "vector"]),
  ...all("quantile_over_time", ["scalar", "matrix"]),
  ...all("predict_linear", ["matrix", "scalar"]),
  ...all("double_exponential_smoothing holt_winters", ["matrix", "scalar", "scalar"]),
  ...all("label_replace", ["vector", "string", "string", "string", "string"]),
  ...all("label_join", ["vector", "string", "string", "string"], { optional: "repeated" }),
  ...all("sort_by_label sort_by_label_desc", ["vector", "string"], { optional: "repeated" }),
  ...all("vector", ["scalar"]),
  ...all("pi time", [], { returns: "scalar" }),
  ...all("scalar", ["vector"], { returns: "scalar" }),
]);

/** The aggregations that take a parameter before their vector, and its type. */
export const aggregationParameters: Readonly<Record<string, ValueType>> = {
  topk: "scalar",
  bottomk: "scalar",
  quantile: "scalar",
  limitk: "scalar",
  limit_ratio: "scalar",
  count_values: "string",
};
