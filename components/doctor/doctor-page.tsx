"use client";

import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { type ReactNode, useEffect } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { Coded } from "@/components/ui/coded";
import { Combobox } from "@/components/ui/combobox";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { SearchInput } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { shortName, visibleName } from "@/components/ui/short-name";
import { Skeleton } from "@/components/ui/skeleton";
import type { State } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { errorFacts } from "@/lib/api/client";
import { serviceReportQuery, sourceReportQuery } from "@/lib/doctor/client";
import type { DoctorFinding, ServiceReport, SignalLine, SourceReport } from "@/lib/doctor/schema";
import { format, formatTime } from "@/lib/units";

/** What is found out about one service, as the list of services has it. */
export interface ExaminedService {
  id: string;
  source: string;
  detail: string;
  evidence: readonly string[];
}

const states: Record<SignalLine["state"], { state: State; words: string }> = {
  error: { state: "cannot_evaluate", words: "Not read" },
  empty: { state: "no_data", words: "No samples" },
  unavailable: { state: "unknown", words: "Not measured" },
  limited: { state: "info", words: "With limits" },
  answered: { state: "ok", words: "Answered" },
};

const views = ["all", "troubled"] as const;
const isTroubled = ({ state }: SignalLine): boolean => state !== "answered";

/** Which metric answers each signal of a service, why none does, and what hurts its source. */
export function DoctorPage({ services }: { services: readonly ExaminedService[] }) {
  const [id, choose] = useQueryState("service", parseAsString.withOptions({ history: "push" }));
  const service = id === null ? services[0] : services.find((one) => one.id === id);
  return (
    <>
      <PageHeader
        title="Metric doctor"
        description="Which metric answers each signal, why none does, and what to change."
        actions={
          <Combobox
            aria-label="Service"
            value={service?.id ?? ""}
            onValueChange={(next) => void choose(next)}
            options={services.map((one) => ({
              value: one.id,
              label: visibleName(one.id),
              detail: one.detail,
            }))}
            searchPlaceholder="Find a service"
            className="w-56"
          />
        }
      />
      {service === undefined ? (
        <EmptyState title={`There is no service ${shortName(id ?? "")}`}>
          It may have ended, or its source was removed. Choose another one above.
        </EmptyState>
      ) : (
        <Examined service={service} />
      )}
    </>
  );
}

function Examined({ service }: { service: ExaminedService }) {
  const report = useQuery(serviceReportQuery(service.id));
  const source = useQuery(sourceReportQuery(service.source));
  useAnchor(report.data);
  return (
    <div className="grid gap-4">
      <h2 className="sr-only">{visibleName(service.id)}</h2>
      {report.error && report.data === undefined ? (
        <ErrorState
          title={`${shortName(service.id)} could not be examined`}
          error={errorFacts(report.error)}
          onRetry={() => void report.refetch()}
        />
      ) : (
        <>
          <Findings
            title="What limits its numbers"
            loading={report.data === undefined}
            findings={report.data?.findings ?? []}
            notTold={report.data?.notTold ?? []}
            none="Nothing was found: scrapes are frequent enough, types are declared as they are used, and no two exporters contradict each other."
          />
          <Signals
            report={report.data}
            again={
              <Button size="sm" onClick={() => void report.refetch()} loading={report.isFetching}>
                <RefreshCw aria-hidden />
                Examine again
              </Button>
            }
          />
          <Evidence service={service} />
        </>
      )}
      <Server
        name={service.source}
        report={source.data}
        error={source.error}
        retry={() => void source.refetch()}
      />
    </div>
  );
}

/** The browser looks for the anchor before the answer is there. A link may name the service in it too: `chat-api.ttft`. */
function useAnchor(report: ServiceReport | undefined): void {
  const service = report?.service;
  useEffect(() => {
    if (service === undefined || location.hash === "") return;
    const named = decodeURIComponent(location.hash.slice(1));
    const signal = named.startsWith(`${service}.`) ? named.slice(service.length + 1) : named;
    if (signal !== named) location.replace(`#${encodeURIComponent(signal)}`);
    document.getElementById(signal)?.scrollIntoView({ block: "center" });
  }, [service]);
}

