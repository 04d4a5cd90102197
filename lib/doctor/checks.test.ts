import { describe, expect, it } from "vitest";
import { format } from "@/lib/units";
import {
  blankFindings,
  bucketNote,
  cardinalityFindings,
  contradictions,
  doubtFindings,
  outsizedMetric,
  personalLabels,
  scrapeFindings,
  typeFindings,
} from "./checks";

const ids = (findings: { id: string }[]) => findings.map(({ id }) => id);
const seconds = (value: number) => format(value, "seconds");

describe("scrapeFindings", () => {
  it("says which windows are empty when scrapes are far apart", () => {
    const [finding] = scrapeFindings(60, null);
    expect(finding?.text).toContain(format(240, "seconds"));
    expect(scrapeFindings(15, null)).toEqual([]);
  });

  it("says of a young target that a rate needs more scrapes, and of one that is down why", () => {
    const findings = scrapeFindings(15, [
      { name: "a:8000", samples: 2, isUp: true },
      { name: "b:8000", samples: 60, isUp: false, lastError: "connection refused" },
      { name: "c:8000", samples: 60, isUp: true },
    ]);
    expect(ids(findings)).toEqual(["young:a:8000", "down:b:8000"]);
    expect(findings[0]?.text).toBe("2 scrapes in this window: a rate needs more.");
    expect(findings[1]?.text).toContain("connection refused");
  });

  it("says what cannot be told of metrics without `up`", () => {
    expect(ids(scrapeFindings(15, []))).toEqual(["no-up"]);
  });
});

describe("typeFindings", () => {
  it("names a counter that is exported as a gauge, and a summary that is taken for a histogram", () => {
    const findings = typeFindings([
      { metric: "x_total", usedAs: "counter", declared: "gauge" },
      { metric: "h", usedAs: "histogram", declared: "summary" },
    ]);
    expect(findings[0]?.title).toBe("Counter `x_total` is exported as gauge");
    expect(findings[1]?.text).toContain("cannot be merged");
  });

  it.each([
    { metric: "x_total", usedAs: "counter", declared: "counter" },
    { metric: "x_total", usedAs: "counter", declared: undefined },
    { metric: "x_total", usedAs: "counter", declared: "unknown" },
    { metric: "h_sum", usedAs: "counter", declared: "histogram" },
  ] as const)("says nothing of %j", (used) => {
    expect(typeFindings([used])).toEqual([]);
  });
});

describe("bucketNote", () => {
  it("tells where the buckets end", () => {
    expect(bucketNote([1, 10, null], [50, 50, 0], seconds)).toEqual({
      isHurting: false,
      note: `Buckets end at ${seconds(10)}, so p99 above that is unknown.`,
    });
  });

  it("says that p99 is unknown when more than 1 % lie beyond", () => {
    const found = bucketNote([1, 10, null], [50, 40, 10], seconds);
    expect(found?.isHurting).toBe(true);
    expect(found?.note).toContain("p99 above that is unknown");
    expect(bucketNote([1, 10, null], [500, 495, 5], seconds)?.isHurting).toBe(false);
  });

  it("says nothing without bounds or observations beyond them", () => {
    expect(bucketNote([null], [5], seconds)).toBeUndefined();
    expect(bucketNote([1, 2560, null], [5, 5, 0], seconds)).toBeUndefined();
    expect(bucketNote([1, null], [0, 0], seconds)?.isHurting).toBe(false);
  });
});

describe("contradictions", () => {
  const engine = { title: "TGI", metric: "tgi_request_failure", errorRate: 0 };
  const gateway = { title: "HTTP", metric: "http_requests_total", errorRate: 0.02 };

  it("names the two that disagree, and only those", () => {
    const [finding, ...more] = contradictions([engine, gateway]);
    expect(finding?.text).toContain("`tgi_request_failure` counts no failure");
    expect(finding?.text).toContain(format(0.02, "ratio"));
    expect(more).toEqual([]);
    expect(contradictions([gateway, { ...engine, errorRate: 0.019 }])).toEqual([]);
    expect(contradictions([engine, { ...gateway, errorRate: null }])).toEqual([]);
  });
});

describe("doubtFindings", () => {
  const doubt = {
    kind: "implausible",
    metric: "x",
    text: "87.5 is not a ratio",
    advice: "Export a ratio.",
  } as const;

  it("says each lie of a metric once, with what to change", () => {
    const found = doubtFindings([doubt, doubt, { ...doubt, metric: "y" }]);
    expect(ids(found)).toEqual(["implausible:x", "implausible:y"]);
    expect(found[0]).toMatchObject({ title: "`x` holds what cannot be", advice: "Export a ratio." });
  });

  it("leaves to their own findings what exporters disagree on, and what is blank", () => {
    expect(
      doubtFindings([
        { ...doubt, kind: "disagreement" },
        { ...doubt, kind: "blank" },
      ]),
    ).toEqual([]);
  });
});

describe("blankFindings", () => {
  const dcgm = { title: "DCGM exporter", why: "Not supported." };

  it("names the metrics and counts the rest", () => {
    const blanks = Array.from({ length: 8 }, (_, index) => ({ metric: `m${index}`, series: 2 }));
    const [finding] = blankFindings(dcgm, blanks);
    expect(finding?.text).toContain("`m5` (2 series), and 2 more");
    expect(blankFindings(dcgm, [])).toEqual([]);
  });
});

describe("personalLabels", () => {
  it.each([
    "user_email",
    "email",
    "user",
    "user_id",
    "end_user",
    "client_ip",
    "client_ip_address",
    "remote_addr",
    "ip_address",
    "customer_name",
    "enduser.id.email",
    "api_key",
  ])("takes %s for personal data", (name) => {
    expect(personalLabels([name])).toHaveLength(1);
  });

  it.each([
    "job",
    "instance",
    "model_name",
    "user_agent",
    "node_ip_address",
    "host_ip",
    "pod_ip",
    "NodeIpAddress",
    "server_address",
    "gen_ai_token_type",
    "version",
    "gpu",
    "pod",
    "superuserless",
  ])("passes over %s", (name) => {
    expect(personalLabels([name])).toEqual([]);
  });
});

describe("cardinalityFindings", () => {
  it("names metrics that hold much of the server, and labels with very many values", () => {
    const findings = cardinalityFindings(
      100_000,
      [
        { name: "big", count: 60_000 },
        { name: "small", count: 900 },
      ],
      [
        { name: "__name__", count: 50_000 },
        { name: "request_id", count: 40_000 },
      ],
    );
    expect(ids(findings)).toEqual(["series:big", "label:request_id"]);
  });

  it("names the labels that make a metric of over a third of all series", () => {
    const metrics = [
      { name: "hits_total", count: 2_000 },
      { name: "misses_total", count: 900 },
    ];
    expect(outsizedMetric(5_000, metrics)).toBe("hits_total");
    expect(outsizedMetric(6_100, metrics)).toBeUndefined();
    expect(outsizedMetric(300, [{ name: "up", count: 200 }])).toBeUndefined();
    const labels = ["job", "method", "user", "path", "code"].map((name, index) => ({
      name,
      count: [1, 2, 1_000, 40, 7][index]!,
    }));
    const [finding] = cardinalityFindings(5_000, metrics, [], { metric: "hits_total", labels });
    expect(finding?.text).toContain(
      "Its labels with the most values: `user` (1,000), `path` (40), `code` (7).",
    );
  });
});
