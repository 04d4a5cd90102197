import { formatDuration, parseDuration } from "@/lib/alerts/duration";
import type { FindingView } from "@/lib/alerts/lint/schema";
import type { AlertRuleView, RuleInput, RulePatch } from "@/lib/alerts/rules/schema";

export type KeyValue = { id: number; name: string; value: string };
export type LevelState = { severity: string; threshold: string };

/** A rule as it is typed. Durations and numbers stay text until they are sent. */
export type RuleFormState = {
  name: string;
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
  source: string;
};

const pairs = (record: Readonly<Record<string, string>>): KeyValue[] =>
  Object.entries(record).map(([name, value], id) => ({ id, name, value }));

const levelStates = (levels: AlertRuleView["levels"]): LevelState[] =>
  levels.map(({ severity, threshold }) => ({
    severity: severity ?? "",
    threshold: threshold === null ? "" : String(threshold),
  }));

/** The form of a rule that is there, or of a new one against a source. */
export function formOf(rule: AlertRuleView | null, source: string): RuleFormState {
  if (rule === null)
    return {
      name: "",
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
      source,
    };
  return {
    name: rule.name,
    expr: rule.expr,
    comparison: rule.comparison ?? "",
    levels: levelStates(rule.levels),
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
function levelsOf({
  comparison,
  levels,
}: RuleFormState): { severity: string | null; threshold: number | null }[] {
  if (comparison === "") return [{ severity: orNull(levels[0]?.severity ?? ""), threshold: null }];
  return levels
    .filter(({ threshold }) => threshold.trim() !== "")
    .map(({ severity, threshold }) => ({ severity: orNull(severity), threshold: numberOf(threshold) }));
}

const fieldsOf = (form: RuleFormState) => ({
  name: form.name,
  expr: form.expr,
  comparison: (form.comparison === "" ? null : form.comparison) as RuleInput["comparison"],
  levels: levelsOf(form),
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

/** What can be replayed of the form: a level by its index; null while something is missing. */
export function replayable(
  form: RuleFormState,
  level: number,
): {
  expr: string;
  comparison: RuleInput["comparison"];
  threshold: number | null;
  for: number;
  keepFiringFor: number;
} | null {
  const [forSeconds, keep] = [secondsOf(form.for), secondsOf(form.keepFiringFor)];
  if (form.expr.trim() === "" || forSeconds === null || keep === null) return null;
  const base = { expr: form.expr.trim(), for: forSeconds, keepFiringFor: keep };
  if (form.comparison === "") return { ...base, comparison: null, threshold: null };
  const threshold = numberOf(form.levels[level]?.threshold ?? "");
  if (threshold === null) return null;
  return { ...base, comparison: form.comparison as RuleInput["comparison"], threshold };
}

/** What can be linted of the form; null while something is missing. */
export function lintable(form: RuleFormState): RuleInput | null {
  const input = inputOf(form);
  const isComplete =
    form.expr.trim() !== "" &&
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
  return {
    ...form,
    expr: rule.expr,
    comparison: rule.comparison ?? "",
    levels: levelStates(rule.levels),
    for: formatDuration(rule.for),
    labels: pairs(rule.labels),
    ...(mode === undefined ? {} : { mode }),
  };
}