function Findings({
  title,
  findings,
  notTold,
  none,
  loading = false,
}: {
  title: string;
  findings: readonly DoctorFinding[];
  /** What could not be looked at: then nothing is said to be right. */
  notTold: readonly string[];
  none: string;
  loading?: boolean;
}) {
  return (
    <Panel title={title} height="auto">
      {loading ? (
        <Skeleton className="h-12" />
      ) : (
        <ul className="grid gap-4">
          {findings.length === 0 && notTold.length === 0 ? (
            <li className="text-body text-secondary">{none}</li>
          ) : null}
          {[...findings]
            .sort((a, b) => Number(a.severity === "hint") - Number(b.severity === "hint"))
            .map((finding) => (
              <li key={finding.id} id={finding.id} className="grid gap-1">
                <span className="flex flex-wrap items-center gap-2">
                  <StateBadge state={finding.severity === "problem" ? "warning" : "info"}>
                    {finding.severity === "problem" ? "Problem" : "Hint"}
                  </StateBadge>
                  <strong className="text-strong [overflow-wrap:anywhere]">
                    <Coded text={finding.title} />
                  </strong>
                </span>
                <p className="max-w-[80ch] text-body text-secondary [overflow-wrap:anywhere]">
                  <Coded text={finding.text} />
                </p>
                <p className="max-w-[80ch] text-body [overflow-wrap:anywhere]">
                  <Coded text={finding.advice} />
                </p>
              </li>
            ))}
          {notTold.map((text) => (
            <li key={text} className="text-body text-secondary [overflow-wrap:anywhere]">
              {`Not looked at. ${text}`}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Signals({ report, again }: { report: ServiceReport | undefined; again: ReactNode }) {
  const [search, setSearch] = useQueryState(
    "q",
    parseAsString.withDefault("").withOptions({ history: "replace" }),
  );
  const [view, show] = useQueryState(
    "show",
    parseAsStringLiteral(views).withDefault("all").withOptions({ history: "replace" }),
  );
  const words = search.trim().toLowerCase();
  const lines = (report?.signals ?? []).filter(
    (line) =>
      (view === "all" || isTroubled(line)) &&
      [line.signal, line.title, line.metric ?? "", line.profile ?? "", ...line.notes]
        .join(" ")
        .toLowerCase()
        .includes(words),
  );
  const answered = (report?.signals ?? []).filter(
    ({ state }) => state === "answered" || state === "limited",
  ).length;
  return (
    <section aria-label="Signals" className="grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="mr-auto text-strong">
          Signals
          {report === undefined ? null : (
            <span className="font-normal text-secondary">
              {`, ${answered} of ${report.signals.length} answered at ${formatTime(report.checkedAt)}`}
            </span>
          )}
        </h2>
        <SearchInput
          aria-label="Find a signal or metric"
          placeholder="Find a signal or metric"
          value={search}
          onChange={(event) => void setSearch(event.target.value || null)}
          className="w-56"
        />
        <Segmented
          label="Signals shown"
          value={view}
          onValueChange={(next) => void show(next)}
          options={[
            { value: "all", label: "All" },
            { value: "troubled", label: "With a remark" },
          ]}
        />
        {report === undefined ? null : again}
      </div>
      <Table label="Table of signals" cards>
        <TableHead>
          <TableRow>
            <TableHeader>Signal</TableHeader>
            <TableHeader>State</TableHeader>
            <TableHeader>Answered by</TableHeader>
            <TableHeader>Remarks</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {report === undefined ? (
            <TableRow>
              <TableCell colSpan={4}>
                <span role="status" className="text-secondary">
                  Asking the source for every signal …
                </span>
              </TableCell>
            </TableRow>
          ) : lines.length === 0 ? (
            <TableRow>
              <TableCell colSpan={4}>
                <span className="text-secondary">No signal matches.</span>
              </TableCell>
            </TableRow>
          ) : (
            lines.map((line) => <SignalRow key={line.signal} line={line} />)
          )}
        </TableBody>
      </Table>
    </section>
  );
}

const cell = "align-top whitespace-normal md:py-2";

function SignalRow({ line }: { line: SignalLine }) {
  const { state, words } = states[line.state];
  const hasRemarks = line.notes.length > 0 || line.advice !== null;
  return (
    <TableRow
      id={line.signal}
      className="scroll-mt-16 target:bg-surface-selected max-md:grid-cols-[minmax(0,1fr)_auto]"
    >
      <TableCell className={cn(cell, "md:min-w-40")}>
        <a href={`#${line.signal}`} className="text-strong hover:underline">
          {line.title}
        </a>
        <span className="block text-caption text-secondary">{line.unit.replaceAll("_", " ")}</span>
      </TableCell>
      <TableCell className={cell}>
        <StateBadge state={state}>{words}</StateBadge>
      </TableCell>
      <TableCell
        label="Answered by"
        className={cn(
          cell,
          "max-md:col-span-2 md:min-w-56",
          line.metric === null && line.expr === null ? "max-md:hidden" : "",
        )}
      >
        {line.metric === null ? (
          <span className="text-secondary">–</span>
        ) : (
          <code className="text-mono [overflow-wrap:anywhere]">{line.metric}</code>
        )}
        {line.expr === null ? null : (
          <details className="mt-1">
            <summary className="cursor-pointer text-caption text-secondary">PromQL</summary>
            <code className="block max-w-[60ch] pt-1 text-mono [overflow-wrap:anywhere]">{line.expr}</code>
          </details>
        )}
      </TableCell>
      <TableCell
        label="Remarks"
        className={cn(
          cell,
          "max-md:col-span-2 md:min-w-72 md:max-w-[72ch]",
          hasRemarks ? "" : "max-md:hidden",
        )}
      >
        {line.notes.map((note) => (
          <p key={note} className="text-secondary [overflow-wrap:anywhere]">
            <Coded text={note} />
          </p>
        ))}
        {line.advice === null ? null : (
          <p className="[overflow-wrap:anywhere]">
            <Coded text={line.advice} />
          </p>
        )}
      </TableCell>
    </TableRow>
  );
}

function Evidence({ service }: { service: ExaminedService }) {
  if (service.evidence.length === 0) return null;
  return (
    <Panel title="Found by" height="auto">
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {service.evidence.map((metric) => (
          <li key={metric}>
            <code className="text-mono [overflow-wrap:anywhere]">{metric}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Server({
  name,
  report,
  error,
  retry,
}: {
  name: string;
  report: SourceReport | undefined;
  error: unknown;
  retry: () => void;
}) {
  if (error && report === undefined)
    return <ErrorState title={`${name} could not be examined`} error={errorFacts(error)} onRetry={retry} />;
  const about = [
    report?.version ? `Prometheus ${report.version}` : "",
    report?.series ? `${format(report.series, "count")} series in memory` : "",
  ].filter((part) => part !== "");
  return (
    <>
      <Findings
        title={`What hurts the source ${name}${about.length === 0 ? "" : `, ${about.join(", ")}`}`}
        loading={report === undefined}
        findings={report?.findings ?? []}
        notTold={report?.notTold ?? []}
        none="No label looks like personal data, and no metric or label is large for this server."
      />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Largest
          title="Metrics with the most series"
          of="Metric"
          unit="series"
          rows={report?.largestMetrics ?? []}
        />
        <Largest
          title="Labels with the most values"
          of="Label"
          unit="values"
          rows={report?.largestLabels ?? []}
        />
      </div>
    </>
  );
}

function Largest({
  title,
  of,
  unit,
  rows,
}: {
  title: string;
  of: string;
  unit: string;
  rows: SourceReport["largestMetrics"];
}) {
  if (rows.length === 0) return null;
  return (
    <Panel title={title} height="auto" flush>
      <Table label={`Table of ${title.toLowerCase()}`} framed={false}>
        <TableHead>
          <TableRow>
            <TableHeader>{of}</TableHeader>
            <TableHeader numeric>{unit}</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(({ name, count }) => (
            <TableRow key={name}>
              <TableCell className="whitespace-normal">
                <code className="text-mono [overflow-wrap:anywhere]">{name}</code>
              </TableCell>
              <TableCell numeric>{format(count, "count")}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Panel>
  );
}
