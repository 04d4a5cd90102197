import { formatDuration, parseDuration } from "@/lib/alerts/duration";
import type { FindingView } from "@/lib/alerts/lint/schema";
import type { RuleSignalView } from "@/lib/alerts/rule-signal/schema";
import type { AlertRuleView, RuleInput, RulePatch } from "@/lib/alerts/rules/schema";
import { comparisonOf, withComparison } from "@/lib/promql/read";
import { isSignalId, signals } from "@/lib/signals/catalogue";
import { baseLabel, formatExact, parse, scaleFor, THIN_SPACE, type Unit } from "@/lib/units";

export type KeyValue = { id: number; name: string; value: string };
export type LevelState = { severity: string; threshold: string };

export type RuleFormSignal = NonNullable<AlertRuleView["signal"]>;

/** A rule as it is typed. Durations and numbers stay text until they are sent. */
export type RuleFormState = {
  name: string;
  /** Whether `expr` is typed, or is what a signal becomes. */
  madeOf: "promql" | "signal";
  /** Null where none is chosen yet. */
  signal: RuleFormSignal | null;
  expr: string;
  /** Empty where the expression compares by itself. */
  comparison: string;
  levels: LevelState[];
  for: string;
  keepFiringFor: string;
  labels: KeyValue[];
  annotations: KeyValue[];
  owner: string;
  services: string;
  mode: "observe" | "enforce";
  alertsOnNoData: boolean;
  alertsOnError: boolean;
  group: string;
  /** Of the group where it is made with the rule; empty for the default. */
  interval: string;
  source: string;
};

const pairs = (record: Readonly<Record<string, string>>): KeyValue[] =>
  Object.entries(record).map(([name, value], id) => ({ id, name, value }));

/** The unit of the thresholds, which is that of the signal; null for PromQL, whose unit nobody knows. */
export const unitOf = ({ madeOf, signal }: Pick<RuleFormState, "madeOf" | "signal">): Unit | null =>
  madeOf === "signal" && signal !== null && isSignalId(signal.signal) ? signals[signal.signal].unit : null;

/** A threshold as it stands in its field: short where that says it exactly. */
export function thresholdText(value: number, unit: Unit | null): string {
  if (unit === null) return String(value);
  const scale = scaleFor(Math.abs(value), unit);
  const scaled = `${scale.format(value)} ${scale.label}`.trim();
  const words = [...(unit === "seconds" || unit === "ratio" ? [scaled] : []), formatExact(value, unit)];
  return (
    words.map((text) => text.replaceAll(THIN_SPACE, " ")).find((text) => thresholdOf(text, unit) === value) ??
    String(value)
  );
}

/** A threshold as typed: in the unit's base, or with a unit, `50 ms` or `1 %`. Null for what is no number. */
export function thresholdOf(text: string, unit: Unit | null): number | null {
  const plain = numberOf(text);
  if (plain !== null || unit === null || text.trim() === "") return plain;
  const value = parse(text, unit);
  // Of the decimal that was typed, not of its hundredth as binary has it.
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(12));
}

/** What to type for a threshold, by the unit. */
export const thresholdHint = (unit: Unit | null): string => {
  if (unit === null) return "";
  if (unit === "seconds") return "500 ms or 2 s";
  if (unit === "ratio") return "5 %";
  return baseLabel(unit) === "" ? "a number" : `a number of ${baseLabel(unit)}`;
};

const levelStates = (levels: AlertRuleView["levels"], unit: Unit | null): LevelState[] =>
  levels.map(({ severity, threshold }) => ({
    severity: severity ?? "",
    threshold: threshold === null ? "" : thresholdText(threshold, unit),
  }));

/** The form of a rule that is there, or of a new one against a source. */
export function formOf(rule: AlertRuleView | null, source: string): RuleFormState {
  if (rule === null)
    return {
      name: "",
      madeOf: "promql",
      signal: null,
      expr: "",
      comparison: ">",
      levels: [
        { severity: "warning", threshold: "" },
        { severity: "critical", threshold: "" },
      ],
      for: "5m",
      keepFiringFor: "0s",
      labels: [],
      annotations: [
        { id: 0, name: "summary", value: "" },
        { id: 1, name: "runbook_url", value: "" },
      ],
      owner: "",
      services: "",
      mode: "enforce",
      alertsOnNoData: false,
      alertsOnError: false,
      group: "rules",
      interval: "",
      source,
    };
  const madeOf = rule.signal === null ? ("promql" as const) : ("signal" as const);
  return {
    name: rule.name,
    madeOf,
    signal: rule.signal,
    expr: rule.expr,
    comparison: rule.comparison ?? "",
    levels: levelStates(rule.levels, unitOf({ madeOf, signal: rule.signal })),
    for: formatDuration(rule.for),
    keepFiringFor: formatDuration(rule.keepFiringFor),
    labels: pairs(rule.labels),
    annotations: pairs(rule.annotations),
    owner: rule.owner ?? "",
    services: rule.services.join(", "),
    mode: rule.mode,
    alertsOnNoData: rule.alertsOnNoData,
    alertsOnError: rule.alertsOnError,
    group: rule.group.name,
    interval: "",
    source: rule.group.source,
  };
}

