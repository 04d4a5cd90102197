"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LoadingBar } from "@/components/ui/loading-bar";
import { Segmented } from "@/components/ui/segmented";
import { StatCard } from "@/components/ui/stat-card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { mostEvaluations } from "@/lib/alerts/backtest/limits";
import type { BacktestView } from "@/lib/alerts/backtest/schema";
import { backtestQuery } from "@/lib/alerts/client";
import { isCritical } from "@/lib/alerts/severity";
import { errorFacts } from "@/lib/api/client";
import { format, formatExact, formatTime, type Unit } from "@/lib/units";
import { curveRange } from "./curve";
import { durationWords } from "./duration-words";
import { boundsAround } from "./rule-buckets";
import { RuleCurve, thresholdsOf } from "./rule-curve";
import { labelsText } from "./rule-firing";
import { RuleFiringRows } from "./rule-firing-rows";
import type { Replayable } from "./rule-form-state";
import { useSettled } from "./use-settled";

const ranges = [
  { value: "1", label: "24 h" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;
type Days = (typeof ranges)[number]["value"];

const listed = 20;
const mostMarks = 12;

/** A rule over the past: its curve with the threshold, when it would have fired, and how noisy that is. */
export function RuleBacktest({
  rule,
  ruleId,
  unit: ownUnit,
  severity,
  source,
  interval,
  onThreshold,
  onFor,
}: {
  /** Null while something is missing. */
  rule: Replayable | null;
  /** The rule that it is; null for a new one. */
  ruleId: string | null;
  /** Of the threshold; null where the form does not know it. */
  unit: Unit | null;
  severity: string | null;
  source: string;
  /** Seconds between evaluations. */
  interval: number;
  /** Undefined where it cannot be changed. */
  onThreshold?: (threshold: number) => void;
  onFor?: (seconds: number) => void;
}) {
  const [days, setDays] = useState<Days>("7");
  const [wanted, setWanted] = useState("2");
  // Rounded, so that typing on asks for the same range.
  const [now] = useState(() => Math.floor(Date.now() / 300_000) * 300);
  const settled = useSettled(rule);
  const seconds = Number(days) * 86_400;
  const start = now - seconds;
  // A group of a few seconds has more evaluations in a month than can be replayed.
  const every = interval * Math.ceil(seconds / interval / (mostEvaluations - 1));
  const pages = Number(wanted);
  const input = settled ?? { expr: "vector(0)", comparison: null, threshold: null, for: 0, keepFiringFor: 0 };
  const result = useQuery(
    backtestQuery(
      {
        ...input,
        source,
        start,
        end: now,
        interval: every,
        ...(ruleId === null ? {} : { rule: ruleId }),
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        pagesPerWeek: wanted.trim() === "" || !Number.isFinite(pages) || pages < 0 ? null : pages,
      },
      settled !== null && source !== "",
    ),
  );
  const marks = useMemo(() => {
    const times = new Set((result.data?.alerts ?? []).flatMap(({ firingAt }) => firingAt ?? []));
    // More would hide the curve; the rows below it have them all.
    return times.size > mostMarks
      ? []
      : [...times].map((time) => ({ time: Date.parse(time) / 1000, label: "would fire" }));
  }, [result.data]);
  const comparison = rule?.comparison ?? null;
  const threshold = rule?.threshold ?? null;
  // While the line is dragged the axis stays, and the line shows from where.
  const [dragged, setDragged] = useState<number | null>(null);
  const drawn = dragged ?? threshold;
  const thresholds = useMemo(
    () => thresholdsOf({ comparison, levels: [{ severity, threshold: drawn }] }),
    [comparison, severity, drawn],
  );
  const bounds = result.data?.bounds ?? null;
  const unit = ownUnit ?? result.data?.unit ?? "count";

  return (
    <section aria-label="Backtest" className="grid min-w-0 grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="text-section">Backtest</h2>
        <Segmented label="Range" options={ranges} value={days} onValueChange={setDays} />
      </div>
      {settled === null ? (
        <p className="rounded-panel border border-dashed px-4 py-6 text-center text-secondary">
          Say what is measured, and give a threshold, to see when the rule would have fired.
        </p>
      ) : (
        <>
          <RuleCurve
            title="What the rule compares"
            request={{ source, expr: settled.expr, ...curveRange(start, now) }}
            thresholds={thresholds}
            unit={unit}
            marks={marks}
            height={240}
            bounds={threshold === null ? null : bounds}
            handle={
              threshold === null || onThreshold === undefined
                ? undefined
                : {
                    value: threshold,
                    label: `Threshold${severity === null ? "" : ` of ${severity}`}`,
                    tone: isCritical(severity) ? "critical" : "warning",
                    onChange: onThreshold,
                    onDragging: (isDragging) => setDragged(isDragging ? threshold : null),
                  }
            }
          />
          {bounds === null || threshold === null ? null : (
            <Buckets
              bounds={bounds}
              threshold={threshold}
              isStrictlyAbove={comparison === ">"}
              say={(value) => formatExact(value, unit)}
              onThreshold={onThreshold}
            />
          )}
          {result.data === undefined || result.isError ? null : (
            <RuleFiringRows
              alerts={result.data.alerts}
              start={start}
              end={now}
              tone={isCritical(severity) ? "critical" : "warning"}
            />
          )}
          {result.isError ? (
            <ErrorState
              title="It could not be replayed"
              error={errorFacts(result.error)}
              onRetry={() => void result.refetch()}
              retrying={result.isFetching}
            />
          ) : (
            <>
              <Figures result={result.data} busy={result.isFetching} />
              <DataFrom result={result.data} start={start} />
              {every === interval ? null : (
                <p className="text-secondary">
                  {`Replayed every ${format(every, "seconds")} rather than every ${format(interval, "seconds")}, so that the range can be.`}
                </p>
              )}
              <Overlaps result={result.data} />
            </>
          )}
          <Field
            label="Pages a week that you want at most"
            hint="A threshold and a time are suggested with which it would have kept to that."
            className="max-w-72"
          >
            <Input inputMode="decimal" value={wanted} onChange={(event) => setWanted(event.target.value)} />
          </Field>
          <Suggestions
            result={result.data}
            wanted={wanted}
            say={(value) => formatExact(value, unit)}
            threshold={settled.threshold}
            onThreshold={onThreshold}
            onFor={onFor}
          />
          <WouldFire result={result.data} />
        </>
      )}
    </section>
  );
}

/** Whether a bucket ends at the threshold; the nearest bounds where none does. */
function Buckets({
  bounds,
  threshold,
  isStrictlyAbove,
  say,
  onThreshold,
}: {
  bounds: readonly number[];
  threshold: number;
  isStrictlyAbove: boolean;
  say: (value: number) => string;
  onThreshold: ((threshold: number) => void) | undefined;
}) {
  const { isAt, below, above } = boundsAround(threshold, bounds);
  const last = bounds.at(-1)!;
  const neverAbove = isStrictlyAbove && above === null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <p className="min-w-0 text-secondary">
        {neverAbove
          ? `The last bucket ends at ${say(last)}, and a quantile beyond it is told as ${say(last)}: it is never above ${say(threshold)}.`
          : isAt
            ? `A bucket ends at ${say(threshold)}: which side of it the quantile is on is known, not guessed.`
            : above === null
              ? `The last bucket ends at ${say(last)}: nothing beyond is told apart.`
              : `No bucket ends at ${say(threshold)}. That the quantile is between ${say(below ?? 0)} and ${say(above)} is known, which the band shows; where within is guessed.`}
      </p>
      {(isAt && !neverAbove) || onThreshold === undefined
        ? null
        : [below, above].map((bound) =>
            bound === null ? null : (
              <Button key={bound} size="sm" onClick={() => onThreshold(bound)}>
                {`Use ${say(bound)}`}
              </Button>
            ),
          )}
    </div>
  );
}

function Figures({ result, busy }: { result: BacktestView | undefined; busy: boolean }) {
  const noise = result?.noise;
  const of = (ratio: number | null | undefined) =>
    ratio === null || ratio === undefined ? null : { number: format(ratio, "ratio"), unit: "" };
  return (
    <div className="relative grid grid-cols-2 gap-3 md:grid-cols-3">
      {busy ? <LoadingBar /> : null}
      <StatCard
        name="Pages"
        loading={result === undefined}
        value={noise === undefined ? null : { number: String(noise.pages), unit: "" }}
        detail={
          result === undefined ? undefined : `${result.evaluations.toLocaleString("en-US")} evaluations`
        }
      />
      <StatCard
        name="A week"
        loading={result === undefined}
        value={
          noise === undefined || noise.pagesPerWeek === null
            ? null
            : { number: String(Number(noise.pagesPerWeek.toPrecision(2))), unit: "" }
        }
        absent="Less than a day of data"
      />
      <StatCard
        name="Under 5 minutes"
        loading={result === undefined}
        value={of(noise?.shareShort)}
        absent="None ended"
      />
      <StatCard
        name="At night"
        loading={result === undefined}
        value={of(noise?.shareAtNight)}
        absent="None fired"
      />
      <StatCard
        name="While another fired"
        loading={result === undefined}
        value={of(result?.overlap.share)}
        absent={result?.overlap.from ? "Not firing since then" : "No alerts are kept yet"}
        detail={
          result?.overlap.from
            ? `By the alert history, which begins ${formatTime(new Date(result.overlap.from), { seconds: false })}`
            : undefined
        }
      />
    </div>
  );
}

/** From when on there was anything to compare. */
function DataFrom({ result, start }: { result: BacktestView | undefined; start: number }) {
  if (result === undefined || result.completeFrom === null) return null;
  const from = new Date(result.completeFrom);
  const isWhole = from.getTime() / 1000 - start < 3_600;
  return (
    <p className="text-secondary">
      {`${result.series.toLocaleString("en-US")} series, with data ${isWhole ? "over the whole range" : `from ${formatTime(from, { seconds: false })} on; before that there was none`}.`}
    </p>
  );
}

/** The rules that were firing while this one would have been. */
function Overlaps({ result }: { result: BacktestView | undefined }) {
  if (result === undefined || result.overlap.rules.length === 0) return null;
  return (
    <p className="text-secondary">
      Firing at the same time:{" "}
      {result.overlap.rules.map(({ ruleId, name, share }, index) => (
        <span key={ruleId ?? name}>
          {index === 0 ? null : ", "}
          {ruleId === null ? (
            name
          ) : (
            <Link href={`/alerts/rules/${ruleId}`} className="text-link hover:underline">
              {name}
            </Link>
          )}{" "}
          ({format(share, "ratio")})
        </span>
      ))}
      .
    </p>
  );
}

function Suggestions({
  result,
  wanted,
  say,
  threshold,
  onThreshold,
  onFor,
}: {
  result: BacktestView | undefined;
  wanted: string;
  say: (threshold: number) => string;
  threshold: number | null;
  onThreshold: ((threshold: number) => void) | undefined;
  onFor: ((seconds: number) => void) | undefined;
}) {
  if (result === undefined || wanted.trim() === "") return null;
  const { pagesPerWeek } = result.noise;
  if (result.suggestions.length === 0)
    return (
      <p className="text-secondary">
        {pagesPerWeek === null
          ? "There is too little data to suggest anything."
          : pagesPerWeek <= Number(wanted)
            ? "It keeps to that as it is."
            : "Neither a threshold nor a time alone would do."}
      </p>
    );
  return (
    <ul className="grid gap-2">
      {result.suggestions.map((suggestion) => {
        const isThreshold = suggestion.threshold !== threshold && suggestion.threshold !== null;
        const use = isThreshold ? onThreshold : onFor;
        return (
          <li key={JSON.stringify(suggestion)} className="flex flex-wrap items-center gap-3">
            <span>
              {isThreshold
                ? `A threshold of ${say(suggestion.threshold!)}`
                : `For ${durationWords(suggestion.for)}`}{" "}
              <span className="text-secondary">
                would have paged {Number(suggestion.pagesPerWeek.toPrecision(2))} times a week
              </span>
            </span>
            {use === undefined ? null : (
              <Button
                size="sm"
                onClick={() => (isThreshold ? onThreshold?.(suggestion.threshold!) : onFor?.(suggestion.for))}
              >
                Use it
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function WouldFire({ result }: { result: BacktestView | undefined }) {
  const fired = (result?.alerts ?? []).filter(({ firingAt }) => firingAt !== null).reverse();
  if (result === undefined) return null;
  return (
    <>
      {result.notes.map((note) => (
        <p key={note} className="text-secondary">
          {note}
        </p>
      ))}
      {fired.length === 0 ? (
        <p role="status">It would not have fired.</p>
      ) : (
        <>
          <Table label="When it would have fired">
            <TableHead>
              <tr>
                <TableHeader>Fired</TableHeader>
                <TableHeader numeric>For</TableHeader>
                <TableHeader>Series</TableHeader>
              </tr>
            </TableHead>
            <TableBody>
              {fired.slice(0, listed).map(({ labels, firingAt, resolvedAt }) => (
                <TableRow key={`${firingAt}${JSON.stringify(labels)}`}>
                  <TableCell>{formatTime(new Date(firingAt!))}</TableCell>
                  <TableCell numeric>
                    {resolvedAt === null
                      ? "still"
                      : durationWords((Date.parse(resolvedAt) - Date.parse(firingAt!)) / 1000)}
                  </TableCell>
                  <TableCell className="text-mono">
                    <span className="inline-block max-w-[60ch] truncate align-bottom">
                      {labelsText(labels)}
                    </span>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          {fired.length > listed ? (
            <p className="text-secondary">
              The last {listed} of {fired.length}.
            </p>
          ) : null}
        </>
      )}
    </>
  );
}
