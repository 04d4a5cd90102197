"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { BellOff } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Code } from "@/components/ui/code-block";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import type { State } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { alertsKey, expireSilence, silencesKey, silencesQuery } from "@/lib/alerts/client";
import type { SilenceMatcher, SilenceView } from "@/lib/alerts/silences/schema";
import { errorFacts } from "@/lib/api/client";
import { formatTime } from "@/lib/units";
import { AlertsTabs } from "./alerts-tabs";
import { SilenceDialog } from "./silence-dialog";

const states: Record<SilenceView["state"], { state: State; words: string }> = {
  active: { state: "silenced", words: "Active" },
  pending: { state: "pending", words: "To come" },
  expired: { state: "paused", words: "Over" },
};

/** A matcher as Alertmanager writes it: `service=~"chat.*"`. */
export const matcherWords = ({ name, value, isRegex, isEqual }: SilenceMatcher): string =>
  `${name}${isEqual ? (isRegex ? "=~" : "=") : isRegex ? "!~" : "!="}${JSON.stringify(value)}`;

/** What is muted, until when, why and by whom. */
export function SilencesPage({ canSilence }: { canSilence: boolean }) {
  const queries = useQueryClient();
  const [expired, setExpired] = useQueryState("expired", parseAsBoolean.withDefault(false));
  const silences = useQuery(silencesQuery(expired));
  const [isAdding, setIsAdding] = useState(false);
  const [ending, setEnding] = useState<string | null>(null);
  const items = silences.data?.items ?? [];
  const add = canSilence ? (
    <Button variant="primary" onClick={() => setIsAdding(true)}>
      <BellOff aria-hidden />
      New silence
    </Button>
  ) : null;

  async function end(silence: SilenceView) {
    setEnding(silence.id);
    try {
      await expireSilence(silence.id);
      toast("The silence has ended", { state: "ok" });
    } catch (error) {
      toast("It was not ended", { state: "failed", description: errorFacts(error).detail });
    } finally {
      setEnding(null);
      await Promise.all([
        queries.invalidateQueries({ queryKey: silencesKey }),
        queries.invalidateQueries({ queryKey: alertsKey }),
      ]);
    }
  }

  return (
    <>
      <PageHeader
        title="Silences"
        description="A silence mutes whatever its labels select, now and later, until it ends. The alerts stay visible."
        actions={add}
      />
      <AlertsTabs current="silences" />
      <Field label="Show those that are over" inline className="mb-3">
        <Checkbox checked={expired} onCheckedChange={(checked) => void setExpired(checked === true)} />
      </Field>
      {silences.isError && silences.data === undefined ? (
        <ErrorState
          title="The silences could not be read"
          error={errorFacts(silences.error)}
          onRetry={() => void silences.refetch()}
          retrying={silences.isFetching}
        />
      ) : silences.data === undefined ? (
        <Skeleton className="h-24 w-full" />
      ) : items.length === 0 ? (
        <EmptyState title="Nothing is silenced">
          Silence an alert from its page, or by labels from here.
        </EmptyState>
      ) : (
        <ul className="rounded-panel border bg-surface-panel">
          {items.map((silence) => {
            const { state, words } = states[silence.state];
            return (
              <li
                key={silence.id}
                className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b px-4 py-3 last:border-b-0"
              >
                <StateBadge state={state} className="shrink-0">
                  {words}
                </StateBadge>
                <div className="grid min-w-0 flex-1 basis-64 gap-1">
                  <span className="flex flex-wrap gap-1">
                    {silence.matchers.map((matcher) => (
                      <Code key={matcherWords(matcher)}>{matcherWords(matcher)}</Code>
                    ))}
                  </span>
                  <span className="[overflow-wrap:anywhere]">{silence.comment}</span>
                  <span className="text-caption text-secondary">
                    {silence.createdBy}, from {formatTime(new Date(silence.startsAt))} until{" "}
                    {formatTime(new Date(silence.endsAt))}
                    {silence.state === "active"
                      ? `; covers ${silence.covers} active ${silence.covers === 1 ? "alert" : "alerts"}`
                      : null}
                  </span>
                </div>
                {silence.actions.includes("expire") ? (
                  <Button size="sm" loading={ending === silence.id} onClick={() => void end(silence)}>
                    End
                  </Button>
                ) : null}
              </li>
            );
          })}
        </ul>
      )}
      <Dialog open={isAdding} onOpenChange={setIsAdding}>
        {isAdding ? <SilenceDialog labels={{}} onDone={() => setIsAdding(false)} /> : null}
      </Dialog>
    </>
  );
}