const record = (rows: readonly KeyValue[]): Record<string, string> =>
  Object.fromEntries(
    rows
      .filter(({ name, value }) => name.trim() !== "" && value !== "")
      .map(({ name, value }) => [name.trim(), value]),
  );

const numberOf = (text: string): number | null => {
  const value = Number(text.trim());
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
};

const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

/** The levels that were filled in; of a whole expression the one that it has. */
function levelsOf(form: RuleFormState): { severity: string | null; threshold: number | null }[] {
  const { comparison, levels } = form;
  const unit = unitOf(form);
  if (comparison === "") return [{ severity: orNull(levels[0]?.severity ?? ""), threshold: null }];
  return levels
    .filter(({ threshold }) => threshold.trim() !== "")
    .map(({ severity, threshold }) => ({
      severity: orNull(severity),
      threshold: thresholdOf(threshold, unit),
    }));
}

/** Whether there is no expression: a signal has still to be chosen, whatever was typed before. */
export const isWithoutExpression = ({ madeOf, signal, expr }: RuleFormState): boolean =>
  expr.trim() === "" || (madeOf === "signal" && signal === null);

const fieldsOf = (form: RuleFormState) => ({
  name: form.name,
  expr: isWithoutExpression(form) ? "" : form.expr,
  comparison: (form.comparison === "" ? null : form.comparison) as RuleInput["comparison"],
  levels: levelsOf(form),
  signal: form.madeOf === "signal" ? form.signal : null,
  for: form.for.trim() === "" ? 0 : form.for.trim(),
  keepFiringFor: form.keepFiringFor.trim() === "" ? 0 : form.keepFiringFor.trim(),
  labels: record(form.labels),
  annotations: record(form.annotations),
  owner: orNull(form.owner),
  services: form.services
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== ""),
  mode: form.mode,
  alertsOnNoData: form.alertsOnNoData,
  alertsOnError: form.alertsOnError,
});

/** What the API is sent to add the rule. */
export const inputOf = (form: RuleFormState): RuleInput => ({
  ...fieldsOf(form),
  group: form.group.trim() === "" ? "rules" : form.group.trim(),
  ...(form.interval.trim() === "" ? {} : { interval: form.interval.trim() }),
  ...(form.source === "" ? {} : { source: form.source }),
});

/** What the API is sent to change the rule; its group and its source stay. */
export const patchOf = (form: RuleFormState): RulePatch => fieldsOf(form);

/** Seconds of a duration as typed; null for one that is not one. */
export function secondsOf(text: string): number | null {
  try {
    return text.trim() === "" ? 0 : parseDuration(text.trim());
  } catch {
    return null;
  }
}

/** What is replayed: an expression against a threshold, or one that compares in a way that no line can show. */
export type Replayable = {
  expr: string;
  comparison: RuleInput["comparison"];
  threshold: number | null;
  for: number;
  keepFiringFor: number;
};

/**
 * What can be replayed of the form: a level by its index; null while something is missing. An expression that compares
 * with a number by itself is taken apart, which gives the same alerts and a curve with a threshold.
 */
export function replayable(form: RuleFormState, level: number): Replayable | null {
  const [forSeconds, keep] = [secondsOf(form.for), secondsOf(form.keepFiringFor)];
  if (isWithoutExpression(form) || forSeconds === null || keep === null) return null;
  const base = { expr: form.expr.trim(), for: forSeconds, keepFiringFor: keep };
  if (form.comparison === "") {
    const inside = comparisonOf(base.expr);
    return inside === undefined
      ? { ...base, comparison: null, threshold: null }
      : { ...base, expr: inside.left, comparison: inside.op, threshold: inside.threshold };
  }
  const threshold = thresholdOf(form.levels[level]?.threshold ?? "", unitOf(form));
  if (threshold === null) return null;
  return { ...base, comparison: form.comparison as RuleInput["comparison"], threshold };
}

/** The form with another threshold of a level, or in the expression where that compares by itself. */
export function withThreshold(form: RuleFormState, level: number, threshold: number): RuleFormState {
  if (form.comparison === "") {
    const inside = comparisonOf(form.expr);
    return inside === undefined
      ? form
      : { ...form, expr: withComparison(inside.left, inside.op, threshold), madeOf: "promql", signal: null };
  }
  const text = thresholdText(threshold, unitOf(form));
  return {
    ...form,
    levels: form.levels.map((each, index) => (index === level ? { ...each, threshold: text } : each)),
  };
}

