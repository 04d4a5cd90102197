"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/components/ui/class-names";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { FormErrorSummary } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { acceptUsualRules, alertRulesKey, usualRulesQuery } from "@/lib/alerts/client";
import { formatDuration } from "@/lib/alerts/duration";
import type { AcceptUsual, UsualRules, UsualRuleView } from "@/lib/alerts/usual/schema";
import { ApiError, errorFacts } from "@/lib/api/client";
import { servicesQuery } from "@/lib/services/client";
import { format, formatTime } from "@/lib/units";

/** The field's usual rules for one service: tick, adjust, accept. */
export function UsualRulesPage({ canEdit }: { canEdit: boolean }) {
  const [chosen, setChosen] = useQueryState("service", parseAsString.withDefault(""));
  const services = useQuery(servicesQuery());
  const names = services.data?.items.map(({ id }) => id) ?? [];
  const service = chosen === "" ? (names[0] ?? "") : chosen;
  const set = useQuery(usualRulesQuery(service));

  return (
    <>
      <p className="mb-2">
        <Link href="/alerts/rules" className="text-link hover:underline">
          Alert rules
        </Link>
      </p>
      <PageHeader
        title="Usual rules"
        description="What the field watches of such a service, with the pages a week that the last 7 days would have had. Not ticked is what would have paged more than twice a week, and what would page at once."
      />
      {services.isError && services.data === undefined ? (
        <ErrorState
          title="The services could not be read"
          error={errorFacts(services.error)}
          onRetry={() => void services.refetch()}
          retrying={services.isFetching}
        />
      ) : services.data === undefined ? (
        <Skeleton className="h-24 w-full" />
      ) : service === "" ? (
        <EmptyState
          title="No service yet"
          action={<ButtonLink href="/settings/sources">Connect a source</ButtonLink>}
        >
          Services are found in the metrics of a connected Prometheus.
        </EmptyState>
      ) : (
        <div className="grid grid-cols-1 gap-4">
          <Select
            className="w-full sm:w-72"
            aria-label="Service"
            options={[...new Set([...names, service])].map((name) => ({ value: name, label: name }))}
            value={service}
            onValueChange={(value) => void setChosen(value)}
          />
          {set.isError && set.data === undefined ? (
            <ErrorState
              title="The usual rules could not be tried"
              error={errorFacts(set.error)}
              onRetry={() => void set.refetch()}
              retrying={set.isFetching}
            />
          ) : set.data === undefined ? (
            <div role="status" className="grid gap-3">
              <p className="text-secondary">Seven days are being replayed.</p>
              <Skeleton className="h-80 w-full" />
            </div>
          ) : set.data.items.length === 0 ? (
            <EmptyState title="Nothing of this service can be watched yet">
              Its metrics show none of what the usual rules compare.
            </EmptyState>
          ) : (
            <UsualTable key={`${service} ${set.dataUpdatedAt}`} set={set.data} canEdit={canEdit} />
          )}
        </div>
      )}
    </>
  );
}

/** What was changed of a rule, as typed. */
type Typed = { isTicked: boolean; thresholds: string[]; for: string; mode: UsualRuleView["mode"] };

const typedOf = (rule: UsualRuleView): Typed => ({
  isTicked: rule.isTicked,
  thresholds: rule.levels.map(({ threshold }) => (threshold === null ? "" : String(threshold))),
  for: formatDuration(rule.for),
  mode: rule.mode,
});

/** Only what differs from the set; an empty number is left to the API to refuse. */
function adjustmentOf(
  rule: UsualRuleView,
  typed: Typed,
): NonNullable<AcceptUsual["adjust"]>[UsualRuleView["key"]] {
  const usual = typedOf(rule);
  const isMoved = usual.thresholds.join() !== typed.thresholds.join();
  const adjustment = {
    ...(isMoved
      ? {
          levels: rule.levels.map(({ severity, threshold }, index) => ({
            severity,
            threshold:
              threshold === null || typed.thresholds[index]!.trim() === ""
                ? null
                : Number(typed.thresholds[index]),
          })),
        }
      : {}),
    ...(usual.for === typed.for.trim() ? {} : { for: typed.for.trim() }),
    ...(usual.mode === typed.mode ? {} : { mode: typed.mode }),
  };
  return Object.keys(adjustment).length === 0 ? undefined : adjustment;
}

const modes = [
  { value: "enforce", label: "Enforce" },
  { value: "observe", label: "Observe" },
];

