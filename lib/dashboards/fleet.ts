import type { SignalResult, SignalSeries } from "@/lib/signals/schema";

/** One GPU and what was measured of it. */
export interface GpuLine {
  /** The same for one GPU in every answer: its UUID, or its host and index. */
  key: string;
  gpu: string | undefined;
  uuid: string | undefined;
  host: string | undefined;
  /** What it is: "NVIDIA H100 80GB HBM3". */
  device: string | undefined;
  values: readonly (number | null)[];
}

const keyOf = ({ uuid, host, gpu }: Record<string, string>): string =>
  uuid ?? [host, gpu].filter((part) => part !== undefined).join("/");

/**
 * The GPUs of answers that were split by GPU, by host and index. Several services run on one GPU; it is there once. What
 * has neither UUID nor index is no GPU of its own and left out.
 */
export function fleetOf(answers: readonly Pick<SignalResult, "series">[]): GpuLine[] {
  const found = new Map<string, GpuLine>();
  for (const { labels, values } of answers.flatMap(({ series }) => series)) {
    const key = keyOf(labels);
    if (key === "" || found.has(key)) continue;
    const { gpu, uuid, host, device } = labels;
    found.set(key, { key, gpu, uuid, host, device, values });
  }
  return [...found.values()].sort(byPlace);
}

const byPlace = (a: GpuLine, b: GpuLine): number =>
  (a.host ?? "").localeCompare(b.host ?? "", "en", { numeric: true }) ||
  (a.gpu ?? a.key).localeCompare(b.gpu ?? b.key, "en", { numeric: true });

const withoutPort = (host: string | undefined): string | undefined => host?.replace(/:\d+$/, "");

/** Whether two exporters speak of one GPU: by its UUID where both know it, else by host and index. */
function isSameGpu(a: GpuLine, b: GpuLine): boolean {
  if (a.key === b.key) return true;
  if (a.uuid !== undefined && b.uuid !== undefined) return false;
  if (a.gpu === undefined || a.gpu !== b.gpu) return false;
  return a.host === undefined || b.host === undefined || withoutPort(a.host) === withoutPort(b.host);
}

/**
 * The GPUs of a measurement and, without values, those that only other answers tell of: one whose utilization is not a
 * number, or not measured, is there all the same.
 */
export function wholeFleet(measured: readonly GpuLine[], known: readonly GpuLine[]): GpuLine[] {
  const all = [...measured];
  for (const gpu of known)
    if ((gpu.gpu ?? gpu.uuid) !== undefined && !all.some((one) => isSameGpu(one, gpu)))
      all.push({ ...gpu, values: [] });
  return all.sort(byPlace);
}

/** The series of one GPU in an answer that was split by GPU. */
export const seriesOfGpu = (answers: readonly Pick<SignalResult, "series">[], key: string): SignalSeries[] =>
  answers.flatMap(({ series }) => series).filter(({ labels }) => keyOf(labels) === key);

/** What GPUs are called: the index, or the end of the UUID, with the host, without its port, where hosts differ. */
export function fleetNames(gpus: readonly GpuLine[]): Map<string, string> {
  const hosts = new Set(gpus.map(({ host }) => withoutPort(host)));
  return new Map(
    gpus.map(({ key, gpu, uuid, host }) => {
      const own = gpu !== undefined ? `GPU ${gpu}` : uuid !== undefined ? `GPU …${uuid.slice(-6)}` : "GPU";
      return [key, hosts.size > 1 && host !== undefined ? `${own}, ${withoutPort(host)}` : own];
    }),
  );
}

/** Several GPUs at each time: an average alone hides the one that does all the work, or none. */
export interface Spread {
  mean: (number | null)[];
  max: (number | null)[];
  min: (number | null)[];
}

/** Mean, maximum and minimum over GPUs at each grid point, of those that reported. */
export function spreadOf(gpus: readonly Pick<GpuLine, "values">[]): Spread {
  const steps = Math.max(0, ...gpus.map(({ values }) => values.length));
  const spread: Spread = { mean: [], max: [], min: [] };
  for (let step = 0; step < steps; step += 1) {
    const known = gpus
      .map(({ values }) => values[step])
      .filter((value): value is number => typeof value === "number" && Number.isFinite(value));
    spread.mean.push(known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length);
    spread.max.push(known.length === 0 ? null : Math.max(...known));
    spread.min.push(known.length === 0 ? null : Math.min(...known));
  }
  return spread;
}
