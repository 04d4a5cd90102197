import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { familyHeader, renderValue } from "./exposition";
import { Fleet, type SavedReplica } from "./history";
import { JOB } from "./prometheus";
import { Histogram, renderLabels, samplesOf } from "./registry";
import type { Replica } from "./replica";

export type BackfillOptions = {
  /**
   * The OpenMetrics file to write, its name ending in `.om`; or a folder that gets a file for each two hours, one block
   * of Prometheus. promtool reads a file once for every block in it, so a folder's files are quicker to load.
   */
  out: string;
  /** A folder for the state of each replica at the end, `<instance>.json`; undefined writes none. */
  stateFolder?: string | undefined;
  /** Unix seconds; samples are taken at `start`, then every step up to and at most `end`. */
  start: number;
  end: number;
  /** Seconds between samples; in the last `fineSeconds` it is `fineStep`. */
  step: number;
  fineStep: number;
  fineSeconds: number;
  seed: number;
  /** Mean requests per second over a day. */
  rate: number;
  /** Told now and then, 0–1 of the simulated time. */
  progress?: (part: number) => void;
};

export type BackfillReport = {
  files: string[];
  samples: number;
  series: number;
  requests: number;
  steps: number;
};

const BLOCK_SECONDS = 2 * 3600;

// Before the first sample the replicas run unseen for this long, so that the history begins with a batch in flight.
const WARM_UP_SECONDS = 300;
const CHUNK_CHARACTERS = 1 << 20;

/** The times of the samples, rising. The last is the latest on the grid that is not after `end`. */
export function sampleTimes({
  start,
  end,
  step,
  fineStep,
  fineSeconds,
}: Pick<BackfillOptions, "start" | "end" | "step" | "fineStep" | "fineSeconds">): number[] {
  const times: number[] = [];
  const fineFrom = end - fineSeconds;
  for (let at = start; at <= end; at += at >= fineFrom ? fineStep : step) times.push(at);
  return times;
}

type Column = { family: number; prefix: string; values: Float64Array };

/** What Prometheus itself would have recorded about the scrapes of one target. */
const scrapeSeries = [
  ["up", "1 if the scrape succeeded."],
  ["scrape_duration_seconds", "Duration of the scrape."],
  ["scrape_samples_scraped", "Samples that the target exposed."],
  ["scrape_samples_post_metric_relabeling", "Samples left after metric relabelling."],
  ["scrape_series_added", "Approximate number of new series in this scrape."],
] as const;

/** A column for each series that the replica exposes, in the order of its families. */
function columnsOf(replica: Replica, steps: number): Column[] {
  const { instance, version } = replica.deployment;
  const target = renderLabels({ instance, job: JOB, version });
  return replica.metrics.registry.families.flatMap((family, index) =>
    [...samplesOf(family)].map((sample) => {
      const separator = sample.labels === "" ? "" : ",";
      const prefix = `${sample.name}{${sample.labels}${separator}${target}} `;
      return { family: index, prefix, values: new Float64Array(steps) };
    }),
  );
}

/** Reads every series, in the order of `columnsOf`. */
function record(replica: Replica, columns: Column[], step: number): void {
  let column = 0;
  const push = (value: number) => {
    columns[column++]!.values[step] = value;
  };
  for (const family of replica.metrics.registry.families) {
    for (const { metric } of family.series) {
      if (!(metric instanceof Histogram)) {
        push(metric.value);
        continue;
      }
      let cumulative = 0;
      for (const count of metric.counts) {
        cumulative += count;
        push(cumulative);
      }
      push(cumulative);
      push(metric.sum);
    }
  }
}

/**
 * Runs the demo's model from `start` to `end` and writes what scrapes of it would have recorded, as OpenMetrics text
 * for `promtool tsdb create-blocks-from openmetrics`; and the state in which live servers go on, at the last sample.
 * Memory: 8 bytes a sample, 20 MB for six hours.
 */
