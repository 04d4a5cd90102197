import type { Labels } from "../labels";

/** A place in a file, line and column from 1. */
export interface Position {
  line: number;
  column: number;
}

/** A comment of a file, without its `#`, lines joined by line feeds. */
export interface FileComment {
  /**
   * The field that it stands at: `expr`, `labels.severity`, or the empty text for the rule or group itself. `file` is the
   * file's head, `end` its end, of the first and last group.
   */
  at: string;
  place: "before" | "after";
  text: string;
}

/** A field that neither Prometheus nor Inferscope knows, as YAML. */
export interface UnknownField {
  key: string;
  yaml: string;
}

/** What a file says beside the values, so that they can be written as they were read. */
export interface AsWritten {
  /** The keys in their order; those of `labels` and `annotations` in theirs. JSONB would lose it. */
  order: readonly string[];
  labelOrder: readonly string[];
  annotationOrder: readonly string[];
  /** Durations as they were written, by key: `{"for": "90s"}`. */
  durations: Readonly<Record<string, string>>;
}

interface Kept {
  extra: readonly UnknownField[];
  comments: readonly FileComment[];
  written: AsWritten;
}

export interface AlertingRuleInFile extends Kept {
  kind: "alerting";
  alert: string;
  expr: string;
  /** Seconds; absent where the file says nothing. */
  for?: number;
  keepFiringFor?: number;
  labels: Labels;
  annotations: Labels;
}

export interface RecordingRuleInFile extends Kept {
  kind: "recording";
  record: string;
  expr: string;
  labels: Labels;
}

export type RuleInFile = AlertingRuleInFile | RecordingRuleInFile;

/** The PrometheusRule that a group is of. */
export interface Resource {
  name: string;
  namespace?: string;
  labels?: Labels;
  annotations?: Labels;
  /** What else it has, beside `spec.groups`, and where: `metadata`, `spec`, or the empty text for the resource itself. */
  extra?: readonly (UnknownField & { at: "" | "metadata" | "spec" })[];
}

export interface RuleFileGroup extends Kept {
  /** The file that it is of, with the resource's `namespace/name` behind `#` where it is a PrometheusRule's. */
  file: string;
  resource?: Resource;
  name: string;
  /** Seconds; absent where the file says nothing. */
  interval?: number;
  queryOffset?: number;
  limit?: number;
  labels: Labels;
  rules: readonly RuleInFile[];
}

/** What Prometheus would refuse the file for, in its reasons. */
export interface RuleFileProblem extends Position {
  /** The group and rule, where it is of one. */
  group?: string;
  rule?: string;
  message: string;
}

export interface RuleFileReport {
  /** Comments that stand where they cannot be kept. */
  comments: readonly (Position & { text: string })[];
  /** Documents that are no rules, by their kind; they are left out. */
  left: readonly (Position & { kind: string })[];
  /** Fields that Prometheus does not know; they are kept. */
  unknown: readonly (Position & { path: string })[];
  problems: readonly RuleFileProblem[];
}

export interface RuleFile {
  groups: readonly RuleFileGroup[];
  report: RuleFileReport;
}

/** Of what was made here, nothing was written before. */
export const unwritten: AsWritten = { order: [], labelOrder: [], annotationOrder: [], durations: {} };
