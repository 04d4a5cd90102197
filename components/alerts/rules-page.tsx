"use client";

import { useQuery } from "@tanstack/react-query";
import { Download, ListChecks, Plus, X } from "lucide-react";
import Link from "next/link";
import { debounce, parseAsBoolean, parseAsString, useQueryState, useQueryStates } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Badge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { FilterSelect } from "@/components/ui/filter-select";
import { SearchInput } from "@/components/ui/input";
import { LoadingBar } from "@/components/ui/loading-bar";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { RelativeTime } from "@/components/ui/relative-time";
import { Skeleton } from "@/components/ui/skeleton";
import { StateBadge } from "@/components/ui/state-badge";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { alertRulesQuery, type RuleListFilters } from "@/lib/alerts/client";
import type { AlertRuleView } from "@/lib/alerts/rules/schema";
import { errorFacts } from "@/lib/api/client";
import { ruleState } from "./alert-words";
import { AlertsTabs } from "./alerts-tabs";
import { durationWords } from "./duration-words";
import { RuleFindings } from "./rule-findings";
import { RuleFolder } from "./rule-folder";

const text = parseAsString.withDefault("");
const parsers = { q: text, state: text, group: text, source: text, deleted: text };

const stateOptions = [
  { value: "firing", label: "Firing" },
  { value: "pending", label: "Pending" },
  { value: "inactive", label: "Inactive" },
  { value: "error", label: "Cannot evaluate" },
  { value: "no_data", label: "No data" },
  { value: "late", label: "Overdue" },
];
const keptOptions = [{ value: "true", label: "Deleted rules" }];

/** Every rule: what it watches, how it stands, when it was last evaluated and how late that was. */
export function RulesPage({
  sources,
  canEdit,
}: {
  sources: { id: string; name: string }[];
  canEdit: boolean;
}) {
  const [filters, setFilters] = useQueryStates(parsers, { history: "replace" });
  const [typed, setTyped] = useState(filters.q);
  const [isChecking, setIsChecking] = useQueryState("check", parseAsBoolean.withDefault(false));
  const pages = useCursorPages(JSON.stringify(filters));
  const rules = useQuery(alertRulesQuery(filters satisfies RuleListFilters, pages.cursor));
  const items = rules.data?.items ?? [];
  const isFiltered = Object.values(filters).some((value) => value !== "");

  function clear() {
    setTyped("");
    void setFilters({ q: "", state: "", group: "", source: "", deleted: "" });
  }
  const choose = (name: "state" | "source" | "deleted") => (value: string) =>
    void setFilters({ [name]: value });

  return (
    <>
      <PageHeader
        title="Alert rules"
        description="Evaluated by the console against a Prometheus, with Prometheus's own semantics. Each says when it was last evaluated, and how late."
        actions={
          <>
            <Button aria-expanded={isChecking} onClick={() => void setIsChecking(!isChecking)}>
              <ListChecks aria-hidden />
              Check the set
            </Button>
            <ButtonLink href="/alerts/rules/usual">Usual rules</ButtonLink>
            <Button asChild>
              <a href="/api/v1/alert-rules/export?target=prometheus" download="alert-rules.yaml">
                <Download aria-hidden />
                Export
              </a>
            </Button>
            {canEdit ? <ButtonLink href="/alerts/rules/import">Import</ButtonLink> : null}
            {canEdit ? (
              <ButtonLink href="/alerts/rules/new" variant="primary">
                <Plus aria-hidden />
                New rule
              </ButtonLink>
            ) : null}
          </>
        }
      />
      <AlertsTabs current="rules" />
      <RuleFolder />
      {isChecking ? (
        <div className="mb-6">
          <RuleFindings title="What the rules compare" input={{}} canUse={canEdit} />
        </div>
      ) : null}
      <div className="mb-3 grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap">
        <SearchInput
          className="col-span-2 sm:w-72"
          aria-label="Search rules"
          placeholder="Search names, PromQL, groups, owners"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            void setFilters({ q: event.target.value }, { limitUrlUpdates: debounce(250) });
          }}
        />
        <FilterSelect
          className="sm:w-40"
          aria-label="State"
          all="Any state"
          values={stateOptions}
          value={filters.state}
          onValueChange={choose("state")}
        />
        {sources.length > 1 ? (
          <FilterSelect
            className="sm:w-40"
            aria-label="Source"
            all="Any source"
            values={sources.map(({ name }) => ({ value: name, label: name }))}
            value={filters.source}
            onValueChange={choose("source")}
          />
        ) : null}
        <FilterSelect
          className="sm:w-40"
          aria-label="Deleted or not"
          all="Rules"
          values={keptOptions}
          value={filters.deleted}
          onValueChange={choose("deleted")}
        />
        {filters.group === "" ? null : <Badge className="h-8 px-3">{`Group ${filters.group}`}</Badge>}
        {isFiltered ? (
          <Button variant="ghost" onClick={clear}>
            <X aria-hidden />
            Clear
          </Button>
        ) : null}
      </div>
      {rules.isError && rules.data === undefined ? (
        <ErrorState
          title="The rules could not be read"
          error={errorFacts(rules.error)}
          onRetry={() => void rules.refetch()}
          retrying={rules.isFetching}
        />
      ) : rules.data && items.length === 0 && pages.cursor === null ? (
        isFiltered ? (
          <EmptyState
            title="No rule matches these filters"
            action={<Button onClick={clear}>Clear the filters</Button>}
          />
        ) : (
          <EmptyState
            title="No rule yet"
            action={
              canEdit ? (
                <>
                  <ButtonLink href="/alerts/rules/usual" variant="primary">
                    Start with the usual rules
                  </ButtonLink>
                  <ButtonLink href="/alerts/rules/new">Make one</ButtonLink>
                </>
              ) : undefined
            }
          >
            A rule is PromQL with a threshold: it raises an alert for each series that is beyond it for a
            time.
          </EmptyState>
        )
      ) : (
        <div className="relative grid gap-3">
          {rules.isPlaceholderData ? <LoadingBar /> : null}
          <Table label="Alert rules" aria-busy={rules.isFetching || undefined}>
            <TableHead>
              <tr>
                <TableHeader>State</TableHeader>
                <TableHeader>Rule</TableHeader>
                <TableHeader className="max-lg:hidden">Levels</TableHeader>
                <TableHeader className="max-md:hidden" numeric>
                  For
                </TableHeader>
                <TableHeader className="max-md:hidden">Group</TableHeader>
                <TableHeader className="max-md:hidden">Evaluated</TableHeader>
                <TableHeader className="max-md:hidden" numeric>
                  Late
                </TableHeader>
              </tr>
            </TableHead>
            <TableBody>
              {rules.isPending
                ? ["a", "b", "c", "d", "e"].map((row) => (
                    <TableRow key={row}>
                      <TableCell colSpan={7}>
                        <Skeleton className="h-3 w-full" />
                      </TableCell>
                    </TableRow>
                  ))
                : items.map((rule) => <RuleRow key={rule.id} rule={rule} />)}
            </TableBody>
          </Table>
          <Pagination
            nextCursor={rules.data?.nextCursor ?? null}
            canGoBack={pages.canGoBack}
            onNext={pages.next}
            onBack={pages.back}
            shown={items.length}
            total={rules.data?.total}
            noun={rules.data?.total === 1 ? "rule" : "rules"}
            loading={rules.isFetching && rules.isPlaceholderData}
          />
        </div>
      )}
    </>
  );
}