export async function backfill(options: BackfillOptions): Promise<BackfillReport> {
  const times = sampleTimes(options);
  const fleet = new Fleet({ seed: options.seed, rate: options.rate }, options.start - WARM_UP_SECONDS);
  const columns = fleet.replicas.map((replica) => columnsOf(replica, times.length));
  for (const [step, at] of times.entries()) {
    fleet.advance(at);
    for (const [i, replica] of fleet.replicas.entries()) record(replica, columns[i]!, step);
    if (step % 200 === 0) options.progress?.(step / times.length);
  }
  options.progress?.(1);

  const parts = partsOf(options.out, times);
  let samples = 0;
  for (const part of parts) samples += await writeOpenMetrics(part, fleet, columns, times);
  if (options.stateFolder !== undefined) await saveReplicas(options.stateFolder, fleet);
  return {
    files: parts.map(({ path }) => path),
    samples,
    series: samples / times.length,
    requests: fleet.requests,
    steps: times.length,
  };
}

/** A file and its steps, `[from, to)`. */
type Part = { path: string; from: number; to: number };

function partsOf(out: string, times: readonly number[]): Part[] {
  if (out.endsWith(".om")) return [{ path: out, from: 0, to: times.length }];
  const parts: Part[] = [];
  let block = Number.NaN;
  for (const [step, at] of times.entries()) {
    const last = parts.at(-1);
    if (last && Math.floor(at / BLOCK_SECONDS) === block) {
      last.to = step + 1;
      continue;
    }
    block = Math.floor(at / BLOCK_SECONDS);
    parts.push({ path: join(out, `history-${parts.length + 1}.om`), from: step, to: step + 1 });
  }
  return parts;
}

async function saveReplicas(folder: string, fleet: Fleet): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const replica of fleet.replicas) {
    const { instance, version } = replica.deployment;
    const saved: SavedReplica = { format: 1, version, instance, state: replica.state() };
    await writeFile(join(folder, `${instance}.json`), JSON.stringify(saved));
  }
}

async function writeOpenMetrics(
  { path, from, to }: Part,
  fleet: Fleet,
  columns: Column[][],
  times: readonly number[],
): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const file = createWriteStream(path);
  const done = finished(file);
  const suffixes = times.map((at) => ` ${at}\n`);
  let samples = 0;
  let text = "";
  const flush = async () => {
    if (!file.write(text)) await Promise.race([once(file, "drain"), done]);
    text = "";
  };
  const write = async (prefix: string, valueAt: (step: number) => string) => {
    for (let step = from; step < to; step++) text += prefix + valueAt(step) + suffixes[step]!;
    samples += to - from;
    if (text.length > CHUNK_CHARACTERS) await flush();
  };

  const families = fleet.replicas[0]!.metrics.registry.families;
  for (const [index, family] of families.entries()) {
    text += familyHeader(family, "openmetrics");
    for (const column of columns.flat()) {
      if (column.family !== index) continue;
      const { prefix, values } = column;
      let last = Number.NaN;
      let rendered = "";
      await write(prefix, (step) => {
        const value = values[step]!;
        if (value !== last) {
          last = value;
          rendered = renderValue(value);
        }
        return rendered;
      });
    }
  }
  for (const [name, help] of scrapeSeries) {
    text += familyHeader({ name, type: "gauge", help }, "openmetrics");
    for (const [i, replica] of fleet.replicas.entries()) {
      const { instance, version } = replica.deployment;
      const exposed = columns[i]!.length;
      await write(`${name}{${renderLabels({ instance, job: JOB, version })}} `, (step) => {
        if (name === "up") return "1";
        // Nothing was scraped, so there is no duration to tell; a constant of the right size keeps `> 0` true.
        if (name === "scrape_duration_seconds") return "0.005";
        if (name === "scrape_series_added") return step === 0 ? String(exposed) : "0";
        return String(exposed);
      });
    }
  }
  text += "# EOF\n";
  file.end(text);
  await done;
  return samples;
}
