import { describe, expect, it } from "vitest";
import { type SignalResult, signalsRequestSchema } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import {
  compareServices,
  homeFindings,
  homeNumber,
  homeRequests,
  homeResults,
  silentSources,
  trafficShares,
} from "./home";

const service = (id: string, versions: string[] = ["v1"]) => ({
  id,
  versions,
  signals: ["request_rate", "ttft", "availability", "queue_depth"] as const satisfies string[],
  scrapeInterval: 15,
});

const line = (value: number | null, labels: Record<string, string> = {}) => ({
  labels,
  values: Array.from({ length: 60 }, () => value),
});
/** A number over the last five minutes. */
const now = (signal: SignalResult["signal"], value: number, fields: Partial<SignalResult> = {}) =>
  signalResult({
    signal,
    ...fields,
    summary: {
      count: 100,
      mean: value,
      standardDeviation: { kind: "undetermined", reason: "" },
      quantiles: [{ q: 0.95, kind: "estimate", value }],
    },
  });
const reachable = { reachable: true, problem: null, source: "prometheus" };

describe("homeRequests", () => {
  it("keeps what is asked of each service over one window in one request of at most 64 queries", () => {
    const services = Array.from({ length: 40 }, (_, index) =>
      service(`${"long-name-".repeat(10)}${index}`, ["v1", "v2"]),
    );
    const requests = homeRequests(services, 1_767_225_659);
    expect(requests.length).toBeGreaterThan(1);
    const seen = new Set<string>();
    for (const request of requests) {
      expect(signalsRequestSchema.safeParse(request).success).toBe(true);
      const names = new Set(request.queries.map((query) => `${query.service} from ${request.start}`));
      for (const name of names) {
        expect(seen.has(name)).toBe(false);
        seen.add(name);
      }
    }
    expect(seen.size).toBe(80);
  });

  it("asks for the numbers now over five minutes, longer where a source is scraped rarely", () => {
    const slow = { ...service("slow"), scrapeInterval: 120 };
    const requests = homeRequests([service("chat-api"), slow], 1_767_225_659);
    const lengths = requests.flatMap(({ start, end, queries }) =>
      queries.filter(({ signal }) => signal === "ttft").map((query) => [query.service, end - start]),
    );
    expect(lengths).toEqual([
      ["chat-api", 300],
      ["slow", 480],
    ]);
  });

  it("asks nothing of what a service does not measure, and no versions of a service with one", () => {
    const requests = homeRequests([service("chat-api")], 1_767_225_659);
    expect(requests.flatMap(({ queries }) => queries.map(({ signal }) => signal)).sort()).toEqual([
      "availability",
      "queue_depth",
      "request_rate",
      "ttft",
    ]);
    expect(
      homeRequests([{ id: "bare", versions: [], signals: [], scrapeInterval: 15 }], 1_767_225_659),
    ).toEqual([]);
  });

  it("finds the answers again by service", () => {
    const requests = homeRequests([service("a"), service("b")], 1_767_225_659);
    const answers = requests.map(({ queries }) => queries.map(({ id, signal }) => now(signal, 0.2, { id })));
    const results = homeResults(requests, answers);
    expect([...results.keys()]).toEqual(["a", "b"]);
    expect(homeNumber(results.get("b")!, "ttft")?.value).toBe(0.2);
    expect(homeResults(requests, [undefined]).size).toBe(0);
  });
});

