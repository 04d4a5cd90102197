import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { type QueryableService, querySignals } from "./query";
import type { SignalQuery } from "./schema";

/* Native histograms, written into a real Prometheus by its remote write protocol, read as the catalogue's latencies. */
const start = 1_767_225_600;
const end = start + 1200;
const step = 60;

// --- remote write: protobuf within a snappy block of one literal, which is valid though not small -----------------------

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const numberField = (field: number, value: number): Buffer =>
  Buffer.concat([varint(field << 3), varint(value)]);
const doubleField = (field: number, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((field << 3) | 1), bytes]);
};
const bytesField = (field: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
};
const text = (field: number, value: string): Buffer => bytesField(field, Buffer.from(value));

/** Schema 0: bucket i spans (2^(i−1), 2^i]; `counts` are those of buckets 0, 1, 2 …, in (0.5, 1], (1, 2], (2, 4] …. */
function histogramAt(time: number, counts: readonly number[], sum: number): Buffer {
  const deltas = counts.map((count, index) => count - (counts[index - 1] ?? 0));
  return bytesField(
    4,
    numberField(
      1,
      counts.reduce((total, count) => total + count, 0),
    ),
    doubleField(3, sum),
    numberField(4, zigzag(0)),
    doubleField(5, 1e-9),
    numberField(6, 0),
    bytesField(11, numberField(1, zigzag(0)), numberField(2, counts.length)),
    bytesField(12, ...deltas.map((delta) => varint(zigzag(delta)))),
    numberField(15, time * 1000),
  );
}

const snappy = (content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length - 1);
  return Buffer.concat([varint(content.length), Buffer.from([63 << 2]), length, content]);
};

async function write(url: string, labels: Record<string, string>, histograms: Buffer[]): Promise<void> {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const series = bytesField(
    1,
    ...sorted.map(([name, value]) => bytesField(1, text(1, name), text(2, value))),
    ...histograms,
  );
  const response = await fetch(`${url}/api/v1/write`, {
    method: "POST",
    headers: {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    },
    body: new Uint8Array(snappy(series)),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

// ------------------------------------------------------------------------------------------------------------------------

describe.skipIf(whyNoPrometheus() !== null)("native histograms of a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  let service: QueryableService;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      flags: ["--web.enable-remote-write-receiver", "--enable-feature=native-histograms"],
    });
    for (const [name, version] of [
      ["vllm:time_to_first_token_seconds", "v1"],
      ["vllm:time_to_first_token_seconds", "v2"],
      ["nv_inference_first_response_histogram_ms", "v1"],
    ] as const) {
      const labels = { __name__: name, job: "svc", instance: version, version };
      const histograms = Array.from({ length: 81 }, (_, index) =>
        histogramAt(
          start + index * 15,
          (version === "v1" ? [50, 40, 10] : [10, 80, 10]).map((count) => count * index),
          130 * index,
        ),
      );
      await write(prometheus.url, labels, histograms);
    }
    const target: UpstreamTarget = { id: "native", kind: "prometheus", url: prometheus.url, headers: {} };
    service = {
      name: "svc",
      sourceName: "prometheus",
      scrapeInterval: 15,
      profiles: [
        { id: "vllm", matchers: [{ label: "job", op: "=", value: "svc" }], labels: { version: "version" } },
      ],
      target: async () => target,
    };
  });
  afterAll(() => prometheus?.stop());

  const ask = async (query: Omit<SignalQuery, "id" | "service">, asked = service) => {
    const { results } = await querySignals(
      { start, end, step, queries: [{ id: "q", service: "svc", ...query }] },
      new Map([["svc", asked]]),
      { requestId: "test-request", now: new Date(end * 1000) },
    );
    return results[0]!;
  };
  const asPrometheus = async (expr: string): Promise<number> => {
    const query = new URLSearchParams({ query: expr, time: String(end) });
    const response = await fetch(`${prometheus.url}/api/v1/query?${query}`);
    const answer = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(answer.data.result[0]?.value[1]);
  };

  it("are read where there are no buckets, as Prometheus computes the expression shown", async () => {
    const result = await ask({ signal: "ttft", quantiles: [0.5, 0.95] });
    expect(result).toMatchObject({ status: "ok", statistic: "quantile" });
    expect(result.expr[0]).toBe(
      'histogram_quantile(0.5, sum(rate(vllm:time_to_first_token_seconds{job="svc"}[1m])))',
    );
    expect(result.series).toHaveLength(2);
    for (const [index, { values }] of result.series.entries())
      expect(values.at(-1)).toBeCloseTo(await asPrometheus(result.expr[index]!), 9);
  });

  it("are split by version", async () => {
    const { series } = await ask({ signal: "ttft", by: ["version"], quantiles: [0.3] });
    expect(series.map(({ labels }) => labels.version)).toEqual(["v1", "v2"]);
    expect(series[0]!.values.at(-1)!).toBeLessThan(1);
    expect(series[1]!.values.at(-1)!).toBeGreaterThan(1);
  });

  it("have a distribution over time with the bounds of their own buckets", async () => {
    const { distribution } = await ask({ signal: "ttft", shape: "distribution" });
    expect(distribution?.bounds).toEqual([0.5, 1, 2, 4, null]);
    // 240, 480 and 80 a minute of both versions.
    expect(distribution?.counts.at(-1)?.map(Math.round)).toEqual([0, 240, 480, 80, 0]);
  });

  it("sum up with an exact mean, a standard deviation and each quantile within its bucket", async () => {
    const { summary } = await ask({ signal: "ttft", shape: "summary", quantiles: [0.5] });
    expect(summary?.mean).toBeCloseTo(1.3, 9);
    expect(summary?.count).toBeCloseTo(2 * 100 * 80, -2);
    expect(summary?.standardDeviation.kind).toBe("estimate");
    expect(summary?.quantiles[0]).toMatchObject({ kind: "estimate", lo: 1, hi: 2 });
  });

  it("in milliseconds are shown in seconds", async () => {
    const triton = { ...service, profiles: [{ ...service.profiles[0]!, id: "triton" as const }] };
    const { series, distribution } = await ask(
      { signal: "ttft", shape: "distribution", quantiles: [0.5] },
      triton,
    );
    expect(distribution?.bounds).toEqual([0.0005, 0.001, 0.002, 0.004, null]);
    expect(series[0]!.values.at(-1)!).toBeCloseTo(0.001, 6);
  });
});
