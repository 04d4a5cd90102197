import { expect, it } from "vitest";
import { gpuHealth } from "./gpu-faults";

const gpu = (index: number, labels: Record<string, string>, ...values: (number | null)[]) => ({
  labels: { gpu: String(index), uuid: `u${index}`, ...labels },
  values,
});
const none = { xid: [], uncorrected: [], corrected: [], remaps: [], remapFailure: [], throttled: [] };

it("gathers what was seen of each GPU in the range, by its highest value", () => {
  const [first, second] = gpuHealth({
    ...none,
    xid: [
      { series: [gpu(0, { type: "79" }, null, 1), gpu(0, { type: "31" }, 1, 0), gpu(1, { type: "" }, 0)] },
    ],
    uncorrected: [{ series: [gpu(0, {}, 0, 2), gpu(1, {}, 0, 0)] }],
    remapFailure: [{ series: [gpu(0, {}, 0, 1)] }],
    throttled: [
      {
        series: [
          gpu(0, { reason: "sw_power_cap" }, 0.2, 0.4),
          gpu(0, { reason: "hw_slowdown" }, 0, 0),
          gpu(0, { reason: "hw_thermal_slowdown" }, 1, 1),
        ],
      },
    ],
  });
  expect(first).toMatchObject({ name: "GPU 0", xids: [31, 79], uncorrected: 2, remapFailed: true });
  expect(first?.throttled.map(({ reason }) => reason)).toEqual(["hw_thermal_slowdown", "sw_power_cap"]);
  expect(first?.throttled[1]?.share).toBeCloseTo(0.3);
  expect(second).toMatchObject({ xids: [], uncorrected: 0, remapFailed: null, remappedRows: null });
});

it("says that nothing is measured where nothing is", () => {
  const [only] = gpuHealth({ ...none, corrected: [{ series: [gpu(0, {}, 3)] }] });
  expect(only).toMatchObject({ xids: null, uncorrected: null, corrected: 3, throttled: [] });
});
