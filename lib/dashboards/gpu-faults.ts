import type { SignalResult } from "@/lib/signals/schema";
import { fleetNames, fleetOf, type GpuLine } from "./fleet";

/** What was seen of a GPU's health in a range; null where it is not measured. */
export interface GpuHealth extends GpuLine {
  name: string;
  /** Numbers of the XID errors that it reported; null where they are not measured. */
  xids: number[] | null;
  uncorrected: number | null;
  corrected: number | null;
  remappedRows: number | null;
  remapFailed: boolean | null;
  /** The share of the range in which its clock was held back, by reason; the largest first. */
  throttled: { reason: string; share: number }[];
}

type Answers = readonly Pick<SignalResult, "series">[];

/** Answers to the signals of health, each split by GPU, XIDs by type and throttling by reason too. */
export interface HealthAnswers {
  xid: Answers;
  uncorrected: Answers;
  corrected: Answers;
  remaps: Answers;
  remapFailure: Answers;
  throttled: Answers;
}

const most = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};

const mean = (values: readonly (number | null)[]): number => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** The health of every GPU over a range, from what its exporters said in it: counters by their highest value. */
export function gpuHealth(answers: HealthAnswers): GpuHealth[] {
  const gpus = fleetOf(Object.values(answers).flat());
  const names = fleetNames(gpus);
  const seriesOf = (of: Answers, { key }: GpuLine) =>
    of.flatMap(({ series }) => series).filter((series) => fleetOf([{ series: [series] }])[0]?.key === key);
  const highest = (of: Answers, gpu: GpuLine) => most(seriesOf(of, gpu).flatMap(({ values }) => values));
  return gpus.map((gpu) => {
    const failed = highest(answers.remapFailure, gpu);
    const xids = seriesOf(answers.xid, gpu);
    return {
      ...gpu,
      name: names.get(gpu.key)!,
      xids:
        xids.length === 0
          ? null
          : [
              ...new Set(
                xids
                  .filter(({ values }) => (most(values) ?? 0) > 0)
                  .map(({ labels }) => Number(labels.type))
                  .filter((code) => Number.isInteger(code) && code > 0),
              ),
            ].sort((a, b) => a - b),
      uncorrected: highest(answers.uncorrected, gpu),
      corrected: highest(answers.corrected, gpu),
      remappedRows: highest(answers.remaps, gpu),
      remapFailed: failed === null ? null : failed > 0,
      throttled: seriesOf(answers.throttled, gpu)
        .map(({ labels, values }) => ({ reason: labels.reason ?? "", share: mean(values) }))
        .filter(({ share }) => share > 0)
        .sort((a, b) => b.share - a.share),
    };
  });
}
