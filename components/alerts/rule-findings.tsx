"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import type { z } from "zod";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { CodeBlock } from "@/components/ui/code-block";
import { ErrorState } from "@/components/ui/error-state";
import { FilterSelect } from "@/components/ui/filter-select";
import { LoadingBar } from "@/components/ui/loading-bar";
import { Skeleton } from "@/components/ui/skeleton";
import type { State } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import {
  alertRulesKey,
  applyCorrection,
  lintQuery,
  restoreAlertRule,
  restoreRuleRevision,
  ruleRevisionsQuery,
} from "@/lib/alerts/client";
import { findingIds } from "@/lib/alerts/lint/finding";
import type { appliedCorrectionSchema, FindingView, LintInput } from "@/lib/alerts/lint/schema";
import { exprOf } from "@/lib/alerts/rule";
import { errorFacts } from "@/lib/api/client";
import { formatExact } from "@/lib/units";
import { findingWords } from "./finding-words";

type Correction = FindingView["corrected"][number];
type Applied = z.infer<typeof appliedCorrectionSchema>;

const states: Record<FindingView["severity"], { state: State; words: string }> = {
  error: { state: "critical", words: "Does not work" },
  warning: { state: "warning", words: "Means something else" },
  info: { state: "info", words: "Worth a thought" },
};

