import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { remoteWrite } from "@/lib/prometheus/remote-write";
import { parseQueryData, type QueryData } from "@/lib/prometheus/samples";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { formatDuration } from "./duration";
import { evaluateGroup, type TierEvaluation, type VectorReader } from "./evaluate";
import { fingerprintOf, type Labels } from "./labels";
import { type AlertingRule, type Comparison, exprOf, type Level, labelsOf } from "./rule";
import type { Observation, TierState } from "./state";
import { expandValues } from "./unit-test/input-series";

// A Prometheus evaluates rules over series that lie in its near future, and writes ALERTS. The same rules are then evaluated
// here for the same timestamps over the same series; after each evaluation the alerts must be the same.

/** Seconds that the series go on for, a sample a second. */
const length = 24;

const series: [Labels, string][] = [
  [{ __name__: "load", pod: "a" }, "1x2 9x7 1 9x2 1x3 9x1 1x20"],
  [{ __name__: "load", pod: "b" }, "9x1 1x4 9x9 stale"],
  [{ __name__: "load", pod: "c" }, "_x5 9x2 stale _x3 9x20"],
  [{ __name__: "flap", pod: "a" }, "0 1 0 1 1 0 1 1 1 0 1 1 1 1 0 1 1 1 1 1 0 1 0 1"],
  [{ __name__: "ramp", pod: "a", zone: "z1" }, "0+1x24"],
  [{ __name__: "ramp", pod: "b", zone: "z2" }, "24-1x24"],
  [{ __name__: "not_a_number" }, "1 NaN NaN 1 NaN 1 1 NaN 1x20"],
  [{ __name__: "infinite" }, "Inf Inf 1 Inf -Inf 1x20"],
  [{ __name__: "requests_total", service: "chat" }, "0+10x24"],
  [{ __name__: "errors_total", service: "chat", type: "5xx" }, "0x8 0+5x8 40x20"],
  [{ __name__: "latency_bucket", le: "0.1" }, "0+10x8 80+1x16"],
  [{ __name__: "latency_bucket", le: "1" }, "0+10x8 80+5x16"],
  [{ __name__: "latency_bucket", le: "+Inf" }, "0+10x24"],
  [{ __name__: "up", instance: "gpu-1:9400", job: "dcgm" }, "1x3 0x5 1x3 0x1 1x20"],
  [{ __name__: "many", n: "1" }, "1x24"],
  [{ __name__: "many", n: "2" }, "_x6 1x3 stale _x4 1x20"],
  [{ __name__: "many", n: "3" }, "_x9 1x2 stale _x3 1x20"],
  [{ __name__: "owner", pod: "a", team: "ml" }, "1x24"],
  [{ __name__: "owner", pod: "a", team: "sre" }, "_x10 1x2 stale _x20"],
  [{ __name__: "comes_and_goes" }, "_x4 1x2 stale _x2 1 stale _x1 1 1 stale"],
];

type Shape = {
  expr: string;
  comparison?: Comparison;
  levels?: Level[];
  for?: number;
  keepFiringFor?: number;
  labels?: Labels;
  annotations?: Labels;
};

const two: Pick<Shape, "comparison" | "levels"> = {
  comparison: ">",
  levels: [
    { severity: "warning", threshold: 5 },
    { severity: "critical", threshold: 15 },
  ],
};