function UsualTable({ set, canEdit }: { set: UsualRules; canEdit: boolean }) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState(() => set.items.map(typedOf));
  const [isBusy, setIsBusy] = useState(false);
  const [errors, setErrors] = useState<{ message: string }[]>([]);
  const change = (index: number, patch: Partial<Typed>) =>
    setTyped((before) => before.map((each, at) => (at === index ? { ...each, ...patch } : each)));
  const ticked = set.items.flatMap((rule, index) =>
    rule.ruleId === null && typed[index]!.isTicked ? [{ rule, typed: typed[index]! }] : [],
  );

  async function accept() {
    setIsBusy(true);
    setErrors([]);
    try {
      const adjust = Object.fromEntries(
        ticked.flatMap(({ rule, typed }) => {
          const adjustment = adjustmentOf(rule, typed);
          return adjustment === undefined ? [] : [[rule.key, adjustment]];
        }),
      );
      const { items } = await acceptUsualRules(set.service, {
        keys: ticked.map(({ rule }) => rule.key),
        adjust,
      });
      toast(`${items.length} ${items.length === 1 ? "rule watches" : "rules watch"} ${set.service}`, {
        state: "ok",
      });
      await Promise.all([
        queries.invalidateQueries({ queryKey: alertRulesKey }),
        queries.invalidateQueries({ queryKey: usualRulesQuery(set.service).queryKey }),
      ]);
    } catch (error) {
      const fields = error instanceof ApiError ? (error.more.fields ?? []) : [];
      setErrors(
        fields.length > 0
          ? fields.map(({ path, message }) => ({ message: `${path.replace(/^adjust\./, "")}: ${message}` }))
          : [{ message: errorFacts(error).detail }],
      );
    } finally {
      setIsBusy(false);
    }
  }

  const shared = sharedReason(set);

  return (
    <div className="grid grid-cols-1 gap-3">
      {shared === null ? null : (
        <p className="text-secondary">{`Pages a week cannot be said yet. ${shared}`}</p>
      )}
      {errors.length === 0 ? null : <FormErrorSummary title="No rule was made" errors={errors} />}
      <section aria-label={`Usual rules of ${set.service}`} className="rounded-panel border bg-surface-panel">
        <div
          aria-hidden
          className={cn(columns, "border-b py-2 font-medium text-caption text-secondary max-lg:hidden")}
        >
          <span className="w-4" />
          <span>Rule</span>
          <span>Levels</span>
          <span>For</span>
          <span>Mode</span>
          <span className="text-right">Pages a week</span>
        </div>
        <ul>
          {set.items.map((rule, index) => (
            <UsualRow
              key={rule.key}
              rule={rule}
              typed={typed[index]!}
              reason={rule.backtest.reason === shared ? null : rule.backtest.reason}
              isReadOnly={!canEdit || rule.ruleId !== null}
              onChange={(patch) => change(index, patch)}
            />
          ))}
        </ul>
      </section>
      <div className="flex flex-wrap items-center justify-end gap-3">
        <p className="mr-auto text-caption text-secondary">
          Replayed from {formatTime(new Date(set.start))} until {formatTime(new Date(set.end))} against{" "}
          {set.source}. What begins to fire at one evaluation is one page.
        </p>
        {canEdit ? (
          <Button
            variant="primary"
            loading={isBusy}
            disabledReason={ticked.length === 0 ? "Tick a rule first" : undefined}
            onClick={() => void accept()}
          >
            {ticked.length === 0
              ? "Accept"
              : `Accept ${ticked.length} ${ticked.length === 1 ? "rule" : "rules"}`}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** Why no rule, or nearly none, has its pages a week: said once rather than in each row. */
function sharedReason({ items }: UsualRules): string | null {
  const reasons = items.flatMap(({ backtest }) => backtest.reason ?? []);
  const [first] = reasons;
  return first !== undefined && reasons.length > 1 && reasons.every((reason) => reason === first)
    ? first
    : null;
}

function UsualRow({
  rule,
  typed,
  reason,
  isReadOnly,
  onChange,
}: {
  rule: UsualRuleView;
  typed: Typed;
  /** Why its pages a week are not said, where the table does not say it of all. */
  reason: string | null;
  isReadOnly: boolean;
  onChange: (patch: Partial<Typed>) => void;
}) {
  const { backtest } = rule;
  // What is there already is changed on its own page; a narrow screen has no room to repeat it.
  const field = cn(second, rule.ruleId !== null && "max-lg:hidden");
  return (
    <li className={cn(columns, "border-b py-2 last:border-b-0 max-lg:gap-y-2 max-lg:py-3")}>
      <span className="flex h-5 items-center">
        <Checkbox
          aria-label={`Take ${rule.name}`}
          className="max-md:after:size-11"
          checked={rule.ruleId !== null || typed.isTicked}
          disabled={isReadOnly}
          onCheckedChange={(checked) => onChange({ isTicked: checked === true })}
        />
      </span>
      <span className="grid min-w-0 gap-0.5">
        <span className="flex flex-wrap items-center gap-2">
          {rule.ruleId === null ? (
            <span className="text-strong [overflow-wrap:anywhere]">{rule.name}</span>
          ) : (
            <>
              <Link
                href={`/alerts/rules/${rule.ruleId}`}
                className="text-link text-strong [overflow-wrap:anywhere] hover:underline"
              >
                {rule.name}
              </Link>
              <Badge>There already</Badge>
            </>
          )}
        </span>
        <span className="line-clamp-2 text-mono text-secondary [overflow-wrap:anywhere]" title={rule.expr}>
          {rule.expr}
        </span>
        {rule.note === null ? null : <span className="text-caption text-secondary">{rule.note}</span>}
      </span>
      <span className={cn("grid gap-1", field)}>
        {rule.levels.map(({ severity, threshold }, index) =>
          threshold === null ? (
            <span key={severity}>{severity}</span>
          ) : (
            <span key={severity} className="flex items-center gap-2">
              <span className="w-3 shrink-0">{rule.comparison}</span>
              <Input
                className="w-20 shrink-0"
                aria-label={`Threshold of ${rule.name}, ${severity}`}
                inputMode="decimal"
                value={typed.thresholds[index]}
                readOnly={isReadOnly}
                onChange={(event) =>
                  onChange({
                    thresholds: typed.thresholds.map((each, at) =>
                      at === index ? event.target.value : each,
                    ),
                  })
                }
              />
              <span className="text-caption text-secondary">
                {thresholdWords(rule, severity, typed.thresholds[index])}
              </span>
            </span>
          ),
        )}
      </span>
      <span className={cn("flex items-center gap-2", field)}>
        <span aria-hidden className="w-10 shrink-0 text-secondary lg:hidden">
          For
        </span>
        <Input
          className="w-20 lg:w-full"
          aria-label={`How long ${rule.name} must hold`}
          value={typed.for}
          readOnly={isReadOnly}
          onChange={(event) => onChange({ for: event.target.value })}
        />
      </span>
      <span className={cn("flex items-center gap-2", field)}>
        <span aria-hidden className="w-10 shrink-0 text-secondary lg:hidden">
          Mode
        </span>
        <Select
          className="w-28"
          aria-label={`Mode of ${rule.name}`}
          options={modes}
          value={typed.mode}
          disabled={isReadOnly}
          onValueChange={(mode) => onChange({ mode: mode as Typed["mode"] })}
        />
      </span>
      <span
        className={cn("flex flex-wrap items-center gap-2 lg:grid lg:justify-items-end lg:gap-0.5", second)}
      >
        <span className="tabular-nums">
          {backtest.pagesPerWeek === null ? (
            <span className="max-lg:hidden">–</span>
          ) : (
            <>
              {backtest.pagesPerWeek.toFixed(1)}
              <span className="text-secondary lg:hidden"> pages a week</span>
            </>
          )}
        </span>
        {backtest.firesNow ? <StateBadge state="firing">Fires now</StateBadge> : null}
        {reason === null ? null : (
          <span className="text-caption text-secondary lg:max-w-40 lg:text-right">{reason}</span>
        )}
      </span>
    </li>
  );
}

/** A row of the wide page; on a narrow one all but the tick stand below each other. */
const columns =
  "grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 px-4 lg:grid-cols-[auto_minmax(0,1fr)_17rem_5rem_7rem_6rem] lg:items-center";
const second = "max-lg:col-start-2";

/** A threshold as it is typed, in its unit, and of which tier: "5.00 s, warning". */
function thresholdWords({ unit }: UsualRuleView, severity: string | null, typed: string | undefined): string {
  const value = Number(typed);
  return [unit === null || !Number.isFinite(value) ? null : format(value, unit), severity]
    .filter((part) => part !== null)
    .join(", ");
}