/** The tiers of a rule in short: "> 0.01 warning, > 0.05 critical". */
export const levelsWords = ({ comparison, levels }: Pick<AlertRuleView, "comparison" | "levels">): string =>
  levels
    .map(({ severity, threshold }) =>
      [threshold === null ? null : `${comparison} ${threshold}`, severity].filter(Boolean).join(" "),
    )
    .filter((words) => words !== "")
    .join(", ") || "–";

function RuleRow({ rule }: { rule: AlertRuleView }) {
  const { state, words } = ruleState(rule);
  const { status } = rule;
  return (
    <TableRow interactive>
      <TableCell>
        <StateBadge state={state}>{words}</StateBadge>
      </TableCell>
      <TableCell className="max-md:whitespace-normal">
        <span className="grid min-w-0 py-1.5">
          <span className="flex flex-wrap items-center gap-2">
            <Link
              href={`/alerts/rules/${rule.id}`}
              className="text-link text-strong [overflow-wrap:anywhere] hover:underline"
            >
              {rule.name}
            </Link>
            {rule.mode === "observe" ? <Badge>Observe</Badge> : null}
            {rule.group.origin === "folder" ? <Badge>In a file</Badge> : null}
          </span>
          <span
            className="max-w-[60ch] truncate text-mono text-secondary max-md:max-w-[44vw]"
            title={status.lastError ?? rule.expr}
          >
            {status.lastError ?? rule.expr}
          </span>
        </span>
      </TableCell>
      <TableCell className="max-lg:hidden">{levelsWords(rule)}</TableCell>
      <TableCell numeric className="max-md:hidden">
        {rule.for === 0 ? "–" : durationWords(rule.for)}
      </TableCell>
      <TableCell className="max-md:hidden">
        <Link href={`/alerts/rules?group=${encodeURIComponent(rule.group.name)}`} className="hover:underline">
          {rule.group.name}
        </Link>
      </TableCell>
      <TableCell className="max-md:hidden">
        {status.evaluatedFor === null ? (
          "–"
        ) : (
          <RelativeTime time={status.evaluatedFor} className="text-secondary" />
        )}
      </TableCell>
      <TableCell numeric className="max-md:hidden">
        {status.lateSeconds === null ? "–" : durationWords(status.lateSeconds)}
      </TableCell>
    </TableRow>
  );
}