const shapes: Record<string, Shape> = {
  AtOnce: { expr: "load > 5" },
  AfterTwo: { expr: "load > 5", for: 2 },
  AfterThree: { expr: "load > 5", for: 3 },
  AfterHalves: { expr: "load > 5", for: 2.5 },
  AfterSeven: { expr: "load > 5", for: 7 },
  Never: { expr: "load > 100", for: 1 },
  NeverLongEnough: { expr: "load > 5", for: 60 },
  Kept: { expr: "load > 5", keepFiringFor: 2 },
  KeptLong: { expr: "load > 5", keepFiringFor: 30 },
  KeptAfterTwo: { expr: "load > 5", for: 2, keepFiringFor: 3 },
  Flapping: { expr: "flap == 1" },
  FlappingAfterTwo: { expr: "flap == 1", for: 2 },
  FlappingKept: { expr: "flap == 1", keepFiringFor: 2 },
  FlappingBoth: { expr: "flap == 1", for: 3, keepFiringFor: 2 },
  Tiers: { expr: "ramp", ...two, for: 1 },
  TiersOfSum: { expr: "sum by (zone) (ramp)", ...two, keepFiringFor: 2 },
  TiersDownward: {
    expr: "ramp",
    comparison: "<=",
    levels: [
      { severity: "warning", threshold: 10 },
      { severity: "critical", threshold: 3 },
    ],
  },
  TiersOfEither: { expr: "ramp or load", ...two },
  StrictlyAbove: { expr: "ramp", comparison: ">", levels: [{ severity: null, threshold: 12 }] },
  NotEqual: { expr: 'ramp{pod="a"}', comparison: "!=", levels: [{ severity: null, threshold: 7 }] },
  NotANumber: { expr: "not_a_number != 1" },
  IsNaN: { expr: "not_a_number != not_a_number" },
  Infinite: { expr: "abs(infinite) > 1e308" },
  WithBool: { expr: "load > bool 5" },
  Absent: { expr: 'absent(comes_and_goes{kind="x"})' },
  AbsentNow: { expr: "absent(comes_and_goes)", for: 1 },
  AbsentOverTime: { expr: "absent_over_time(comes_and_goes[3s])" },
  Down: {
    expr: 'up{job="dcgm"} == 0',
    for: 2,
    labels: { host: '{{ reReplaceAll ":.*" "" $labels.instance }}' },
  },
  Constant: { expr: "vector(1)", for: 5 },
  ScalarOnly: { expr: "5" },
  Seconds: { expr: "vector(time()) % 5 < 2" },
  SecondsAbove: { expr: "floor(vector(time())) % 6 > 3", for: 1 },
  ErrorRatio: { expr: "sum(rate(errors_total[4s])) / sum(rate(requests_total[4s])) > 0.05", for: 2 },
  NeverJoins: { expr: "rate(errors_total[4s]) / rate(requests_total[4s]) > 0.05" },
  JoinsIgnoring: { expr: "rate(errors_total[4s]) / ignoring (type) rate(requests_total[4s]) > 0.05", for: 1 },
  Quantile: { expr: "histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5s]))) > 0.5" },
  Increase: { expr: "increase(errors_total[3s]) > 8" },
  Subquery: { expr: "max_over_time(load[4s:1s]) > 5", for: 1 },
  Offset: { expr: "load offset 3s > 5" },
  And: { expr: "load > 5 and on (pod) ramp > 8" },
  Unless: { expr: "load > 5 unless on (pod) ramp > 8", keepFiringFor: 1 },
  Or: { expr: "load > 5 or ramp > 20" },
  OneOfMany: { expr: "topk(1, ramp)" },
  Count: { expr: "count(load > 5) >= 2", for: 1 },
  Without: { expr: "sum without (pod) (load) > 10" },
  Changes: { expr: "changes(flap[5s]) > 3" },
  Derivative: { expr: "deriv(ramp[5s]) < 0" },
  Named: { expr: "load > 5", labels: { alertname: "other", pod: "fixed-{{ $labels.pod }}" } },
  Emptied: { expr: "ramp > 20", labels: { zone: "", pod: "{{ $labels.nothing }}" } },
  LabelOfValue: { expr: "ramp > 20", for: 2, labels: { at: "{{ $value }}" } },
  LabelOfBand: {
    expr: "ramp > 2",
    for: 2,
    labels: { severity: "{{ if gt $value 15.0 }}critical{{ else }}warning{{ end }}" },
  },
  LabelOfQuery: {
    expr: "load > 5",
    labels: { sum: '{{ with query "sum(load)" }}{{ . | first | value }}{{ end }}' },
  },
  LabelBroken: { expr: "load > 5", labels: { broken: "{{ toUpper $value }}" } },
  SameLabels: { expr: "ramp > 4", labels: { pod: "one", zone: "one" }, for: 1 },
  ManyToMany: { expr: "load * on (pod) group_left (team) owner > 5", for: 1 },
  Recorded: { expr: 'parity:load:sum{group="shapes"} > 10', for: 1 },
  RangeVector: { expr: "load[5s]" },
};

const rules: AlertingRule[] = Object.entries(shapes).map(([name, shape]) => ({
  id: name,
  name,
  expr: shape.expr,
  comparison: shape.comparison ?? null,
  levels: shape.levels ?? [{ severity: null, threshold: null }],
  for: shape.for ?? 0,
  keepFiringFor: shape.keepFiringFor ?? 0,
  labels: shape.labels ?? {},
  annotations: shape.annotations ?? {},
}));

