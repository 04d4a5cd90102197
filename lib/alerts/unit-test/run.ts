import { RemoteWriteError, remoteWrite, type WrittenSeries } from "@/lib/prometheus/remote-write";
import { parseQueryData } from "@/lib/prometheus/samples";
import { formatDuration } from "../duration";
import { evaluateTier, type VectorReader } from "../evaluate";
import { compareText, fingerprintOf, type Labels, sortedLabels } from "../labels";
import type { AlertingRule, Level } from "../rule";
import type { ActiveAlert, Observation, Sample, TierState } from "../state";
import { expandValues, parseMetric, SeriesSyntaxError, type SeriesValue } from "./input-series";
import { parseTestedGroups, RuleFileError, type TestedGroup, type TestedRule } from "./rule-files";
import { parseTestFile, type TestFile, type TestGroup } from "./test-file";
import { prometheusProgram, startThrowAwayPrometheus } from "./throw-away-prometheus";

export type UnitTestFailure = { test: string; message: string; expected: string | null; got: string | null };
export type UnitTestResult = {
  passed: boolean;
  /** How many alert and expression tests the file has. */
  cases: number;
  failures: UnitTestFailure[];
};

export type UnitTestBounds = {
  /** Input series of one test. */
  series: number;
  /** Samples of one test's input series. */
  samples: number;
  /** Evaluations of all tests. */
  evaluations: number;
  /** For all tests. */
  seconds: number;
};

export const unitTestBounds: UnitTestBounds = {
  series: 1000,
  samples: 1_000_000,
  evaluations: 20_000,
  seconds: 120,
};

/** The tests of a file are more than is run at once. */
export class UnitTestBoundError extends Error {
  override readonly name = "UnitTestBoundError";
}

const defaultInterval = 60;

/**
 * Runs a file of promtool's unit tests with the rule files that it names, which are given by their names, or
 * inline as `rule_files_content` (`rule_files` may have patterns; one that nothing matches is passed over, as by promtool). Each test's series go by remote write into a
 * Prometheus of its own, in which the groups are evaluated step by step, by this console's own evaluator; results of recording rules, `ALERTS` and
 * `ALERTS_FOR_STATE` are written back for later rules.
 *
 * Throws TestFileError for a file that is none, UnitTestBoundError where it is more than `bounds`, NoPrometheusError where
 * there is no `prometheus`. A rule file that does not load fails the tests, as in promtool.
 */
export async function runUnitTests(
  text: string,
  ruleFiles: Readonly<Record<string, string>> = {},
  { bounds = unitTestBounds, signal }: { bounds?: UnitTestBounds; signal?: AbortSignal } = {},
): Promise<UnitTestResult> {
  const file = parseTestFile(text);
  const evaluationInterval = file.evaluation_interval || defaultInterval;
  const evaluations = file.tests.reduce(
    (sum, test) => sum + 1 + Math.floor(lastEvaluationOf(test) / evaluationInterval),
    0,
  );
  if (evaluations > bounds.evaluations)
    throw new UnitTestBoundError(
      `The tests take ${evaluations} evaluations, of at most ${bounds.evaluations}.`,
    );
  prometheusProgram();
  const late = AbortSignal.timeout(bounds.seconds * 1000);
  const both = signal === undefined ? late : AbortSignal.any([signal, late]);

  const failures: UnitTestFailure[] = [];
  for (const [index, test] of file.tests.entries()) {
    const run = {
      file,
      test,
      name: test.name || `test ${index + 1}`,
      evaluationInterval,
      bounds,
      signal: both,
    };
    try {
      failures.push(...(await runTest(run, { ...file.rule_files_content, ...ruleFiles })));
    } catch (error) {
      if (late.aborted) throw new UnitTestBoundError(`The tests take longer than ${bounds.seconds} s.`);
      throw error;
    }
  }
  const cases = file.tests.reduce(
    (sum, test) => sum + test.alert_rule_test.length + test.promql_expr_test.length,
    0,
  );
  return { passed: failures.length === 0, cases, failures };
}

type Run = {
  file: TestFile;
  test: TestGroup;
  name: string;
  evaluationInterval: number;
  bounds: UnitTestBounds;
  signal: AbortSignal;
};

async function runTest(run: Run, ruleFiles: Readonly<Record<string, string>>): Promise<UnitTestFailure[]> {
  const wrong = (message: string): UnitTestFailure[] => [
    { test: run.name, message, expected: null, got: null },
  ];
  let series: InputSeries[];
  let groups: TestedGroup[];
  try {
    series = inputSeriesOf(run);
    groups = orderedGroups(run.file, ruleFiles);
  } catch (error) {
    if (error instanceof SeriesSyntaxError || error instanceof RuleFileError) return wrong(error.message);
    throw error;
  }
  const nameless = run.test.alert_rule_test.find(({ alertname }) => !alertname);
  if (nameless !== undefined)
    return wrong(
      `an item under alert_rule_test misses required attribute alertname at eval_time ${formatDuration(nameless.eval_time)}`,
    );

  const prometheus = await startThrowAwayPrometheus(run.evaluationInterval);
  try {
    return await new Stepper(run, prometheus.url, series, groups).run();
  } finally {
    await prometheus.stop();
  }
}

