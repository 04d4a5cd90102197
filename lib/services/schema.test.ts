import { describe, expect, it } from "vitest";
import { serviceSignalsQuerySchema } from "./schema";

const wrongWith = (query: Record<string, unknown>): string[] =>
  (serviceSignalsQuerySchema.safeParse(query).error?.issues ?? []).map(({ message }) => message);

describe("the parameters of a service's signals", () => {
  it("are lists divided by commas, times and durations", () => {
    expect(
      serviceSignalsQuerySchema.parse({
        signal: "ttft, error_rate",
        start: "1767225600",
        end: "2026-01-01T01:00:00Z",
        quantile: "0.5,0.999",
        by: "gpu,version",
      }),
    ).toEqual({
      signal: ["ttft", "error_rate"],
      start: 1_767_225_600,
      end: 1_767_229_200,
      quantile: [0.5, 0.999],
      by: ["gpu", "version"],
    });
  });

  it.each([
    [{ signal: "tftt" }, /^there is no signal "tftt"; one of: request_rate, ttft, /],
    [{ signal: "" }, /^give at least one signal, one of: request_rate, /],
    [{ signal: ["ttft", "itl"] }, /^give signals, divided by commas, once$/],
    [{ quantile: "NaN" }, /^a number above 0 and below 1, such as 0.95$/],
    [{ quantile: "95" }, /^a number above 0 and below 1, such as 0.95$/],
    [{ quantile: "0" }, /^a number above 0 and below 1, such as 0.95$/],
    [{ quantile: ["0.5", "0.9"] }, /^give quantiles, divided by commas, once$/],
    [{ by: "gpus" }, /^cannot split by "gpus"; one of: version, gpu, type, instance, model, /],
    [{ start: "NaN" }, /^unix seconds, such as 1767225600, or an RFC 3339 time/],
    [{ end: ["1", "2"] }, /^give one time$/],
    [{ step: ["1m", "2m"] }, /^give one step$/],
  ])("refuse %j in words", (query, words) => {
    expect(wrongWith(query)).toEqual([expect.stringMatching(words)]);
  });
});
