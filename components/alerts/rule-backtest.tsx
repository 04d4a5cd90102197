"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LoadingBar } from "@/components/ui/loading-bar";
import { Segmented } from "@/components/ui/segmented";
import { StatCard } from "@/components/ui/stat-card";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { BacktestView } from "@/lib/alerts/backtest/schema";
import { backtestQuery } from "@/lib/alerts/client";
import type { RuleInput } from "@/lib/alerts/rules/schema";
import { errorFacts } from "@/lib/api/client";
import { format, formatTime } from "@/lib/units";
import { curveRange } from "./curve";
import { durationWords } from "./duration-words";
import { RuleCurve, thresholdsOf } from "./rule-curve";
import { useSettled } from "./use-settled";

export type Replayable = {
  expr: string;
  comparison: RuleInput["comparison"];
  threshold: number | null;
  for: number;
  keepFiringFor: number;
};

const ranges = [
  { value: "1", label: "24 h" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;
type Days = (typeof ranges)[number]["value"];

const listed = 20;
/** A rule over the past: its curve with the threshold, when it would have fired, and how noisy that is. */
export function RuleBacktest({
  rule,
  severity,
  source,
  interval,
  onThreshold,
  onFor,
}: {
  /** Null while something is missing. */
  rule: Replayable | null;
  severity: string | null;
  source: string;
  /** Seconds between evaluations. */
  interval: number;
  onThreshold: (threshold: number) => void;
  onFor: (seconds: number) => void;
}) {
  const [days, setDays] = useState<Days>("7");
  const [wanted, setWanted] = useState("2");
  // Rounded, so that typing on asks for the same range.
  const [now] = useState(() => Math.floor(Date.now() / 300_000) * 300);
  const settled = useSettled(rule);
  const start = now - Number(days) * 86_400;
  const pages = Number(wanted);
  const input = settled ?? { expr: "vector(0)", comparison: null, threshold: null, for: 0, keepFiringFor: 0 };
  const result = useQuery(
    backtestQuery(
      {
        ...input,
        source,
        start,
        end: now,
        interval,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        pagesPerWeek: wanted.trim() === "" || !Number.isFinite(pages) || pages < 0 ? null : pages,
      },
      settled !== null && source !== "",
    ),
  );
  const marks = useMemo(
    () =>
      (result.data?.alerts ?? []).flatMap(({ firingAt }) =>
        firingAt === null ? [] : [{ time: Date.parse(firingAt) / 1000, label: "would fire" }],
      ),
    [result.data],
  );
  const thresholds = useMemo(
    () =>
      rule === null
        ? []
        : thresholdsOf({
            comparison: rule.comparison ?? null,
            levels: [{ severity, threshold: rule.threshold }],
          }),
    [rule, severity],
  );

  return (
    <section aria-label="Backtest" className="grid min-w-0 grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="text-section">Backtest</h2>
        <Segmented label="Range" options={ranges} value={days} onValueChange={setDays} />
      </div>
      {settled === null ? (
        <p className="rounded-panel border border-dashed px-4 py-6 text-center text-secondary">
          Give an expression and a threshold to see when the rule would have fired.
        </p>
      ) : (
        <>
          <RuleCurve
            title="What the rule compares"
            request={{ source, expr: settled.expr, ...curveRange(start, now) }}
            thresholds={thresholds}
            marks={marks}
            height={240}
          />
          {rule?.threshold === null || rule === null ? null : (
            <ThresholdSlider value={rule.threshold} onChange={onThreshold} />
          )}
          {result.isError ? (
            <ErrorState
              title="It could not be replayed"
              error={errorFacts(result.error)}
              onRetry={() => void result.refetch()}
              retrying={result.isFetching}
            />
          ) : (
            <Figures result={result.data} busy={result.isFetching} />
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

/** Moves a threshold between nothing and three times itself; arrow keys move it in steps of a hundredth. */
function ThresholdSlider({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const [around, setAround] = useState(value);
  const [low, high] = around === 0 ? [-1, 1] : [Math.min(0, around * 3), Math.max(0, around * 3)];
  return (
    <label className="flex items-center gap-3">
      <span className="text-secondary">Threshold</span>
      <input
        type="range"
        min={low}
        max={high}
        step={(high - low) / 300}
        value={Math.min(high, Math.max(low, value))}
        className="min-w-0 flex-1 accent-accent"
        onChange={(event) => onChange(Number(Number(event.target.value).toPrecision(3)))}
        onPointerUp={() => setAround(value)}
      />
      <output className="w-20 text-right tabular-nums">{value}</output>
    </label>
  );
}

function Figures({ result, busy }: { result: BacktestView | undefined; busy: boolean }) {
  const noise = result?.noise;
  const of = (ratio: number | null | undefined) =>
    ratio === null || ratio === undefined ? null : { number: format(ratio, "ratio"), unit: "" };
  return (
    <div className="relative grid grid-cols-2 gap-3 md:grid-cols-4">
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
        detail={result?.completeFrom ? `Data from ${formatTime(new Date(result.completeFrom))}` : undefined}
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
    </div>
  );
}

function Suggestions({
  result,
  threshold,
  onThreshold,
  onFor,
}: {
  result: BacktestView | undefined;
  threshold: number | null;
  onThreshold: (threshold: number) => void;
  onFor: (seconds: number) => void;
}) {
  if (result === undefined || result.suggestions.length === 0) return null;
  return (
    <ul className="grid gap-2">
      {result.suggestions.map((suggestion) => {
        const isThreshold = suggestion.threshold !== threshold && suggestion.threshold !== null;
        return (
          <li key={JSON.stringify(suggestion)} className="flex flex-wrap items-center gap-3">
            <span>
              {isThreshold
                ? `A threshold of ${suggestion.threshold}`
                : `For ${durationWords(suggestion.for)}`}{" "}
              <span className="text-secondary">
                would have paged {Number(suggestion.pagesPerWeek.toPrecision(2))} times a week
              </span>
            </span>
            <Button
              size="sm"
              onClick={() => (isThreshold ? onThreshold(suggestion.threshold!) : onFor(suggestion.for))}
            >
              Use it
            </Button>
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
                      {Object.entries(labels)
                        .map(([name, value]) => `${name}="${value}"`)
                        .join(", ") || "–"}
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