type InputSeries = { labels: Labels; values: SeriesValue[]; written: number };

function inputSeriesOf({ test, bounds }: Run): InputSeries[] {
  if (test.input_series.length > bounds.series)
    throw new UnitTestBoundError(
      `A test has ${test.input_series.length} input series, of at most ${bounds.series}.`,
    );
  // Of two series with the same labels the last one counts, as in promtool.
  const byLabels = new Map<string, InputSeries>();
  let left = bounds.samples;
  for (const { series, values: text } of test.input_series) {
    const labels = parseMetric(series);
    let values: SeriesValue[];
    try {
      values = expandValues(text, left);
    } catch (error) {
      if (error instanceof RangeError)
        throw new UnitTestBoundError(`The input series of a test have more than ${bounds.samples} values.`);
      throw error;
    }
    left -= values.length;
    byLabels.set(fingerprintOf(labels), { labels, values, written: 0 });
  }
  return [...byLabels.values()];
}

function orderedGroups(file: TestFile, ruleFiles: Readonly<Record<string, string>>): TestedGroup[] {
  const names = new Set<string>();
  for (const pattern of file.rule_files)
    for (const name of Object.keys(ruleFiles).sort(compareText))
      if (matchesGlob(name, pattern)) names.add(name);
  const groups = [...names].flatMap((name) => parseTestedGroups(ruleFiles[name] as string, name));
  // Those that the order does not name count as its first, as in promtool.
  const place = ({ name }: TestedGroup) => Math.max(file.group_eval_order.indexOf(name), 0);
  return groups.sort((left, right) => place(left) - place(right));
}

/** Whether a file's name matches a pattern of Go's `filepath.Match`: `*` and `?` do not match a slash. */
export function matchesGlob(name: string, pattern: string): boolean {
  const clean = (path: string) => path.replace(/^(?:\.\/)+/, "");
  const source = clean(pattern).replace(
    /\[(\^?)([^\]]+)\]|[*?]|[\\^$.|+(){}[\]]/g,
    (whole, not?: string, set?: string) => {
      if (whole === "*") return "[^/]*";
      if (whole === "?") return "[^/]";
      return set === undefined ? `\\${whole}` : `[${not}${set.replace(/[\\\]^]/g, "\\$&")}]`;
    },
  );
  return new RegExp(`^${source}$`).test(clean(name));
}

const lastEvaluationOf = (test: TestGroup) =>
  Math.max(0, ...[...test.alert_rule_test, ...test.promql_expr_test].map(({ eval_time }) => eval_time));

type Answer = { status: string; data?: unknown; error?: string };

/** One test in a Prometheus of its own. */
class Stepper {
  private readonly states = new Map<TestedRule, TierState>();
  /** What each rule wrote last: what is missing the next time is marked stale. */
  private readonly written = new Map<TestedRule, Map<string, Labels>>();
  private readonly failures: UnitTestFailure[] = [];

  constructor(
    private readonly given: Run,
    private readonly url: string,
    private readonly series: readonly InputSeries[],
    private readonly groups: readonly TestedGroup[],
  ) {}

  private readonly reader: VectorReader = { read: (expr, at) => this.query(expr, at) };

  async run(): Promise<UnitTestFailure[]> {
    const { test, evaluationInterval, signal } = this.given;
    if (!(await this.areParsed())) return this.failures;
    const last = lastEvaluationOf(test);
    for (let step = 0; step * evaluationInterval <= last; step++) {
      signal.throwIfAborted();
      const after = milliseconds(step * evaluationInterval);
      if (!(await this.evaluate(after))) return this.failures;
      for (const each of inOrder(test.alert_rule_test))
        if (each.eval_time >= after && each.eval_time < milliseconds(after + evaluationInterval))
          this.checkAlerts(each);
    }
    for (const each of test.promql_expr_test) await this.checkExpression(each);
    return this.failures;
  }

  /** Whether the server can read all the rules' expressions; what it cannot read fails the test. */
  private async areParsed(): Promise<boolean> {
    for (const group of this.groups)
      for (const [index, rule] of group.rules.entries()) {
        const { status, error } = await this.ask("format_query", { query: rule.expr });
        if (status === "success") continue;
        const where = `${group.file}: group "${group.name}", rule ${index + 1}, "${rule.name}"`;
        this.fail(null, `${where}: could not parse expression: ${error}`);
      }
    return this.failures.length === 0;
  }