/** The form made of the other: thresholds are written as they are there, the expression stays for PromQL. */
export function asMadeOf(form: RuleFormState, madeOf: RuleFormState["madeOf"]): RuleFormState {
  if (form.madeOf === madeOf) return form;
  const changed = { ...form, madeOf };
  const [from, to] = [unitOf(form), unitOf(changed)];
  return {
    ...changed,
    levels: form.levels.map((level) => {
      const value = thresholdOf(level.threshold, from);
      return value === null ? level : { ...level, threshold: thresholdText(value, to) };
    }),
  };
}

const templates: Partial<Record<Unit, string>> = {
  seconds: "humanizeDuration",
  ratio: "humanizePercentage",
};

/** A signal in words: "p99 End-to-end latency". */
export function signalWords({ signal, quantile }: { signal: string; quantile: number | null }): string {
  const title = isSignalId(signal) ? signals[signal].title : signal;
  return quantile === null ? title : `p${Number((quantile * 100).toPrecision(6))} ${title}`;
}

/** The form with what a signal becomes. What was typed stays; what is empty is filled in as is usual for it. */
export function withSignal(form: RuleFormState, view: RuleSignalView, isNew: boolean): RuleFormState {
  const { service, signal, quantile, by, unit, usual } = view;
  const changed: RuleFormState = {
    ...form,
    madeOf: "signal",
    signal: { service, signal, quantile, by },
    expr: view.expr ?? "",
    comparison: form.comparison === "" || form.signal?.signal !== signal ? view.comparison : form.comparison,
    ...(isNew ? { source: view.source } : {}),
  };
  // What was typed for another unit means something else in this one.
  const isOther = unitOf(form) !== unit;
  const isEmpty = form.levels.every(({ threshold }) => threshold.trim() === "");
  if (isOther || isEmpty)
    changed.levels = form.levels.map((level) => {
      const own =
        level.severity === "warning" || level.severity === "critical" ? usual?.[level.severity] : undefined;
      return { ...level, threshold: own === undefined ? "" : thresholdText(own, unit) };
    });
  const before = form.signal?.service ?? "";
  if (form.services.trim() === "" || form.services.trim() === before) changed.services = service;
  const label = form.labels.find(({ name }) => name === "service");
  if (label === undefined)
    changed.labels = [
      ...form.labels,
      { id: Math.max(-1, ...form.labels.map(({ id }) => id)) + 1, name: "service", value: service },
    ];
  else if (label.value === before)
    changed.labels = form.labels.map((each) => (each === label ? { ...each, value: service } : each));
  const said = form.signal === null ? "" : summaryOf(form.signal);
  changed.annotations = form.annotations.map((each) =>
    each.name === "summary" && (each.value.trim() === "" || each.value === said)
      ? { ...each, value: summaryOf({ service, signal, quantile }) }
      : each,
  );
  return changed;
}

const summaryOf = (signal: Pick<RuleFormSignal, "service" | "signal" | "quantile">): string => {
  const unit = unitOf({ madeOf: "signal", signal });
  return `${signal.service}: ${signalWords(signal)} is {{ $value | ${(unit === null ? undefined : templates[unit]) ?? "humanize"} }}.`;
};

/** What can be linted of the form; null while something is missing. */
export function lintable(form: RuleFormState): RuleInput | null {
  const input = inputOf(form);
  const isComplete =
    !isWithoutExpression(form) &&
    secondsOf(form.for) !== null &&
    secondsOf(form.keepFiringFor) !== null &&
    (input.levels ?? []).length > 0 &&
    (input.levels ?? []).every(({ threshold }) => form.comparison === "" || threshold !== null);
  return isComplete ? { ...input, name: input.name.trim() === "" ? "This rule" : input.name } : null;
}

/** The form with what a correction makes of the rule; what it says nothing of stays. */
export function corrected(
  form: RuleFormState,
  { rules: [rule], mode }: FindingView["corrected"][number],
): RuleFormState {
  if (rule === undefined) return form;
  // Another expression than the signal's is PromQL of its own.
  const madeOf = rule.expr === form.expr ? form.madeOf : ("promql" as const);
  return {
    ...form,
    madeOf,
    expr: rule.expr,
    comparison: rule.comparison ?? "",
    levels: levelStates(rule.levels, unitOf({ madeOf, signal: form.signal })),
    for: formatDuration(rule.for),
    labels: pairs(rule.labels),
    annotations: pairs(rule.annotations),
    ...(mode === undefined ? {} : { mode }),
  };
}
