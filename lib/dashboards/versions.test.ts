import { expect, it } from "vitest";
import { comparedVersions } from "./versions";

const series = (version: string, value: number | null, more: object = {}) => ({
  labels: { version },
  values: [value],
  ...more,
});

it("puts versions side by side, the older first, with shares, percentiles and tokens per GPU", () => {
  const { versions, rows } = comparedVersions(
    {
      request_rate: {
        signal: "request_rate",
        status: "ok",
        series: [series("v1.10.0", 1), series("v1.9.0", 3)],
      },
      ttft: {
        signal: "ttft",
        status: "ok",
        series: [
          series("v1.9.0", 0.2, { quantile: 0.5 }),
          series("v1.9.0", 10, { quantile: 0.95, band: { lo: [10], hi: [null] } }),
          series("v1.10.0", 0.1, { quantile: 0.5 }),
        ],
      },
      output_token_rate: { signal: "output_token_rate", status: "ok", series: [series("v1.9.0", 400)] },
      error_rate: { signal: "error_rate", status: "empty", series: [] },
    },
    new Map([["v1.9.0", 2]]),
  );
  expect(versions).toEqual(["v1.9.0", "v1.10.0"]);
  const of = (name: string) => Object.fromEntries(rows.find((row) => row.name === name)?.values ?? []);
  expect(of("Share of requests")).toEqual({
    "v1.10.0": { value: 0.25, isAtLeast: false },
    "v1.9.0": { value: 0.75, isAtLeast: false },
  });
  expect(of("TTFT p95")).toEqual({ "v1.9.0": { value: 10, isAtLeast: true } });
  expect(of("Output tokens per GPU")).toEqual({ "v1.9.0": { value: 200, isAtLeast: false } });
  expect(rows.map(({ name }) => name)).not.toContain("Error rate");
});

it("has no version where none had traffic", () => {
  expect(comparedVersions({}, new Map())).toEqual({ versions: [], rows: [] });
});
