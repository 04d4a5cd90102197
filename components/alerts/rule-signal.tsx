"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { ruleSignalQuery } from "@/lib/alerts/client";
import type { RuleSignalInput, RuleSignalView } from "@/lib/alerts/rule-signal/schema";
import { errorFacts } from "@/lib/api/client";
import { servicesQuery } from "@/lib/services/client";
import { isSignalId, type SignalId, signalIds, signals } from "@/lib/signals/catalogue";
import { formatExact } from "@/lib/units";
import { type RuleFormSignal, signalWords } from "./rule-form-state";

const quantiles = [0.5, 0.9, 0.95, 0.99, 0.999];
/** What a service has one of; a rule of another dimension is split by it. */
const whole = "whole";

const inputOf = (signal: RuleFormSignal): RuleSignalInput | null =>
  isSignalId(signal.signal) ? { ...signal, signal: signal.signal } : null;

/** The choice of a service's signal, with the PromQL that it becomes. */
export function RuleSignal({
  signal,
  expr,
  isReadOnly,
  error,
  onChosen,
}: {
  /** Null where none is chosen yet. */
  signal: RuleFormSignal | null;
  /** What the rule has. */
  expr: string;
  isReadOnly: boolean;
  error: string | undefined;
  onChosen: (view: RuleSignalView) => void;
}) {
  const queries = useQueryClient();
  const services = useQuery(servicesQuery());
  const [service, setService] = useState(signal?.service);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const latest = useRef(0);
  const now = useQuery(ruleSignalQuery(signal === null ? null : inputOf(signal)));
  const of = services.data?.items.find(({ id }) => id === service);
  const measured = of?.signals ?? [];
  const view = now.data !== undefined && now.data.service === signal?.service ? now.data : undefined;

  async function choose(input: RuleSignalInput) {
    const turn = ++latest.current;
    setBusy(true);
    setFailure(null);
    try {
      const found = await queries.fetchQuery(ruleSignalQuery(input));
      if (turn !== latest.current) return;
      if (found.expr === null) setFailure(found.reason ?? "It is not measured there.");
      else onChosen(found);
    } catch (thrown) {
      if (turn === latest.current) setFailure(errorFacts(thrown).detail);
    } finally {
      if (turn === latest.current) setBusy(false);
    }
  }

  function chooseService(id: string) {
    setService(id);
    setFailure(null);
    const has = services.data?.items.find((each) => each.id === id)?.signals ?? [];
    // The same signal of another service, where that has it.
    if (signal !== null && has.some((each) => each === signal.signal))
      void choose({ ...inputOf(signal)!, service: id });
  }

  const ids = signalIds.filter((id) => measured.includes(id) || id === signal?.signal);
  const chosen = signal !== null && signal.service === service ? signal : null;
  return (
    <div className="grid min-w-0 gap-4">
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Field label="Service" error={services.isError ? errorFacts(services.error).detail : undefined}>
          <Combobox
            options={[
              ...(services.data?.items ?? []).map(({ id, source }) => ({
                value: id,
                label: id,
                detail: source,
              })),
              ...(service !== undefined && of === undefined ? [{ value: service, label: service }] : []),
            ]}
            value={service}
            disabled={isReadOnly}
            placeholder={services.data?.items.length === 0 ? "None was found yet" : "Choose a service"}
            onValueChange={chooseService}
          />
        </Field>
        <Field
          label="Signal"
          error={failure ?? undefined}
          hint={chosen !== null && isSignalId(chosen.signal) ? signals[chosen.signal].explanation : undefined}
        >
          <Combobox
            options={ids.map((id) => ({
              value: id,
              label: signals[id].title,
              detail: signals[id].shortTitle === signals[id].title ? undefined : signals[id].shortTitle,
            }))}
            value={chosen?.signal}
            disabled={isReadOnly || service === undefined}
            placeholder={service === undefined ? "Choose a service first" : "Choose what it measures"}
            onValueChange={(id) =>
              service === undefined ? undefined : void choose({ service, signal: id as SignalId })
            }
          />
        </Field>
        {chosen === null || view === undefined || !view.isHistogram ? null : (
          <Field label="Percentile">
            <Select
              options={[...new Set([...quantiles, chosen.quantile ?? 0.99])]
                .sort((a, b) => a - b)
                .map((each) => ({ value: String(each), label: `p${Number((each * 100).toPrecision(6))}` }))}
              value={String(chosen.quantile)}
              disabled={isReadOnly}
              onValueChange={(value) => void choose({ ...inputOf(chosen)!, quantile: Number(value) })}
            />
          </Field>
        )}
        {chosen === null || view === undefined || view.dimensions.length + view.by.length === 0 ? null : (
          <Field label="One alert for">
            <Select
              options={[
                { value: whole, label: "the whole service" },
                ...view.dimensions.map((each) => ({ value: each, label: `each ${each}` })),
                ...(view.by.length > 1
                  ? [{ value: view.by.join(" "), label: `each ${view.by.join(" and ")}` }]
                  : []),
              ]}
              value={view.by.length === 0 ? whole : view.by.join(" ")}
              disabled={isReadOnly}
              onValueChange={(value) =>
                void choose({
                  ...inputOf(chosen)!,
                  by: value === whole ? [] : (value.split(" ") as RuleSignalView["by"]),
                })
              }
            />
          </Field>
        )}
      </div>
      {expr === "" || chosen === null ? (
        error === undefined ? null : (
          <p className="text-caption text-primary">{error}</p>
        )
      ) : (
        <div className="grid min-w-0 gap-1" aria-busy={busy}>
          <p className="text-caption text-secondary">
            {signalWords(chosen)} of {chosen.service} as PromQL
          </p>
          <CodeBlock code={expr} label="PromQL" />
          {view?.note ? <p className="text-caption text-secondary">{view.note}</p> : null}
        </div>
      )}
      {chosen === null || view === undefined || view.expr === expr || busy || now.isPlaceholderData ? null : (
        <div role="status" className="grid min-w-0 gap-2 rounded-panel border px-4 py-3">
          {view.expr === null ? (
            <p>
              {chosen.service} does not measure it any more: {view.reason} The rule keeps the expression that
              it was made with.
            </p>
          ) : (
            <>
              <p>
                {chosen.service} is selected otherwise since the rule was made; its {signalWords(chosen)}{" "}
                would be:
              </p>
              <CodeBlock code={view.expr} label="PromQL" />
              {isReadOnly ? null : (
                <div>
                  <Button size="sm" onClick={() => onChosen(view)}>
                    Use it
                  </Button>
                </div>
              )}
            </>
          )}
        </div>
      )}
      {view?.usual ? (
        <p className="text-caption text-secondary">
          Usual: warning {view.comparison} {formatExact(view.usual.warning, view.unit)}, critical{" "}
          {view.comparison} {formatExact(view.usual.critical, view.unit)}.
        </p>
      ) : null}
    </div>
  );
}
