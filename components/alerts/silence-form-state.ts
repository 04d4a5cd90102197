import { instantOf, localInputValue } from "@/components/annotations/note-form-state";
import type { SilenceBody } from "@/lib/alerts/client";
import type { ConnectedAlertmanager, SilenceMatcher, SilenceView } from "@/lib/alerts/silences/schema";
import { endOf, muteSpans } from "./times";

export type Operator = "=" | "!=" | "=~" | "!~";
export interface MatcherRow {
  id: number;
  name: string;
  operator: Operator;
  value: string;
}

/** What is typed of a silence. Times are those of `<input type="datetime-local">`, in the viewer's zone. */
export interface SilenceForm {
  rows: readonly MatcherRow[];
  begins: "now" | "at";
  start: string;
  /** A value of `muteSpans`, or `until` for a time of its own. */
  span: string;
  end: string;
  comment: string;
  /** The name of an Alertmanager; empty for the console. */
  source: string;
}

/** The spans for which a silence may hold from now, and an end of its own. */
export const spanOptions = [
  ...muteSpans.map(({ value, label }) => ({ value, label })),
  { value: "until", label: "Until a time …" },
];

const preferred = ["alertname", "service", "severity"];
const emptyRow: MatcherRow = { id: 0, name: "", operator: "=", value: "" };

/** The matchers that select an alert: its name, service and severity, or all labels where it has none of these. */
function rowsFor(labels: Readonly<Record<string, string>>): MatcherRow[] {
  const names = preferred.filter((name) => labels[name] !== undefined);
  const chosen = names.length > 0 ? names : Object.keys(labels);
  const rows = chosen.map((name, id) => ({ id, name, operator: "=" as const, value: labels[name]! }));
  return rows.length > 0 ? rows : [emptyRow];
}

const seconds = (time: Date) => time.getTime() / 1000;
const hour = 3_600;

/** A form for alerts with these labels: from now, for an hour. */
export const newSilence = (
  labels: Readonly<Record<string, string>>,
  source: string | null,
  now: Date,
): SilenceForm => ({
  rows: rowsFor(labels),
  begins: "now",
  start: localInputValue(seconds(now)),
  span: "1h",
  end: localInputValue(seconds(now) + hour),
  comment: "",
  source: source ?? "",
});

/** The form of a silence that is to be changed. */
export const silenceFormOf = (silence: SilenceView): SilenceForm => ({
  rows: silence.matchers.map(({ name, value, isRegex, isEqual }, id) => ({
    id,
    name,
    value,
    operator: isEqual ? (isRegex ? "=~" : "=") : isRegex ? "!~" : "!=",
  })),
  begins: "at",
  start: localInputValue(Date.parse(silence.startsAt) / 1000),
  span: "until",
  end: localInputValue(Date.parse(silence.endsAt) / 1000),
  comment: silence.comment,
  source: silence.sources[0] ?? "",
});

/** Another row at the end. */
export const withRow = (rows: readonly MatcherRow[]): MatcherRow[] => [
  ...rows,
  { ...emptyRow, id: Math.max(-1, ...rows.map(({ id }) => id)) + 1 },
];

/** The matchers of the rows that name a label. */
export const matchersOf = ({ rows }: Pick<SilenceForm, "rows">): SilenceMatcher[] =>
  rows
    .filter(({ name }) => name.trim() !== "")
    .map(({ name, operator, value }) => ({
      name: name.trim(),
      value,
      isRegex: operator.endsWith("~"),
      isEqual: operator.startsWith("="),
    }));

export type SilenceField = "matchers" | "start" | "end" | "comment" | "source";
export interface SilenceProblem {
  field: SilenceField | null;
  message: string;
}

const noTime = "Give a date and a time";

/** What is sent of a new silence at `now`, or what is wrong with it. */
export function bodyOf(form: SilenceForm, now: Date): { body: SilenceBody } | { problems: SilenceProblem[] } {
  const startsAt = form.begins === "now" ? null : instantOf(form.start);
  const from = startsAt == null || new Date(startsAt) < now ? now : new Date(startsAt);
  const endsAt =
    form.span === "until" ? instantOf(form.end) : (endOf(muteSpans, form.span, from) ?? undefined);
  const problems: SilenceProblem[] = [];
  if (startsAt === undefined) problems.push({ field: "start", message: noTime });
  if (endsAt === undefined) problems.push({ field: "end", message: noTime });
  else if (startsAt != null && endsAt <= startsAt)
    problems.push({ field: "end", message: "After the start" });
  if (startsAt === undefined || endsAt === undefined || problems.length > 0) return { problems };
  const { comment, source } = form;
  return {
    body: { matchers: matchersOf(form), startsAt, endsAt, comment, source: source === "" ? null : source },
  };
}

/** What is sent of a change: only what was typed anew, since times are shown to the second. */
export function changesOf(
  form: SilenceForm,
  before: SilenceForm,
  now: Date,
):
  | { body: Partial<Omit<SilenceBody, "source" | "startsAt"> & { startsAt: string }> }
  | { problems: SilenceProblem[] } {
  const whole = bodyOf(form, now);
  if ("problems" in whole) return whole;
  const { matchers, startsAt, endsAt, comment } = whole.body;
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return {
    body: {
      ...(isSame(matchers, matchersOf(before)) ? {} : { matchers }),
      ...(startsAt === null || form.start === before.start ? {} : { startsAt }),
      ...(form.span === before.span && form.end === before.end ? {} : { endsAt }),
      ...(comment === before.comment ? {} : { comment }),
    },
  };
}

/** The field of the form that a field of the API stands for; null for one that it does not have. */
export function fieldOf(path: string): SilenceField | null {
  const [first = ""] = path.split(".");
  const fields: Record<string, SilenceField> = {
    matchers: "matchers",
    startsAt: "start",
    endsAt: "end",
    comment: "comment",
    source: "source",
  };
  return fields[first] ?? null;
}

/** A place where a silence can be made: an Alertmanager, or a cluster of several. */
export interface Place {
  /** The name of one member. */
  value: string;
  label: string;
  members: readonly string[];
}

/** The places besides the console, each cluster once. */
export function placesOf(alertmanagers: readonly ConnectedAlertmanager[]): Place[] {
  const places = new Map<string, Place>();
  for (const { name, cluster } of alertmanagers) {
    const key = cluster.join("\n");
    if (places.has(key)) continue;
    const isAway = alertmanagers
      .filter((one) => cluster.includes(one.name))
      .every(({ problem }) => problem !== null);
    const words = cluster.length > 1 ? `The cluster of ${cluster.join(" and ")}` : name;
    places.set(key, {
      value: name,
      label: isAway ? `${words} (does not answer)` : words,
      members: cluster,
    });
  }
  return [...places.values()];
}
