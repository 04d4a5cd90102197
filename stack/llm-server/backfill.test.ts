import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BackfillReport, backfill, sampleTimes } from "./backfill";
import { demoDeployments, replicaIdentity } from "./deployment";
import type { SavedReplica } from "./history";
import { createReplicaMetrics } from "./metrics";
import { samplesOf } from "./registry";
import { Replica } from "./replica";
import { takeSavedReplica } from "./saved-replica";

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

// Twenty minutes over the edge of a block of two hours.
const EDGE = 1_750_075_200;
const START = EDGE - 600;
const END = EDGE + 600;

let folder: string;
let report: BackfillReport;
let text: string;
/** Values by series, in the order of time. */
let series: Map<string, number[]>;

function options(name: string) {
  const times = { start: START, end: END, step: 15, fineStep: 5, fineSeconds: 60 };
  return { ...times, out: join(folder, name), stateFolder: join(folder, `${name}-state`), seed: 1, rate: 5 };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "inferscope-backfill-"));
  report = await backfill(options("history.om"));
  text = readFileSync(join(folder, "history.om"), "utf8");
  series = new Map();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [name, value] = line.split(/ (?=[^"]*$)/, 2) as [string, string];
    const key = line.slice(0, line.lastIndexOf("}") + 1);
    expect(name.startsWith(key)).toBe(true);
    const values = series.get(key) ?? [];
    values.push(Number(value.split(" ")[0]));
    series.set(key, values);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("sampleTimes", () => {
  it("keeps the coarse step, then the fine one, and does not pass the end", () => {
    expect(sampleTimes({ start: 0, end: 61, step: 20, fineStep: 5, fineSeconds: 20 })).toEqual([
      0, 20, 40, 60,
    ]);
    expect(sampleTimes({ start: 0, end: 62, step: 20, fineStep: 5, fineSeconds: 30 })).toEqual([
      0, 20, 40, 45, 50, 55, 60,
    ]);
  });
});

describe("backfill", () => {
  it("writes the same history for the same seed, in one file or in one a block", async () => {
    const again = await backfill(options("again"));
    expect(readdirSync(join(folder, "again"))).toEqual(["history-1.om", "history-2.om"]);
    expect(again.samples).toBe(report.samples);
    const lines = (content: string) =>
      content.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const parts = again.files.flatMap((file) => lines(readFileSync(file, "utf8")));
    expect(parts.sort()).toEqual(lines(text).sort());
  });

  it("has each series that a scrape of the two servers gives, at each step, and the scrapes' own", () => {
    const live = demoDeployments.flatMap((deployment) =>
      createReplicaMetrics(replicaIdentity(deployment)).registry.families.flatMap((family) =>
        [...samplesOf(family)].map(({ name, labels }) => {
          const target = `instance="${deployment.instance}",job="chat-api",version="${deployment.version}"`;
          return `${name}{${labels}${labels === "" ? "" : ","}${target}}`;
        }),
      ),
    );
    const own = [...series.keys()].filter((key) => /^(up|scrape_)/.test(key));
    expect(own).toHaveLength(10);
    expect([...series.keys()].filter((key) => !own.includes(key)).sort()).toEqual(live.sort());
    for (const values of series.values()) expect(values).toHaveLength(report.steps);
    expect(report.series).toBe(series.size);
  });

  it("has counters that never fall, and live traffic in them", () => {
    for (const [key, values] of series) {
      if (!/_(total|bucket|count)\{/.test(key)) continue;
      expect(
        values.every((value, i) => i === 0 || value >= values[i - 1]!),
        key,
      ).toBe(true);
    }
    const requests = series.get(
      'llm_requests_total{instance="chat-api-v1-0",job="chat-api",version="v1.2.0"}',
    )!;
    expect(requests.at(-1)! - requests[0]!).toBeGreaterThan(1000);
  });

  it("groups by family, each with its type once, and ends with EOF", () => {
    const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(types).size).toBe(types.length);
    expect(text.endsWith("\n# EOF\n")).toBe(true);
  });

  it.skipIf(!hasPromtool)("is read by promtool", () => {
    const data = join(folder, "data");
    const args = ["tsdb", "create-blocks-from", "openmetrics", join(folder, "history.om"), data];
    const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const created = stdout.split("\n").filter((line) => /^01/.test(line));
    expect(created).toHaveLength(2);
    const samples = created.map((line) => Number(line.trim().split(/\s+/)[4]));
    expect(samples[0]! + samples[1]!).toBe(report.samples);
  });

  it("saves replicas whose series are those of the last sample", async () => {
    for (const deployment of demoDeployments) {
      const path = join(folder, "history.om-state", `${deployment.instance}.json`);
      const { state } = JSON.parse(readFileSync(path, "utf8")) as SavedReplica;
      const replica = new Replica(deployment, 1, state.at, {}, state);
      const target = `instance="${deployment.instance}",job="chat-api",version="${deployment.version}"`;
      expect(replica.metrics.requests.value).toBe(series.get(`llm_requests_total{${target}}`)!.at(-1));
      expect(replica.metrics.engine.ttft.count).toBe(
        series
          .get(
            `vllm:time_to_first_token_seconds_count{model_name="llama-3.1-8b-instruct",engine="0",${target}}`,
          )!
          .at(-1),
      );
      expect(replica.inFlight).toBeGreaterThan(0);
      replica.advance(END + 200);
      expect(replica.inFlight).toBe(0);
    }
  });
});

describe("takeSavedReplica", () => {
  const [first, second] = demoDeployments;

  it("gives a replica once, to its own deployment", async () => {
    const again = await backfill({ ...options("once.om"), end: START + 60 });
    expect(again.requests).toBeGreaterThan(0);
    const path = join(folder, "once.om-state", `${first!.instance}.json`);
    const at = START + 60;
    expect((await takeSavedReplica(path, first!, at + 10)).saved?.version).toBe("v1.2.0");
    expect(existsSync(path)).toBe(false);
    expect(await takeSavedReplica(path, first!, at + 10)).toEqual({ saved: null, reason: "no such file" });
    const other = join(folder, "once.om-state", `${second!.instance}.json`);
    expect(await takeSavedReplica(other, first!, at)).toMatchObject({ saved: null });
  });

  it("does not give one that is too old", async () => {
    await backfill({ ...options("old.om"), end: START + 60 });
    const path = join(folder, "old.om-state", `${first!.instance}.json`);
    const taken = await takeSavedReplica(path, first!, START + 60 + 3600);
    expect(taken).toEqual({ saved: null, reason: "it is 3600 s old" });
  });
});
