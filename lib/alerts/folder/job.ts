import "server-only";
import { createHash } from "node:crypto";
import { type SystemActor, systemActor } from "@/lib/auth/actor";
import { config } from "@/lib/config";
import { db, transaction } from "@/lib/db/client";
import { isInferscopeError } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { upstreamTarget } from "@/lib/sources/targets";
import { onBehalfOf } from "@/lib/upstream/caller";
import { externalRules } from "../external/prometheus-rules";
import { longestReplacementMs, replaceFile } from "../rule-file/commands";
import { parseRuleFileAside } from "../rule-file/parse-aside";
import { type FolderFile, readRuleFolder } from "./read";

const everySeconds = 15;
/** A file that was written a moment ago may be half written. */
const settleMs = 2_000;
/** Of asking a Prometheus which rules it evaluates itself. Seconds. */
const timeout = 10;

interface FolderSource {
  id: string;
  name: string;
  fromEnvironment: boolean;
}

/** The Prometheus that a file is for, or why there is none. */
function sourceOf(file: FolderFile, sources: readonly FolderSource[]): FolderSource | { problem: string } {
  if (file.source !== null) {
    const named = sources.find(({ name }) => name === file.source);
    return named ?? { problem: `There is no Prometheus called ${file.source}, as its folder is.` };
  }
  if (sources.length === 0) return { problem: "No Prometheus is connected to evaluate it against." };
  const only = sources.length === 1 ? sources[0] : sources.find(({ fromEnvironment }) => fromEnvironment);
  return (
    only ?? {
      problem: `Several Prometheus servers are connected: put it into a folder called as one of them, such as ${sources[0]!.name}.`,
    }
  );
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** Which alerts a Prometheus evaluates itself; null where it cannot be asked. */
async function evaluatedBy(source: FolderSource, signal?: AbortSignal): Promise<ReadonlySet<string> | null> {
  try {
    const rules = await externalRules(await upstreamTarget(source.id), { signal, timeout });
    return new Set(rules.map(({ name }) => name));
  } catch (error) {
    if (signal?.aborted || !isInferscopeError(error)) throw error;
    return null;
  }
}

const told = 3;

function problemsOf(problems: readonly { line: number; column: number; message: string }[]): string {
  const sentences = problems
    .slice(0, told)
    .map(({ line, column, message }) => `Line ${line}, column ${column}: ${message}`);
  return problems.length > told
    ? `${sentences.join(" ")} And ${problems.length - told} more.`
    : sentences.join(" ");
}

type RuleMode = "observe" | "enforce";

interface Known {
  hash: string;
  problem: string | null;
}

/** Nobody is to be told twice of what the Prometheus evaluates itself. */
const modeBeside = (there: ReadonlySet<string>, names: readonly string[]): RuleMode =>
  names.some((name) => there.has(name)) ? "observe" : "enforce";

/** The mode that the rules of a file have had. */
async function modeBefore(path: string): Promise<RuleMode> {
  const rule = await db().alertRule.findFirst({
    where: { validTo: null, group: { origin: "folder", validTo: null, ...ofFile(path) } },
    select: { mode: true },
  });
  return rule?.mode === "observe" ? "observe" : "enforce";
}

/** The groups of a file: its own, and those of its resources. */
const ofFile = (path: string) => ({ OR: [{ file: path }, { file: { startsWith: `${path}#` } }] });

/** Ends the rules of a file, of every source but `but`. */
async function endFile(actor: SystemActor, path: string, but: string | null, now: Date): Promise<void> {
  const elsewhere = await db().ruleGroup.findMany({
    where: {
      teamId: actor.teamId,
      origin: "folder",
      validTo: null,
      ...ofFile(path),
      ...(but === null ? {} : { sourceId: { not: but } }),
    },
    select: { sourceId: true },
    distinct: ["sourceId"],
  });
  for (const { sourceId } of elsewhere)
    await replaceFile(actor, {
      file: path,
      sourceId,
      groups: [],
      mode: "enforce",
      origin: "folder",
      dryRun: false,
      now,
    });
}

async function recordProblem(
  { teamId }: SystemActor,
  path: string,
  { hash, problem }: Known,
  now: Date,
): Promise<void> {
  log.warn({ event: "rule_file_not_loaded", file: path, problem });
  await transaction(async (tx) => {
    await tx.ruleFolderFile.upsert({
      where: { teamId_path: { teamId, path } },
      create: { teamId, path, hash, readAt: now, problem },
      update: { hash, readAt: now, problem },
    });
    await notify(tx, { type: "alert_rule", id: path });
  });
}

/**
 * Makes the rules of origin "folder" what the files of `folder` say; null ends them all. A file that Prometheus would
 * refuse, or that cannot be read, leaves its rules as they were; one that is gone ends them. Rejects only when the database
 * does, or `signal` aborts.
 */
export async function loadRuleFolder(
  folder: string | null,
  actor: SystemActor,
  now: Date,
  signal?: AbortSignal,
): Promise<void> {
  const { teamId } = actor;
  const known = new Map<string, Known>(
    (await db().ruleFolderFile.findMany({ where: { teamId } })).map(({ path, hash, problem }) => [
      path,
      { hash, problem },
    ]),
  );
  const read = folder === null ? { files: [], problem: null } : await readRuleFolder(folder);
  const sources = await db().source.findMany({
    where: { teamId, kind: "prometheus", validTo: null },
    select: { id: true, name: true, fromEnvironment: true },
    orderBy: { name: "asc" },
  });
  const asked = new Map<string, Promise<ReadonlySet<string> | null>>();
  const evaluated = (source: FolderSource) => {
    const answer = asked.get(source.id) ?? evaluatedBy(source, signal);
    asked.set(source.id, answer);
    return answer;
  };
  const note = async (path: string, problem: string, hash = "") => {
    const before = known.get(path);
    if (before?.problem !== problem || before.hash !== hash)
      await recordProblem(actor, path, { hash, problem }, now);
  };

  for (const file of read.files) {
    signal?.throwIfAborted();
    const source = sourceOf(file, sources);
    if (file.problem !== null) await note(file.path, file.problem);
    else if ("problem" in source) await note(file.path, source.problem);
    else await loadFile(file, file.content!, source);
  }

  async function loadFile({ path, changedAt }: FolderFile, content: string, source: FolderSource) {
    const before = known.get(path);
    const there = await evaluated(source);
    const [ofContent, ofThere] = [
      hashOf(`${source.id}\n${content}`),
      hashOf([...(there ?? [])].sort().join("\n")),
    ];
    const [contentBefore, thereBefore] = before?.hash.split(" ") ?? [];
    const hash = `${ofContent} ${there === null ? (thereBefore ?? "") : ofThere}`;
    if (before?.hash === hash) return;
    if (contentBefore !== ofContent && now.getTime() - changedAt < settleMs) return;
    const { groups, report } = await parseRuleFileAside(content, path, signal);
    if (report.problems.length > 0) return note(path, problemsOf(report.problems), hash);
    const names = groups.flatMap(({ rules }) =>
      rules.flatMap((rule) => (rule.kind === "alerting" ? [rule.alert] : [])),
    );
    await transaction(
      async (tx) => {
        await endFile(actor, path, source.id, now);
        const result = await replaceFile(actor, {
          file: path,
          sourceId: source.id,
          groups,
          mode: there === null ? await modeBefore(path) : modeBeside(there, names),
          origin: "folder",
          dryRun: false,
          now,
        });
        await tx.ruleFolderFile.upsert({
          where: { teamId_path: { teamId, path } },
          create: { teamId, path, hash, readAt: now, loadedAt: now },
          update: { hash, readAt: now, loadedAt: now, problem: null },
        });
        await notify(tx, { type: "alert_rule", id: path });
        log.info({ event: "rule_file_loaded", file: path, ...result });
      },
      { timeoutMs: longestReplacementMs },
    );
  }

  if (folder !== null && read.problem !== null) await note(folder, read.problem);
  // What was not seen may still be there.
  const isWhole = read.problem === null;
  const present = new Set(read.files.map(({ path }) => path));
  for (const path of known.keys()) {
    if (!isWhole || present.has(path)) continue;
    await transaction(
      async (tx) => {
        await endFile(actor, path, null, now);
        await tx.ruleFolderFile.delete({ where: { teamId_path: { teamId, path } } });
        await notify(tx, { type: "alert_rule", id: path });
      },
      { timeoutMs: longestReplacementMs },
    );
    log.info({ event: "rule_file_gone", file: path });
  }
}

const actor = systemActor("rule-folder");

/** Keeps the rules of INFERSCOPE_RULES_DIR as its files have them. */
export const ruleFolderLoop: LoopDefinition = {
  name: "rule-folder",
  summary: "Takes over the alert rules of the files in INFERSCOPE_RULES_DIR when they change.",
  everySeconds,
  run: (signal) =>
    onBehalfOf(actor, () => loadRuleFolder(config().INFERSCOPE_RULES_DIR ?? null, actor, new Date(), signal)),
};