describe("homeFindings", () => {
  const of = (results: Record<string, SignalResult>) =>
    homeFindings(reachable, new Map(Object.entries(results)));

  it("says healthy where a target could be judged and is met", () => {
    expect(of({ "ttft.recent": now("ttft", 0.2) })).toEqual([{ state: "ok", text: "Healthy" }]);
  });

  it("says a missed target with its number, the worst first", () => {
    const findings = of({
      "ttft.recent": now("ttft", 0.9),
      "availability.recent": now("availability", 0.9),
    });
    expect(findings.map(({ state }) => state)).toEqual(["critical", "warning"]);
    expect(of({ "availability.recent": now("availability", 0.9975) }).map(({ state }) => state)).toEqual([
      "warning",
    ]);
    expect(findings[1]?.text).toContain("TTFT p95");
    expect(findings[1]?.text).toContain("above its target");
  });

  it.each([
    [0.5004, "TTFT p95 0.5004 s, above its target of 0.5 s"],
    [0.5, "TTFT p95 500 ms, not under its target of 500 ms"],
    [0.62, "TTFT p95 620 ms, above its target of 500 ms"],
  ])("shows of %d as many digits as tell it from its target", (value, text) => {
    const [finding] = of({ "ttft.recent": now("ttft", value) });
    expect(finding?.text.replaceAll("\u2009", " ")).toBe(text);
  });

  it("never calls a service healthy of which nothing could be judged", () => {
    expect(of({})[0]?.state).toBe("cannot_evaluate");
    const traffic = signalResult({ signal: "request_rate", series: [line(3)] });
    expect(of({ "request-rate.rate": traffic })[0]?.state).toBe("cannot_evaluate");
    const reason = { kind: "no_traffic", text: "No requests" } as const;
    expect(of({ "ttft.recent": signalResult({ status: "empty", reason }) })).toEqual([
      { state: "no_data", text: "No requests" },
    ]);
  });

  it("says that a source does not answer before anything else", () => {
    const gone = { reachable: false, problem: "connection refused", source: "prometheus" };
    expect(homeFindings(gone, new Map())).toEqual([
      { state: "cannot_evaluate", text: "prometheus does not answer" },
    ]);
    expect(silentSources([gone, { ...reachable, source: "other" }, gone])).toEqual([
      { source: "prometheus", problem: "connection refused", services: 2 },
    ]);
    const error = { code: "upstream_timeout", detail: "Too slow.", requestId: "1" };
    expect(of({ "ttft.recent": now("ttft", 0.2, { status: "error", error }) })[0]).toEqual({
      state: "cannot_evaluate",
      text: "Too slow.",
    });
  });

  it("says that there is no traffic", () => {
    expect(
      of({ "request-rate.rate": signalResult({ signal: "request_rate", series: [line(0)] }) })[0],
    ).toEqual({
      state: "no_data",
      text: "No traffic",
    });
  });
});

describe("compareServices", () => {
  const judged = (id: string, results: Record<string, SignalResult>) => ({
    id,
    findings: homeFindings(reachable, new Map(Object.entries(results))),
  });
  const ttft = (value: number) => now("ttft", value);
  const availability = (value: number) => now("availability", value, { unit: "ratio" });

  it("puts within a state first what is furthest from its threshold, then the name", () => {
    const services = [
      judged("a-slow", { "ttft.recent": ttft(0.6) }),
      judged("b-a-little-down", { "availability.recent": availability(0.995) }),
      judged("c-slower", { "ttft.recent": ttft(4) }),
      judged("d-healthy", { "ttft.recent": ttft(0.2) }),
      judged("e-down", { "availability.recent": availability(0.5) }),
      judged("f-slower", { "ttft.recent": ttft(4) }),
      { id: "g-not-read", findings: undefined },
    ];
    expect(services.sort(compareServices).map(({ id }) => id)).toEqual([
      "e-down",
      "c-slower",
      "f-slower",
      "b-a-little-down",
      "a-slow",
      "d-healthy",
      "g-not-read",
    ]);
  });

  it("puts of a service's own findings of one state the furthest first", () => {
    const { findings } = judged("chat", {
      "ttft.recent": ttft(0.6),
      "itl.recent": now("itl", 4),
    });
    expect(findings.map(({ text }) => text.split(" ")[0])).toEqual(["ITL", "TTFT"]);
  });
});

describe("trafficShares", () => {
  it("gives each version's share, the largest first, and leaves out one without requests", () => {
    const series = [line(1, { version: "v1" }), line(3, { version: "v2" }), line(0, { version: "v0" })];
    expect(trafficShares(new Map([["versions.rate", signalResult({ series })]]))).toEqual([
      { version: "v2", share: 0.75 },
      { version: "v1", share: 0.25 },
    ]);
    expect(trafficShares(new Map())).toEqual([]);
  });
});