const limited: AlertingRule[] = ["Limited", "LimitedKept", "LimitedAfterTwo"].map((name) => ({
  id: name,
  name,
  expr: "many == 1",
  comparison: null,
  levels: [{ severity: null, threshold: null }],
  for: name === "LimitedAfterTwo" ? 2 : 0,
  keepFiringFor: name === "LimitedKept" ? 2 : 0,
  labels: {},
  annotations: {},
}));

const groups = [
  { name: "shapes", limit: 0, rules },
  { name: "limited", limit: 2, rules: limited },
];

/** A tier is a rule of its own to Prometheus. */
const ruleFile = {
  groups: groups.map(({ name, limit, rules: own }) => ({
    name,
    interval: "1s",
    limit,
    rules: [
      { record: "parity:evaluated", expr: "vector(time())", labels: { group: name } },
      { record: "parity:load:sum", expr: "sum(load)", labels: { group: name } },
      ...own.flatMap((rule) =>
        rule.levels.map((level) => ({
          alert: rule.name,
          expr: exprOf(rule, level),
          for: formatDuration(rule.for),
          keep_firing_for: formatDuration(rule.keepFiringFor),
          labels: labelsOf(rule, level),
          annotations: rule.annotations,
        })),
      ),
    ],
  })),
};

type Row = {
  rule: string;
  tiers: number;
  evaluations: number;
  alerts: number;
  transitions: number;
  differences: number;
};