  /** Evaluates all groups at so many seconds after the start; false where a rule failed, which ends the test. */
  private async evaluate(after: number): Promise<boolean> {
    const at = milliseconds(this.given.test.start_timestamp + after);
    await this.load(after);
    const errors: string[] = [];
    for (const group of this.groups)
      for (const rule of group.rules) {
        const error =
          rule.kind === "alerting" ? await this.alert(group, rule, at) : await this.record(group, rule, at);
        if (error !== null) errors.push(`rule: ${rule.name}, time: ${formatDuration(after)}, err: ${error}`);
      }
    for (const message of errors) this.fail(null, message);
    return errors.length === 0;
  }

  /** Writes what the input series have up to then: rules see no further. */
  private async load(after: number): Promise<void> {
    const { test } = this.given;
    const { interval } = test;
    const news = this.series.flatMap((one): WrittenSeries[] => {
      const from = one.written;
      const due = interval > 0 ? Math.floor(after / interval + 1e-9) + 1 : one.values.length;
      one.written = Math.min(Math.max(due, from), one.values.length);
      const samples: [number, number | null][] = [];
      for (let index = from; index < one.written; index++) {
        const value = one.values[index];
        if (value === null || value === undefined) continue;
        // Without an interval all are of the start, and the first is what is kept: so it is in promtool 2.42.
        if (interval === 0 && samples.length > 0) break;
        samples.push([
          milliseconds(test.start_timestamp + index * interval),
          value === "stale" ? null : value,
        ]);
      }
      return samples.length === 0 ? [] : [{ labels: one.labels, samples }];
    });
    if (news.length > 0) await remoteWrite(this.url, news, { signal: this.given.signal });
  }

  private async alert(
    group: TestedGroup,
    rule: Extract<TestedRule, { kind: "alerting" }>,
    at: number,
  ): Promise<string | null> {
    const level: Level = { severity: null, threshold: null };
    const asRule: AlertingRule = { ...rule, id: rule.name, comparison: null, levels: [level] };
    const state = this.states.get(rule) ?? new Map<string, ActiveAlert>();
    const { test } = this.given;
    const evaluated = await evaluateTier({ ...group, labels: {} }, asRule, level, state, at, this.reader, {
      externalLabels: test.external_labels,
      externalUrl: test.external_url,
      // promtool has $externalURL, and nothing for the functions.
      hasUrlFunctions: false,
    });
    this.states.set(rule, evaluated.state);
    if (evaluated.error !== null) return evaluated.error;
    const samples = [...evaluated.state.values()].flatMap((alert) => {
      const labels = { ...rule.labels, ...alert.labels };
      return [
        { labels: { ...labels, __name__: "ALERTS", alertstate: alert.state }, value: 1 },
        { labels: { ...labels, __name__: "ALERTS_FOR_STATE" }, value: Math.floor(alert.activeAt) },
      ];
    });
    return this.write(rule, samples, milliseconds(at - group.queryOffset));
  }

  private async record(
    group: TestedGroup,
    rule: Extract<TestedRule, { kind: "recording" }>,
    at: number,
  ): Promise<string | null> {
    const time = milliseconds(at - group.queryOffset);
    const observed = await this.query(rule.expr, time);
    if (observed.kind === "error") return observed.message;
    const samples = observed.samples.map(({ labels, value }) => ({
      labels: { ...labels, ...rule.labels, __name__: rule.name },
      value,
    }));
    if (new Set(samples.map(({ labels }) => fingerprintOf(labels))).size < samples.length)
      return "vector contains metrics with the same labelset after applying rule labels";
    if (group.limit > 0 && samples.length > group.limit)
      return `exceeded limit of ${group.limit} with ${samples.length} series`;
    return this.write(rule, samples, time);
  }

  private async write(rule: TestedRule, samples: readonly Sample[], time: number): Promise<string | null> {
    const { signal } = this.given;
    const now = new Map(samples.map(({ labels }) => [fingerprintOf(labels), labels]));
    const gone = [...(this.written.get(rule) ?? [])].filter(([fingerprint]) => !now.has(fingerprint));
    try {
      if (samples.length > 0)
        await remoteWrite(
          this.url,
          samples.map(({ labels, value }) => ({ labels, samples: [[time, value]] })),
          { signal },
        );
    } catch (error) {
      if (error instanceof RemoteWriteError) return error.message;
      throw error;
    }
    // One by one: what another rule or an input series has at that time is no error here.
    for (const [, labels] of gone)
      await remoteWrite(this.url, [{ labels, samples: [[time, null]] }], { signal }).catch((error) => {
        if (!(error instanceof RemoteWriteError)) throw error;
      });
    this.written.set(rule, now);
    return null;
  }

