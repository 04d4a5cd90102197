import { describe, expect, it } from "vitest";
import { latencyQuery, overviewPanels, overviewRequest } from "@/lib/dashboards/overview";
import type { SignalResult } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import { areErrorsByType, inColorsOf, lineQueries, panelLines } from "./panel-lines";

const panelOf = (id: string) => overviewPanels.find((panel) => panel.id === id)!;

const result = (id: string, signal: SignalResult["signal"], series: SignalResult["series"]) =>
  signalResult({ id, signal, series });

const answers = (...results: SignalResult[]) => new Map(results.map((each) => [each.id, each]));

const context = {
  titles: { ttft: { title: "Time to first token" } },
  versionColorSlots: { v1: 7 },
};

const idsOf = (lines: ReturnType<typeof panelLines>) =>
  Object.fromEntries(Object.entries(lines).map(([title, series]) => [title, series.map(({ id }) => id)]));

describe("the lines of a panel", () => {
  it("stand by the title of their chart, and are none where nothing was answered", () => {
    const panel = panelOf("versions");
    expect(panelLines(panel, new Map(), context)).toEqual({
      "Request rate by version": [],
      "TTFT p95 by version": [],
    });
    const ttft = result("versions.ttft", "ttft", [
      { labels: { version: "v1" }, quantile: 0.95, values: [1] },
    ]);
    expect(panelLines(panel, answers(ttft), context)["TTFT p95 by version"]).toMatchObject([
      { id: "v1", color: 7, values: [1] },
    ]);
  });

  it("are those of the latency that was answered, and an average where there is no more", () => {
    const panel = panelOf("latency");
    const percentiles = result("latency.latency", "ttft", [
      { labels: {}, quantile: 0.5, values: [1] },
      { labels: {}, quantile: 0.95, values: [2] },
    ]);
    expect(idsOf(panelLines(panel, answers(percentiles), context))).toEqual({
      "Time to first token: p50, p95, p99": ["p95", "p50"],
    });
    const average: SignalResult = {
      ...result("latency.latency", "ttft", [{ labels: {}, values: [1] }]),
      statistic: "mean",
    };
    expect(Object.keys(panelLines(panel, answers(average), context))).toEqual([
      "Time to first token: average",
    ]);
  });

  it("are the errors by type that happened, and are set against the same", () => {
    const panel = panelOf("error-rate");
    const total = result("error-rate.total", "error_rate", [{ labels: {}, values: [0.1] }]);
    const types = result("error-rate.types", "error_rate", [
      { labels: { type: "abort" }, values: [0.1] },
      { labels: { type: "timeout" }, values: [0] },
    ]);
    expect(areErrorsByType(panel, answers(total, types))).toBe(true);
    expect(idsOf(panelLines(panel, answers(total, types), context))).toEqual({ [panel.title]: ["abort"] });
    expect(areErrorsByType(panel, answers(total))).toBe(false);
    expect(idsOf(panelLines(panel, answers(total), context))).toEqual({ [panel.title]: ["error_rate"] });
    const asShown = { ...context, isByType: false };
    expect(idsOf(panelLines(panel, answers(total, types), asShown))).toEqual({
      [panel.title]: ["error_rate"],
    });
  });

  it("are those of what failed too, as they were last known", () => {
    const panel = panelOf("queue-depth");
    const failed = (id: string, signal: SignalResult["signal"]) => ({
      ...result(id, signal, [{ labels: {}, values: [3, null] }]),
      status: "error" as const,
    });
    const older = answers(
      failed("queue-depth.waiting", "queue_depth"),
      failed("queue-depth.running", "requests_running"),
    );
    expect(idsOf(panelLines(panel, older, context))).toEqual({
      [panel.title]: ["queue_depth", "requests_running"],
    });
  });

  it("keep the colours that are on screen, whatever else was measured at another time", () => {
    const panel = panelOf("error-rate");
    const types = (...names: string[]) =>
      answers(
        result(
          "error-rate.types",
          "error_rate",
          names.map((type) => ({ labels: { type }, values: [0.1] })),
        ),
      );
    const shown = panelLines(panel, types("timeout"), context);
    const before = panelLines(panel, types("abort", "timeout"), context);
    expect(
      inColorsOf(shown, before)
        [panel.title]?.map(({ id, color }) => [id, color])
        .find(([id]) => id === "timeout"),
    ).toEqual(["timeout", 1]);
  });
});

it("asks again with what draws lines: no summaries, and percentiles without their distribution", () => {
  const { queries } = overviewRequest({
    service: "chat-api",
    from: 0,
    to: 3_600,
    scrapeInterval: 15,
    latency: "ttft",
    instanceCount: 2,
  });
  expect(lineQueries(panelOf("versions"), queries).map(({ id }) => id)).toEqual([
    "versions.rate",
    "versions.ttft",
  ]);
  expect(lineQueries(panelOf("latency"), queries)).toEqual([
    { ...latencyQuery("ttft"), id: "latency.latency", service: "chat-api", shape: "range" },
  ]);
  expect(lineQueries(panelOf("request-rate"), queries).map(({ id }) => id)).toEqual(["request-rate.rate"]);
});