describe.skipIf(whyNoPrometheus())("beside a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  const rows: Row[] = [];

  const ask = async (expr: string, at: number): Promise<QueryData> => {
    const response = await fetch(
      `${prometheus.url}/api/v1/query?${new URLSearchParams({ query: expr, time: String(at) })}`,
    );
    const { status, data, error } = (await response.json()) as {
      status: string;
      data: unknown;
      error: string;
    };
    if (status !== "success") throw new Error(error);
    return parseQueryData(data);
  };

  const reader: VectorReader = {
    async read(expr, at): Promise<Observation> {
      try {
        const data = await ask(expr, at);
        if (data.type === "scalar") return { kind: "vector", samples: [{ labels: {}, value: data.value }] };
        if (data.type !== "vector")
          return { kind: "error", message: "rule result is not a vector or scalar" };
        return {
          kind: "vector",
          samples: data.series.map(({ labels, value }) => ({ labels, value: value ?? Number.NaN })),
        };
      } catch (error) {
        return { kind: "error", message: (error as Error).message };
      }
    },
  };

  /** All samples of a metric, by time and labels. */
  const written = async (expr: string, at: number) => {
    const data = await ask(`${expr}[1h]`, at);
    if (data.type !== "matrix") throw new Error(`${expr} gave a ${data.type}`);
    return data.series.flatMap(({ labels: { __name__, ...labels }, times, values }) =>
      times.map((time, index) => ({ time, labels, value: values[index] as number })),
    );
  };

  let end = 0;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      files: { "rules.json": JSON.stringify(ruleFile) },
      ruleFiles: ["rules.json"],
      flags: ["--web.enable-remote-write-receiver"],
    });
    // From a moment on that no evaluation has been at: what Prometheus sees first is what is seen here.
    const start = Math.ceil(Date.now() / 1000) + 2;
    end = start + length;
    await remoteWrite(
      prometheus.url,
      series.map(([labels, values]) => ({
        labels,
        samples: expandValues(values, 100)
          .slice(0, length)
          .flatMap((value, index): [number, number | null][] =>
            value === null ? [] : [[start + index, value === "stale" ? null : value]],
          ),
      })),
    );
    if (Date.now() / 1000 > start) throw new Error("the series were written too late to be compared");
    await vi.waitFor(
      async () => {
        const data = await ask("min(parity:evaluated)", Date.now() / 1000);
        expect(data.type === "vector" && (data.series[0]?.value ?? 0) > end).toBe(true);
      },
      { timeout: 50_000, interval: 250 },
    );
  }, 80_000);
  afterAll(async () => {
    await prometheus?.stop();
    const sum = (of: keyof Omit<Row, "rule">) => rows.reduce((total, row) => total + row[of], 0);
    const line = (cells: (string | number)[]) =>
      cells.map((cell, at) => (at === 0 ? String(cell).padEnd(18) : String(cell).padStart(12))).join("");
    console.info(
      [
        line(["rule", "tiers", "evaluations", "alerts", "transitions", "differences"]),
        ...rows.map((row) => line(Object.values(row))),
        line([
          `${rows.length} rules`,
          sum("tiers"),
          sum("evaluations"),
          sum("alerts"),
          sum("transitions"),
          sum("differences"),
        ]),
      ].join("\n"),
    );
  });

  it.each(groups)(
    "gives the same alerts after every evaluation of $name",
    { timeout: 120_000 },
    async (group) => {
      const spec = { ...group, file: "rules.json", interval: 1, queryOffset: 0, labels: {} };
      const times = (await written(`parity:evaluated{group="${group.name}"}`, end + 60))
        .map(({ time }) => time)
        .filter((time) => time <= end);
      expect(times.length).toBeGreaterThan(length - 5);

      /** What Prometheus wrote: by time and rule, each alert with its state and since when. */
      const theirs = new Map<string, Set<string>>();
      const keyOf = (time: number, rule: string) => `${Math.round(time * 1000)} ${rule}`;
      const since = new Map(
        (await written("ALERTS_FOR_STATE", end + 60)).map(({ time, labels, value }) => [
          `${Math.round(time * 1000)} ${fingerprintOf(labels)}`,
          value,
        ]),
      );
      for (const {
        time,
        labels: { alertstate, ...labels },
      } of await written("ALERTS", end + 60)) {
        const key = keyOf(time, labels.alertname as string);
        const fingerprint = fingerprintOf(labels);
        const told = `${fingerprint} ${alertstate} ${since.get(`${Math.round(time * 1000)} ${fingerprint}`)}`;
        theirs.set(key, (theirs.get(key) ?? new Set()).add(told));
      }
      // Nothing is written before the second evaluation is over: that is when Prometheus restores what was.
      const firstWritten = times[2] as number;

      const found = new Map<string, Row>(
        group.rules.map(({ name, levels }) => [
          name,
          { rule: name, tiers: levels.length, evaluations: 0, alerts: 0, transitions: 0, differences: 0 },
        ]),
      );
      const differing: string[] = [];
      let states = new Map<string, TierState>();
      for (const at of times) {
        const tiers = await evaluateGroup(spec, states, at, reader);
        states = new Map(tiers.map(({ key, state }) => [key, state]));
        for (const { name } of group.rules) {
          const own = tiers.filter(({ rule }) => rule.name === name);
          const row = found.get(name) as Row;
          row.evaluations += own.length;
          row.transitions += own.reduce((sum, { transitions }) => sum + transitions.length, 0);
          if (at < firstWritten) continue;
          const ours = own.flatMap(toldOf).sort();
          const expected = [...(theirs.get(keyOf(at, name)) ?? [])].sort();
          row.alerts += expected.length;
          if (JSON.stringify(ours) === JSON.stringify(expected)) continue;
          row.differences += 1;
          differing.push(
            `${name} at ${at}: ours ${ours}, Prometheus's ${expected}; ${own.map(({ error }) => error)}`,
          );
        }
      }
      rows.push(...found.values());
      expect(differing).toEqual([]);
    },
  );

  it("has alerts that fired, ended, failed and were cleared to compare", () => {
    const of = (name: string) => rows.find(({ rule }) => rule === name) as Row;
    expect(rows.reduce((sum, { transitions }) => sum + transitions, 0)).toBeGreaterThan(300);
    for (const name of [
      "AfterThree",
      "KeptAfterTwo",
      "FlappingBoth",
      "Tiers",
      "LabelOfBand",
      "Limited",
      "SameLabels",
      "ManyToMany",
    ])
      expect(of(name).transitions, name).toBeGreaterThan(1);
  });

  /** What stands in ALERTS after an evaluation; one that failed writes nothing. */
  function toldOf({ state, error, rule, level }: TierEvaluation): string[] {
    if (error !== null) return [];
    return [...state.values()].map((alert) => {
      // Labels of the rule that a template left empty are written as the rule has them.
      const labels = { ...labelsOf(rule, level), ...alert.labels };
      return `${fingerprintOf(labels)} ${alert.state} ${Math.floor(alert.activeAt)}`;
    });
  }
});