/** What lint says of a draft, of a rule or of the set, each with its correction one click away. */
export function RuleFindings({
  title,
  input,
  canUse,
  isQuiet = false,
  onUse,
  onApplied,
}: {
  title: string;
  /** Null while there is nothing to look at. */
  input: LintInput | null;
  canUse: boolean;
  /** Whether nothing stands there while nothing is found. */
  isQuiet?: boolean;
  /** Where the correction is only taken into a form. */
  onUse?: (correction: Correction) => void;
  onApplied?: () => void;
}) {
  const queries = useQueryClient();
  const [kind, setKind] = useState<FindingView["id"] | "">("");
  const [limit, setLimit] = useState(fewest);
  const report = useQuery({
    ...lintQuery({ ...input, limit, ...(kind === "" ? {} : { finding: kind }) }, input !== null),
    // Of the same rules it stays while more of it comes.
    placeholderData: (before, query) => (isOfSame(query?.queryKey.at(-1), input) ? before : undefined),
  });
  const [busy, setBusy] = useState<string | null>(null);

  async function apply(finding: FindingView, correction: Correction, key: string) {
    if (onUse !== undefined) return onUse(correction);
    setBusy(key);
    try {
      const applied = await applyCorrection({
        replaces: finding.rules.map(({ id, version }) => ({ id, version: version ?? 0 })),
        rules: correction.rules,
        ...(correction.mode === undefined ? {} : { mode: correction.mode }),
      });
      toast("The corrected rule is in place", {
        state: "ok",
        description: `The history of ${correction.rules.map(({ name }) => name).join(", ")} has what it was${applied.deleted.length > 0 ? "; what was merged into it can be restored among the deleted rules" : ""}.`,
        action: { label: "Undo", onClick: () => void undo(applied) },
      });
      onApplied?.();
    } catch (error) {
      toast("Nothing was changed", { state: "failed", description: errorFacts(error).detail });
    } finally {
      setBusy(null);
      await queries.invalidateQueries({ queryKey: alertRulesKey });
    }
  }

  async function undo({ items, deleted }: Applied) {
    try {
      for (const rule of items) {
        // Of now, not of before the correction: its newest state is the corrected one.
        const { items: states } = await queries.fetchQuery({ ...ruleRevisionsQuery(rule.id), staleTime: 0 });
        const before = states[1];
        if (before === undefined) throw new Error(`The history of ${rule.name} does not say what it was.`);
        await restoreRuleRevision(rule, before.id);
      }
      for (const id of deleted) await restoreAlertRule(id);
      toast("The rules are what they were", { state: "ok" });
      onApplied?.();
    } catch (error) {
      toast("The rules are not all what they were", {
        state: "failed",
        description: errorFacts(error).detail,
      });
    }
    await queries.invalidateQueries({ queryKey: alertRulesKey });
  }

  if (input === null) return null;
  if (report.isError && report.data === undefined)
    return (
      <ErrorState
        title="The rules could not be checked"
        error={errorFacts(report.error)}
        onRetry={() => void report.refetch()}
        retrying={report.isFetching}
      />
    );
  if (report.data === undefined) return <Skeleton className="h-16 w-full" />;
  const { items, total, kinds, notes, rules } = report.data;
  const found = kinds.reduce((sum, { count }) => sum + count, 0);
  if (isQuiet && found === 0) return null;
  const kindOptions = findingIds.flatMap((id) => {
    const count = kinds.reduce((sum, each) => (each.id === id ? sum + each.count : sum), 0);
    return count === 0 ? [] : [{ value: id, label: `${findingWords[id]} (${formatExact(count, "count")})` }];
  });
  return (
    <section aria-label={title} className={cn("relative grid gap-2", isQuiet && "mb-4")}>
      {report.isFetching ? <LoadingBar /> : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="text-section">{title}</h2>
        {found > fewest || kind !== "" ? (
          <FilterSelect
            className="sm:w-64"
            aria-label="Kind of finding"
            all={`All kinds (${formatExact(found, "count")})`}
            values={kindOptions}
            value={kind}
            onValueChange={(value) => {
              setKind(findingIds.find((id) => id === value) ?? "");
              setLimit(fewest);
            }}
          />
        ) : null}
      </div>
      {items.length === 0 ? (
        <p className="flex flex-wrap items-center gap-2 text-secondary">
          <StateBadge state="ok">{rules === 0 ? "No rule yet" : "Nothing found"}</StateBadge>
          {rules > 1 ? `${rules} rules were looked at.` : null}
        </p>
      ) : (
        <ul className="rounded-panel border bg-surface-panel">
          {items.map((finding, index) => {
            const { state, words } = states[finding.severity];
            const key = `${finding.id} ${finding.rules.map(({ id }) => id).join(" ")} ${finding.text}`;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: two tiers of one rule may be told the same
              <li key={`${key} ${index}`} className="grid min-w-0 gap-2 border-b px-4 py-3 last:border-b-0">
                <span className="flex flex-wrap items-center gap-2">
                  <StateBadge state={state}>{words}</StateBadge>
                  {finding.rules.slice(0, mostLinks).map(({ id, name, version }) =>
                    version === null || input.id === id ? null : (
                      <Link
                        key={id}
                        href={`/alerts/rules/${id}`}
                        className="text-link text-strong [overflow-wrap:anywhere] hover:underline"
                      >
                        {name}
                      </Link>
                    ),
                  )}
                  {finding.rules.length > mostLinks ? (
                    <span className="text-secondary">and {finding.rules.length - mostLinks} more</span>
                  ) : null}
                </span>
                <p className="[overflow-wrap:anywhere]">{finding.text}</p>
                {finding.corrected.map((correction) => {
                  const button = `${key} ${correction.title}`;
                  return (
                    <div key={button} className="grid min-w-0 gap-1">
                      <span className="flex flex-wrap items-center gap-2">
                        {canUse ? (
                          <Button
                            size="sm"
                            loading={busy === button}
                            disabledReason={
                              busy !== null && busy !== button ? "Another is put in place" : undefined
                            }
                            onClick={() => void apply(finding, correction, button)}
                          >
                            Use the corrected rule
                          </Button>
                        ) : null}
                        <span className="text-secondary">{correction.title}</span>
                      </span>
                      {correction.mode === undefined ? (
                        <CodeBlock code={codeOf(correction)} label="PromQL" />
                      ) : null}
                    </div>
                  );
                })}
              </li>
            );
          })}
        </ul>
      )}
      {total > items.length ? (
        <p className="flex flex-wrap items-center gap-3 text-secondary">
          The worst {items.length} of {formatExact(total, "count")} are shown.
          {limit < most ? (
            <Button
              size="sm"
              loading={report.isPlaceholderData}
              onClick={() => setLimit(Math.min(most, limit + more))}
            >
              Show more
            </Button>
          ) : (
            "Choose a kind to see others."
          )}
        </p>
      ) : null}
      {notes.map((note) => (
        <p key={note} className="text-caption text-secondary">
          {note}
        </p>
      ))}
    </section>
  );
}

/** Findings that are shown at first, that are added, and at most. */
const fewest = 50;
const more = 150;
const most = 500;
/** Of the rules that a finding is about. */
const mostLinks = 5;

/** Whether a query was of the same draft, rule or set, whatever was shown of it. */
function isOfSame(asked: unknown, input: LintInput | null): boolean {
  const of = ({ rule, id }: LintInput): string => JSON.stringify([rule, id]);
  return typeof asked === "object" && asked !== null && input !== null && of(asked) === of(input);
}

/** A line for each tier, with its severity as a comment. */
const codeOf = ({ rules }: Correction): string =>
  rules
    .flatMap((rule) =>
      rule.levels.map(
        (level) => `${exprOf(rule, level)}${level.severity === null ? "" : `  # ${level.severity}`}`,
      ),
    )
    .join("\n");
