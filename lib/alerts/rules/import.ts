import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { isInferscopeError, problem } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { upstreamTarget } from "@/lib/sources/targets";
import { formatDuration } from "../duration";
import { externalRules } from "../external/prometheus-rules";
import { replaceFile } from "../rule-file/commands";
import { parseRuleFileAside } from "../rule-file/parse-aside";
import type { RuleFileGroup } from "../rule-file/rule-file";
import type { ImportReport } from "../rule-file/schema";
import { recordedOf } from "../rule-file/tiers";
import { ruleSource } from "./queries";
import { shortestInterval } from "./row";

/** Which of these alerts the Prometheus evaluates itself; none where it cannot be asked. */
async function evaluatedThere(sourceId: string, names: ReadonlySet<string>, signal?: AbortSignal) {
  try {
    const rules = await externalRules(await upstreamTarget(sourceId), { signal, timeout: 10 });
    return new Set(rules.map(({ name }) => name).filter((name) => names.has(name)));
  } catch (error) {
    if (signal?.aborted || !isInferscopeError(error)) throw error;
    return new Set<string>();
  }
}

/** What may be the name of a metric in PromQL, each once. */
const namesIn = (expr: string): string[] => [...new Set(expr.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g))];

/** Of each kind of note. */
const mostTold = 200;
const namesAtOnce = 50;

/** Which of these metrics have a series now; null where that cannot be asked. */
async function existing(
  names: readonly string[],
  sourceId: string,
  signal?: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const found = new Set<string>();
  try {
    const client = createPrometheusClient(await upstreamTarget(sourceId));
    for (let first = 0; first < names.length; first += namesAtOnce) {
      // Names of metrics have no character that means something in a regular expression.
      const some = names.slice(first, first + namesAtOnce).join("|");
      const { data } = await client.query(`count by (__name__) ({__name__=~"${some}"})`, {
        signal,
        timeout: 10,
      });
      if (data.type === "vector") for (const { labels } of data.series) found.add(labels.__name__ ?? "");
    }
    return found;
  } catch (error) {
    if (signal?.aborted || !isInferscopeError(error)) throw error;
    return null;
  }
}

/** What recording rules of the groups make and their alerts read, with whether it is there. */
async function recordedAndRead(
  groups: readonly RuleFileGroup[],
  sourceId: string,
  signal?: AbortSignal,
): Promise<ImportReport["recorded"]> {
  const makers = recordedOf(groups);
  const readers = new Map<string, Set<string>>();
  if (makers.size > 0)
    for (const rule of groups.flatMap(({ rules }) => rules))
      if (rule.kind === "alerting")
        for (const name of namesIn(rule.expr))
          if (makers.has(name)) readers.set(name, (readers.get(name) ?? new Set()).add(rule.alert));
  const names = [...readers.keys()].slice(0, mostTold);
  const there = names.length === 0 ? null : await existing(names, sourceId, signal);
  return names.map((name) => {
    const group = makers.get(name)!;
    return {
      name,
      group: group.name,
      file: group.file,
      alerts: [...readers.get(name)!].slice(0, 50),
      exists: there === null ? null : there.has(name),
    };
  });
}

/**
 * Takes the groups of a rule file over: those of the same file are replaced, and what is the same stays as it is with its
 * alerts. Rules that the Prometheus evaluates itself only observe unless `mode` says otherwise. Throws `invalid_request`
 * with each place that Prometheus would refuse.
 */
export async function importRules(
  actor: Actor,
  input: { content: string; file: string; source?: string; mode?: "observe" | "enforce"; dryRun: boolean },
  { now, requestId, signal }: { now: Date; requestId?: string; signal?: AbortSignal },
): Promise<ImportReport> {
  const source = await ruleSource(actor, input.source);
  const { groups, report } = await parseRuleFileAside(input.content, input.file, signal);
  const problems = report.problems.map(({ line, column, message }) => ({ line, column, message }));
  if (problems.length > 0 && !input.dryRun)
    throw problem("invalid_request", "Prometheus would refuse this file.", {
      fields: problems
        .slice(0, 50)
        .map(({ line, column, message }) => ({ path: `${line}:${column}`, message })),
    });
  const rules = groups.flatMap((group) => group.rules);
  const names = new Set(rules.flatMap((rule) => (rule.kind === "alerting" ? [rule.alert] : [])));
  const there = input.mode === undefined ? await evaluatedThere(source.id, names, signal) : new Set<string>();
  const mode = input.mode ?? (there.size > 0 ? "observe" : "enforce");
  const recorded = await recordedAndRead(groups, source.id, signal);
  const notes = [
    ...(there.size === 0
      ? []
      : [
          `The Prometheus ${source.name} evaluates ${there.size} of these alerts itself, such as ${[...there][0]}; the imported rules only observe.`,
        ]),
    ...groups.flatMap(({ name, interval }) =>
      interval === undefined || interval >= shortestInterval
        ? []
        : [
            `The group ${name} is evaluated every ${formatDuration(shortestInterval)}: its interval of ${formatDuration(interval)} is shorter.`,
          ],
    ),
    ...report.comments.map(({ line, text }) => `The comment at line ${line} cannot be kept: ${text}`),
    ...report.left.map(
      ({ line, kind }) =>
        `The ${kind === "" ? "resource" : kind} at line ${line} is no PrometheusRule and is left out.`,
    ),
    ...report.unknown.map(
      ({ line, path }) => `${path} at line ${line} is no field of Prometheus; it is kept.`,
    ),
  ];
  const counted = {
    groups: groups.length,
    alerting: names.size === 0 ? 0 : rules.filter(({ kind }) => kind === "alerting").length,
    recording: rules.filter(({ kind }) => kind === "recording").length,
    mode,
    problems,
    notes: notes.slice(0, mostTold),
    recorded,
  };
  const changed = await replaceFile(
    actor,
    { file: input.file, sourceId: source.id, groups, mode, dryRun: input.dryRun || problems.length > 0, now },
    { requestId },
  );
  return { ...counted, ...changed };
}