  private async ask(path: string, parameters: Record<string, string>): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(parameters),
      signal: this.given.signal,
    });
    const answer = (await response.json()) as Answer;
    return { ...answer, error: answer.error?.replace(/^invalid parameter "query": /, "") };
  }

  private async query(expr: string, at: number): Promise<Observation> {
    const answer = await this.ask("query", { query: expr, time: String(at) });
    if (answer.status !== "success") return { kind: "error", message: answer.error ?? "no reason given" };
    const data = parseQueryData(answer.data);
    if (data.type === "vector")
      return {
        kind: "vector",
        samples: data.series.map(({ labels, value }) => ({ labels, value: value ?? 0 })),
      };
    if (data.type === "scalar") return { kind: "vector", samples: [{ labels: {}, value: data.value }] };
    return { kind: "error", message: "rule result is not a vector or scalar" };
  }

  private checkAlerts({ alertname = "", eval_time, exp_alerts }: TestGroup["alert_rule_test"][number]): void {
    const expected = exp_alerts.map(({ exp_labels, exp_annotations }) =>
      alertText({ ...exp_labels, alertname }, exp_annotations),
    );
    const got = [...this.states].flatMap(([rule, state]) =>
      rule.name !== alertname
        ? []
        : [...state.values()].flatMap((alert) =>
            alert.state === "firing" ? [alertText(alert.labels, alert.annotations)] : [],
          ),
    );
    const [left, right] = [listText(expected), listText(got)];
    if (left !== right)
      this.fail(
        `alertname: ${alertname}, time: ${formatDuration(eval_time)}`,
        "other alerts fire",
        left,
        right,
      );
  }

  private async checkExpression({
    expr,
    eval_time,
    exp_samples,
  }: TestGroup["promql_expr_test"][number]): Promise<void> {
    const title = `expr: ${JSON.stringify(expr)}, time: ${formatDuration(eval_time)}`;
    const observed = await this.query(expr, milliseconds(this.given.test.start_timestamp + eval_time));
    if (observed.kind === "error") return this.fail(title, observed.message);
    let expected: Sample[];
    try {
      expected = exp_samples.map(({ labels, value }) => ({ labels: parseMetric(labels), value }));
    } catch (error) {
      if (error instanceof SeriesSyntaxError) return this.fail(title, `labels: ${error.message}`);
      throw error;
    }
    const [left, right] = [inLabelOrder(expected), inLabelOrder(observed.samples)];
    const isSame =
      left.length === right.length &&
      left.every((sample, index) => {
        const other = right[index] as Sample;
        return (
          labelsText(sample.labels) === labelsText(other.labels) &&
          isSameValue(sample.value, other.value, this.given.file.fuzzy_compare)
        );
      });
    if (!isSame) this.fail(title, "other samples", samplesText(left), samplesText(right));
  }

  private fail(
    title: string | null,
    message: string,
    expected: string | null = null,
    got: string | null = null,
  ) {
    const test = title === null ? this.given.name : `${this.given.name}, ${title}`;
    this.failures.push({ test, message, expected, got });
  }
}

const inOrder = (tests: TestGroup["alert_rule_test"]) =>
  [...tests].sort((left, right) => left.eval_time - right.eval_time);

/** To the millisecond, which is all that Prometheus keeps. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** As promtool compares: NaN is the same as nothing, not even NaN. `fuzzy` takes the next number above and below too. */
function isSameValue(expected: number, got: number, isFuzzy: boolean): boolean {
  if (expected === got) return true;
  if (!isFuzzy || !Number.isFinite(expected) || !Number.isFinite(got)) return false;
  return nextAfter(expected, 1) === got || nextAfter(expected, -1) === got;
}

function nextAfter(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(value > 0 ? direction : -direction));
  return view.getFloat64(0);
}

function inLabelOrder(samples: readonly Sample[]): Sample[] {
  return [...samples].sort((left, right) => compareText(labelsText(left.labels), labelsText(right.labels)));
}

/** With the empty ones: an expected label of no value is one that no alert has. */
function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels)
    .sort(([left], [right]) => compareText(left, right))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(", ")}}`;
}

function metricText(labels: Labels): string {
  const { __name__ = "", ...rest } = labels;
  return `${__name__}${sortedLabels(rest).length === 0 && __name__ !== "" ? "" : labelsText(rest)}`;
}

const alertText = (labels: Labels, annotations: Labels) =>
  `labels ${labelsText(labels)}, annotations ${labelsText(annotations)}`;

const listText = (lines: string[]) => (lines.length === 0 ? "none" : [...lines].sort(compareText).join("\n"));

const samplesText = (samples: readonly Sample[]) =>
  samples.length === 0
    ? "none"
    : samples.map(({ labels, value }) => `${metricText(labels)} ${value}`).join("\n");
