import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { RemoteWriteError, remoteWrite, type WrittenSeries } from "./remote-write";
import { parseQueryData } from "./samples";

describe.skipIf(whyNoPrometheus())("remoteWrite", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ flags: ["--web.enable-remote-write-receiver"] });
  });
  afterAll(() => prometheus?.stop());

  const ask = async (query: string, time: number) => {
    const answer = await fetch(
      `${prometheus.url}/api/v1/query?${new URLSearchParams({ query, time: String(time) })}`,
    );
    return parseQueryData(((await answer.json()) as { data: unknown }).data);
  };

  it("writes every kind of number, from the Unix epoch on, to the millisecond", async () => {
    const values = [
      0,
      -0,
      1.5,
      -1e300,
      5e-324,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ];
    await remoteWrite(prometheus.url, [
      {
        labels: { zone: "ü", __name__: "numbers", empty: "" },
        samples: values.map((value, index) => [index * 1.001, value]),
      },
    ]);
    const data = await ask("numbers[1m]", 10);
    expect(data).toMatchObject({
      type: "matrix",
      series: [
        {
          labels: { __name__: "numbers", zone: "ü" },
          times: values.map((_, index) => Math.round(index * 1001) / 1000),
          values,
        },
      ],
    });
  });

  it("tells an end from what is no number", async () => {
    const series = (value: number | null): WrittenSeries[] => [
      {
        labels: { __name__: value === null ? "ended" : "no_number" },
        samples: [
          [20, 1],
          [21, value],
        ],
      },
    ];
    await remoteWrite(prometheus.url, series(null));
    await remoteWrite(prometheus.url, series(Number.NaN));
    expect(await ask("ended", 22)).toEqual({ type: "vector", series: [] });
    expect(await ask("no_number", 22)).toMatchObject({ series: [{ value: Number.NaN }] });
  });

  it("throws with the server's reason what it does not take", async () => {
    const at = (time: number, value: number) =>
      remoteWrite(prometheus.url, [{ labels: { __name__: "ordered" }, samples: [[time, value]] }]);
    await at(30, 1);
    await expect(at(29, 1)).rejects.toThrow(RemoteWriteError);
    await expect(at(30, 2)).rejects.toThrow("duplicate sample for timestamp");
    await at(30, 1);
  });
});
