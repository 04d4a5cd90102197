"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorState } from "@/components/ui/error-state";
import { RelativeTime } from "@/components/ui/relative-time";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toaster";
import { restoreRuleRevision, ruleRevisionsQuery } from "@/lib/alerts/client";
import type { AlertRuleView, RuleRevision } from "@/lib/alerts/rules/schema";
import { errorFacts } from "@/lib/api/client";

export type FieldChange = { name: string; before: string | null; after: string | null };

const textOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value);

/** Which fields a revision changed, in the order of the rule. */
export function changesOf({ state, before }: Pick<RuleRevision, "state" | "before">): FieldChange[] {
  const [was, is] = [before, state].map((value) =>
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {},
  ) as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(is), ...Object.keys(was)])]
    .map((name) => ({ name, before: textOf(was[name]), after: textOf(is[name]) }))
    .filter(({ before: old, after }) => old !== after);
}

/** Who changed what in a rule, with the way back to each of its states. */
export function RuleHistory({ rule, onRestored }: { rule: AlertRuleView; onRestored: () => void }) {
  const revisions = useQuery(ruleRevisionsQuery(rule.id));
  const [chosen, setChosen] = useState<RuleRevision | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function restore(revision: RuleRevision) {
    setBusy(true);
    setError(null);
    try {
      await restoreRuleRevision(rule, revision.id);
      toast(`${rule.name} is what it was`, { state: "ok" });
      setChosen(null);
      onRestored();
    } catch (failure) {
      setError(errorFacts(failure).detail);
    } finally {
      setBusy(false);
    }
  }

  if (revisions.isError)
    return (
      <ErrorState
        title="The history could not be read"
        error={errorFacts(revisions.error)}
        onRetry={() => void revisions.refetch()}
        retrying={revisions.isFetching}
      />
    );
  if (revisions.data === undefined) return <Skeleton className="h-24 w-full" />;
  if (revisions.data.items.length === 0)
    return <p className="text-secondary">Nothing has been changed by hand.</p>;
  return (
    <>
      <ol className="grid gap-4">
        {revisions.data.items.map((revision, index) => {
          const changes = revision.before === null ? [] : changesOf(revision);
          return (
            <li key={revision.id} className="grid gap-1">
              <p className="flex flex-wrap items-center gap-2">
                <strong className="text-strong">{revision.by ?? "The console"}</strong>
                <span className="text-secondary">
                  {revision.before === null ? "made it" : "changed it"} <RelativeTime time={revision.from} />
                </span>
                {index > 0 && rule.actions.includes("edit") ? (
                  <Button size="sm" className="ml-auto" onClick={() => setChosen(revision)}>
                    Restore
                  </Button>
                ) : null}
              </p>
              {changes.length === 0 ? null : (
                <dl className="grid gap-1 rounded-panel border p-3 text-mono">
                  {changes.map(({ name, before, after }) => (
                    <div key={name} className="grid gap-0.5 [overflow-wrap:anywhere]">
                      <dt className="text-secondary">{name}</dt>
                      <dd>
                        {before === null ? null : (
                          <del className="block text-secondary">
                            <span aria-hidden>− </span>
                            {before}
                          </del>
                        )}
                        {after === null ? null : (
                          <ins className="block no-underline">
                            <span aria-hidden>+ </span>
                            {after}
                          </ins>
                        )}
                      </dd>
                    </div>
                  ))}
                </dl>
              )}
            </li>
          );
        })}
      </ol>
      <ConfirmDialog
        open={chosen !== null}
        onOpenChange={(open) => (open ? undefined : setChosen(null))}
        title={`Restore ${rule.name}`}
        verb="Restore"
        pending={busy}
        error={error}
        onConfirm={() => chosen !== null && void restore(chosen)}
      >
        The rule becomes what it was from {chosen === null ? "" : new Date(chosen.from).toLocaleString()} on;
        its active alerts stay. That is a change like any other and can be undone in the same way.
      </ConfirmDialog>
    </>
  );
}
