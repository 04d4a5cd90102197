import { describe, expect, it } from "vitest";
import { curveSeries, isOfSeries, transitionMarks } from "./curve";

const grid = { start: 0, end: 3_600, step: 60 };

describe("the curve of an alert", () => {
  const alert = { alertname: "Hot", severity: "critical", team: "infra", gpu: "1" };
  it.each([
    [{ __name__: "w8_g", gpu: "1" }, true],
    [{ __name__: "w8_g", gpu: "1", team: "what the rule replaces" }, true],
    [{ __name__: "w8_g", gpu: "2" }, false],
    [{ __name__: "w8_g", gpu: "1", node: "a" }, false],
    [{ __name__: "w8_g" }, false],
  ])("is of the series %j: %s", (metric, expected) => {
    expect(isOfSeries(alert, ["team", "severity"], metric as Record<string, string>)).toBe(expected);
  });

  it("is of every series where the alert is about its rule", () => {
    const about = { alertname: "Hot", rule_state: "no_data", severity: "warning" };
    expect(isOfSeries(about, ["severity"], { __name__: "w8_g", gpu: "1" })).toBe(true);
  });

  it("has the series that it is of and no others", () => {
    const result = ["1", "2"].map((gpu) => ({
      metric: { __name__: "w8_g", gpu },
      values: [[60, gpu]] as [number, string][],
    }));
    const answer = { id: "curve", status: "success", data: { resultType: "matrix", result } };
    const { series, left } = curveSeries(answer as never, grid, (metric) =>
      isOfSeries(alert, ["team", "severity"], metric),
    );
    expect(left).toBe(0);
    expect(series.map(({ values }) => values[1])).toEqual([1]);
  });
});

describe("the marks of an alert", () => {
  const at = (seconds: number, to: "pending" | "firing" | "inactive") => ({
    at: new Date(seconds * 1000).toISOString(),
    to,
  });
  const told = (...transitions: ReturnType<typeof at>[]) =>
    transitionMarks(transitions, grid).map(({ time, label }) => `${time} ${label.replaceAll("\u2009", " ")}`);

  it("stand apart where there is room for their words", () => {
    expect(told(at(600, "pending"), at(1_800, "firing"), at(3_000, "inactive"))).toEqual([
      "600 pending",
      "1800 firing",
      "3000 resolved",
    ]);
  });

  it("say that it fires where that was soon after, or after the last point", () => {
    expect(told(at(3_480, "pending"), at(3_540, "firing"))).toEqual(["3480 pending, firing after 1 min"]);
    expect(told(at(3_000, "pending"), at(3_620, "firing"))).toEqual([
      "3000 pending, firing after 10 min 20 s",
    ]);
  });
});
