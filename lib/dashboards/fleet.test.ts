import { expect, it } from "vitest";
import { fleetNames, fleetOf, seriesOfGpu, spreadOf, wholeFleet } from "./fleet";

const line = (labels: Record<string, string>, ...values: (number | null)[]) => ({ labels, values });

it("counts a GPU once that several services run on, by host and index", () => {
  const answers = [
    {
      series: [
        line({ gpu: "10", uuid: "u10", host: "n1" }, 1),
        line({ gpu: "2", uuid: "u2", host: "n1" }, 2),
      ],
    },
    {
      series: [
        line({ gpu: "2", uuid: "u2", host: "n1" }, 2),
        line({ gpu: "0", uuid: "u0", host: "n0:9835" }, 3),
      ],
    },
    { series: [line({}, 9)] },
  ];
  const gpus = fleetOf(answers);
  expect(gpus.map(({ key }) => key)).toEqual(["u0", "u2", "u10"]);
  expect([...fleetNames(gpus).values()]).toEqual(["GPU 0, n0", "GPU 2, n1", "GPU 10, n1"]);
  expect(seriesOfGpu(answers, "u0").map(({ values }) => values)).toEqual([[3]]);
});

it("names GPUs of one host by their index, and those without one by their UUID", () => {
  const names = (labels: Record<string, string>) =>
    [...fleetNames(fleetOf([{ series: [line(labels, 1)] }])).values()][0];
  expect(names({ gpu: "3", host: "n1" })).toBe("GPU 3");
  expect(names({ uuid: "GPU-3f2b1c09-77aa" })).toBe("GPU …9-77aa");
});

it("has a GPU that only its faults tell of, without values, and each but once", () => {
  const measured = fleetOf([{ series: [line({ gpu: "0", uuid: "u0", host: "n1:9400" }, 0.5)] }]);
  const known = fleetOf([
    {
      series: [
        line({ gpu: "0", uuid: "u0", host: "n1:9400" }, 0),
        // Another exporter knows no UUID.
        line({ gpu: "0", host: "n1:9835" }, 0),
        line({ gpu: "10", uuid: "u10", host: "n1:9400" }, 48),
        line({ gpu: "2", uuid: "u2", host: "n1:9400" }, 0),
      ],
    },
  ]);
  expect(wholeFleet(measured, known).map(({ key, values }) => [key, values])).toEqual([
    ["u0", [0.5]],
    ["u2", []],
    ["u10", []],
  ]);
});

it("gives mean and extremes of the GPUs that reported", () => {
  const spread = spreadOf([{ values: [0.2, null, null] }, { values: [0.8, 0.5, null] }]);
  expect(spread.mean).toEqual([0.5, 0.5, null]);
  expect(spread.max).toEqual([0.8, 0.5, null]);
  expect(spread.min).toEqual([0.2, 0.5, null]);
});
