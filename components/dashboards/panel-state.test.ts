import { describe, expect, it } from "vitest";
import { ApiError } from "@/lib/api/client";
import type { SignalResult } from "@/lib/signals/schema";
import { formatTime } from "@/lib/units";
import { signalResult } from "@/testing/signal-result";
import { panelNotes, panelPromql, panelState, type Refresh } from "./panel-state";

const result = (fields: Partial<SignalResult>) =>
  signalResult({ id: "a", expr: ["up"], series: [{ labels: {}, values: [1] }], ...fields });
const refresh = (results: SignalResult[] | undefined, error: unknown = null): Refresh => ({
  results: results && new Map(results.map((one) => [one.id, one])),
  isRefreshing: false,
  error,
  shownUntil: 1_767_225_600,
  retry: () => {},
});
const upstream = {
  code: "upstream_rejected",
  detail: "Prometheus refused.",
  upstream: "parse error",
  requestId: "r",
};

describe("a panel", () => {
  it("loads before the first answer, and says why when there is none", () => {
    expect(panelState(["a"], refresh(undefined))).toEqual({ kind: "loading" });
    expect(
      panelState(["a"], refresh(undefined, new ApiError(0, "unavailable", "Not reached."))),
    ).toMatchObject({
      kind: "error",
      error: { detail: "Not reached." },
    });
  });

  it("shows Prometheus's own message when its query failed", () => {
    expect(
      panelState(["a"], refresh([result({ status: "error", series: [], error: upstream })])),
    ).toMatchObject({
      kind: "error",
      error: { upstream: "parse error", requestId: "r" },
    });
  });

  it("does not head samples that are not a number by saying that there are none", () => {
    const nothing = result({
      status: "empty",
      series: [],
      reason: { kind: "no_samples", text: "It has samples, but their value is not a number." },
    });
    expect(panelState(["a"], refresh([nothing]))).toMatchObject({ reason: "no_samples" });
    const doubts = [{ kind: "not_a_number" as const, text: "", advice: "" }];
    expect(panelState(["a"], refresh([{ ...nothing, doubts }]))).toMatchObject({ reason: "not_a_number" });
  });

  it("keeps older data of a failed query and marks them", () => {
    const failed = refresh([result({ status: "error", error: upstream })]);
    expect(panelState(["a"], failed)).toMatchObject({ kind: "data" });
    expect(panelNotes(["a"], failed)).toEqual([{ kind: "stale", text: "Older data: Prometheus refused." }]);
  });

  it("says of older data until when they are, once for all queries of the panel, summaries too", () => {
    const grid = { start: 1_767_225_600, step: 60 };
    const lines = result({
      status: "error",
      error: upstream,
      series: [{ labels: {}, values: [1, 2, null] }],
    });
    const newer = result({
      id: "b",
      status: "error",
      error: { ...upstream, detail: "Another sentence for it." },
      series: [{ labels: {}, values: [1, 2, 3] }],
    });
    const until = formatTime(grid.start + grid.step);
    expect(panelNotes(["a", "b"], { ...refresh([lines, newer]), grid, overdueSince: grid.start })).toEqual([
      { kind: "stale", text: `Older data, until ${until}: Prometheus refused.` },
    ]);
    const summary = result({
      status: "error",
      error: upstream,
      series: [],
      window: { start: 0, end: grid.start },
      summary: {
        count: 1,
        mean: 1,
        standardDeviation: { kind: "undetermined", reason: "" },
        quantiles: [],
      },
    });
    expect(panelNotes(["a"], refresh([summary]))[0]?.text).toContain(`until ${formatTime(grid.start)}`);
  });

  it("says what it waits for while nothing was answered", () => {
    const waiting = { source: "prometheus", since: 1_767_225_600 };
    expect(panelState(["a"], { ...refresh(undefined), waiting })).toEqual({ kind: "loading", waiting });
  });

  it("keeps what is on screen when the whole refresh failed, and says since when", () => {
    const failed = refresh([result({})], new ApiError(0, "unavailable", "Not reached."));
    expect(panelState(["a"], failed)).toMatchObject({ kind: "data" });
    expect(panelNotes(["a"], failed)[0]?.text).toMatch(/^Not refreshed since .*: Not reached\.$/);
  });

  it("says that it is old while the source has not answered yet", () => {
    const waiting = { ...refresh([result({})]), overdueSince: 1_767_225_600 };
    expect(panelNotes(["a"], waiting)).toMatchObject([
      { kind: "stale", text: expect.stringMatching(/^Last refreshed at [^;]*$/) },
    ]);
  });

  it("is empty for the reason that the answer gives", () => {
    const reason = { kind: "no_traffic", text: "No traffic." } as const;
    expect(panelState(["a"], refresh([result({ status: "empty", series: [], reason })]))).toMatchObject({
      kind: "empty",
      reason: "no_traffic",
      text: "No traffic.",
    });
  });

  it("passes on warnings and PromQL once", () => {
    const both = refresh([result({ warnings: ["partial"] }), result({ id: "b", warnings: ["partial"] })]);
    expect(panelNotes(["a", "b"], both)).toEqual([{ kind: "warning", text: "partial" }]);
    expect(panelPromql(["a", "b"], both)).toEqual(["up"]);
  });
});
