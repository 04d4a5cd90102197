"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { addAlertRule, alertRulesKey, editAlertRule, previewAlertRule } from "@/lib/alerts/client";
import { formatDuration } from "@/lib/alerts/duration";
import type { AlertRuleView, RulePreview } from "@/lib/alerts/rules/schema";
import { ApiError, type ProblemField } from "@/lib/api/client";
import { RuleBacktest } from "./rule-backtest";
import { RuleFindings } from "./rule-findings";
import {
  asMadeOf,
  corrected,
  formOf,
  inputOf,
  isWithoutExpression,
  lintable,
  patchOf,
  type RuleFormState,
  replayable,
  secondsOf,
  unitOf,
  withSignal,
  withThreshold,
} from "./rule-form-state";
import { RuleGroupFields } from "./rule-group-fields";
import { RuleLevels } from "./rule-levels";
import { RulePairs } from "./rule-pairs";
import { RuleSignal } from "./rule-signal";
import { useSettled } from "./use-settled";

const comparisonOptions = [
  { value: "none", label: "compares by itself" },
  ...[">", ">=", "<", "<=", "==", "!="].map((value) => ({ value, label: value })),
];
const madeOfOptions = [
  { value: "promql", label: "PromQL" },
  { value: "signal", label: "Signal" },
] as const;
const modeOptions = [
  { value: "enforce", label: "Enforce" },
  { value: "observe", label: "Observe" },
] as const;

type Failure = { title: string; detail: string; fields: ProblemField[] };

function failureOf(error: unknown, title: string): Failure {
  if (error instanceof ApiError && error.code === "precondition_failed")
    return {
      title,
      detail: `${error.detail} What you typed is kept; open the rule in another tab to see what it is now.`,
      fields: [],
    };
  if (error instanceof ApiError) return { title, detail: error.detail, fields: error.more.fields ?? [] };
  return { title, detail: error instanceof Error ? error.message : String(error), fields: [] };
}

const defaultInterval = 60;

const isSame = (a: RuleFormState, b: RuleFormState): boolean =>
  JSON.stringify(inputOf(a)) === JSON.stringify(inputOf(b));

/** Makes or changes a rule, with what it would do now and what it would have done before. What was typed stays on errors. */
export function RuleEditor({
  rule: current,
  sources,
  groups,
  isReadOnly,
  onSaved,
}: {
  /** Null for a new one. */
  rule: AlertRuleView | null;
  sources: { id: string; name: string }[];
  groups: string[];
  isReadOnly: boolean;
  onSaved?: (rule: AlertRuleView) => void;
}) {
  const router = useRouter();
  const queries = useQueryClient();
  const prefix = useId();
  // As it was when the form opened: an edit by another person meanwhile must be refused, not overwritten.
  const [rule] = useState(current);
  const [version, setVersion] = useState(current?.version ?? 0);
  const [form, setForm] = useState<RuleFormState>(() => formOf(current, sources[0]?.name ?? ""));
  // What is kept already is linted among the other rules, above.
  const [kept, setKept] = useState(current === null ? null : form);
  const draft = useSettled(kept !== null && isSame(kept, form) ? null : lintable(form));
  const [busy, setBusy] = useState<"save" | "preview" | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [preview, setPreview] = useState<RulePreview | null>(null);
  const [level, setLevel] = useState(0);
  const set = (patch: Partial<RuleFormState>) => {
    setForm((before) => ({ ...before, ...patch }));
    setPreview(null);
  };

  const fieldId = (path: string) => `${prefix}-${path}`;
  const errorOf = (path: string) =>
    failure?.fields.find(
      (field) => field.path === path || field.path === `rule.${path}` || field.path === `patch.${path}`,
    )?.message;
  const shownFields = [
    "name",
    "expr",
    "comparison",
    "levels",
    "for",
    "keepFiringFor",
    "annotations",
    "labels",
    "source",
    "group",
    "interval",
    "owner",
  ];
  const isWhole = form.comparison === "";
  const unit = unitOf(form);
  const shownLevels = isWhole ? form.levels.slice(0, 1) : form.levels;
  const replayed = Math.min(level, shownLevels.length - 1);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy !== null || isReadOnly) return;
    setBusy("save");
    setFailure(null);
    try {
      const saved =
        rule === null
          ? await addAlertRule(inputOf(form))
          : await editAlertRule({ id: rule.id, version }, patchOf(form));
      setVersion(saved.version);
      setKept(form);
      const [warning] = saved.warnings;
      toast(`${saved.name} is saved`, {
        state: warning === undefined ? "ok" : "warning",
        description: warning,
      });
      await queries.invalidateQueries({ queryKey: alertRulesKey });
      onSaved?.(saved);
      if (rule === null) router.push(`/alerts/rules/${saved.id}`);
    } catch (error) {
      setFailure(failureOf(error, "The rule was not saved"));
    } finally {
      setBusy(null);
    }
  }

  async function tryIt() {
    setBusy("preview");
    setFailure(null);
    try {
      setPreview(await previewAlertRule(inputOf(form)));
    } catch (error) {
      setFailure(failureOf(error, "The rule could not be tried"));
    } finally {
      setBusy(null);
    }
  }

  return (
    <div className="grid grid-cols-1 gap-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <form onSubmit={save} className="grid min-w-0 grid-cols-1 content-start gap-4" noValidate>
        {failure === null ? null : (
          <FormErrorSummary
            title={failure.title}
            errors={
              failure.fields.length === 0
                ? [{ message: failure.detail }]
                : failure.fields.map(({ path, message }) => {
                    const name = path.split(".").find((part) => shownFields.includes(part));
                    return { message, ...(name === undefined ? {} : { fieldId: fieldId(name) }) };
                  })
            }
          />
        )}
        <Field
          label="Name"
          hint="The alert's name, such as HighErrorRate."
          error={errorOf("name")}
          id={fieldId("name")}
        >
          <Input
            value={form.name}
            onChange={(event) => set({ name: event.target.value })}
            readOnly={isReadOnly}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <div className="flex flex-wrap items-center gap-3">
          <span className="text-strong">What is measured</span>
          <Segmented
            label="What is measured"
            options={madeOfOptions}
            value={form.madeOf}
            onValueChange={(madeOf) => (isReadOnly ? undefined : set(asMadeOf(form, madeOf)))}
          />
        </div>
        {form.madeOf === "signal" ? (
          <RuleSignal
            signal={form.signal}
            expr={form.expr}
            isReadOnly={isReadOnly}
            error={errorOf("expr") ?? errorOf("signal")}
            onChosen={(view) => set(withSignal(form, view, rule === null))}
          />
        ) : (
          <Field
            label="PromQL"
            hint={
              isWhole
                ? "Whatever it gives raises an alert, as in a Prometheus rule."
                : "What is measured; each level compares it with its threshold. One alert for each series."
            }
            error={errorOf("expr")}
            id={fieldId("expr")}
          >
            <Textarea
              value={form.expr}
              onChange={(event) => set({ expr: event.target.value, signal: null })}
              readOnly={isReadOnly}
              rows={4}
              spellCheck={false}
              className="text-mono"
              placeholder="sum by (service) (rate(llm_errors_total[5m])) / sum by (service) (rate(llm_requests_total[5m]))"
            />
          </Field>
        )}
        <Field
          label="Comparison"
          error={errorOf("comparison")}
          id={fieldId("comparison")}
          className="max-w-60"
        >
          <Select
            options={comparisonOptions}
            value={isWhole ? "none" : form.comparison}
            disabled={isReadOnly}
            onValueChange={(value) => set({ comparison: value === "none" ? "" : value })}
          />
        </Field>
        <RuleLevels
          id={fieldId("levels")}
          form={form}
          unit={unit}
          isReadOnly={isReadOnly}
          error={errorOf("levels")}
          onChange={(levels) => set({ levels })}
          onFocus={setLevel}
        />
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field
            label="For"
            hint="How long it must hold before it fires, such as 5m."
            error={errorOf("for")}
            id={fieldId("for")}
          >
            <Input
              value={form.for}
              onChange={(event) => set({ for: event.target.value })}
              readOnly={isReadOnly}
            />
          </Field>
          <Field
            label="Keep firing for"
            hint="How long it fires on after it no longer holds."
            error={errorOf("keepFiringFor")}
            id={fieldId("keepFiringFor")}
          >
            <Input
              value={form.keepFiringFor}
              onChange={(event) => set({ keepFiringFor: event.target.value })}
              readOnly={isReadOnly}
            />
          </Field>
        </div>
        <RulePairs
          id={fieldId("annotations")}
          title="Annotations"
          hint="What the alert says. Prometheus's templates work: {{ $value }}, {{ $labels.service }}."
          rows={form.annotations}
          isReadOnly={isReadOnly}
          onChange={(annotations) => set({ annotations })}
        />
        <RulePairs
          id={fieldId("labels")}
          title="Labels"
          hint="Added to each alert; routing and silences go by them."
          rows={form.labels}
          isReadOnly={isReadOnly}
          onChange={(labels) => set({ labels })}
        />
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field label="Owner" optional error={errorOf("owner")} id={fieldId("owner")}>
            <Input
              value={form.owner}
              onChange={(event) => set({ owner: event.target.value })}
              readOnly={isReadOnly}
            />
          </Field>
          <Field label="Services" optional hint="That it covers, by name, with commas between.">
            <Input
              value={form.services}
              onChange={(event) => set({ services: event.target.value })}
              readOnly={isReadOnly}
            />
          </Field>
          <RuleGroupFields
            form={form}
            isNew={rule === null}
            interval={rule?.group.interval ?? null}
            ruleId={rule?.id ?? null}
            groups={groups}
            sources={sources}
            fieldId={fieldId}
            errorOf={errorOf}
            onChange={set}
          />
        </div>
        <div className="grid gap-2">
          <span className="flex flex-wrap items-center gap-3">
            <Segmented
              label="Mode"
              options={modeOptions}
              value={form.mode}
              onValueChange={(mode) => (isReadOnly ? undefined : set({ mode }))}
            />
            <span className="text-secondary">
              {form.mode === "enforce"
                ? "Notifies as it is routed."
                : "Shows its alerts and notifies nobody."}
            </span>
          </span>
          <Field label="Alert as well when its expression gives nothing to compare" inline>
            <Checkbox
              checked={form.alertsOnNoData}
              disabled={isReadOnly || isWhole}
              onCheckedChange={(checked) => set({ alertsOnNoData: checked === true })}
            />
          </Field>
          <Field label="Alert as well when its query fails" inline>
            <Checkbox
              checked={form.alertsOnError}
              disabled={isReadOnly}
              onCheckedChange={(checked) => set({ alertsOnError: checked === true })}
            />
          </Field>
        </div>
        {preview === null ? null : <Preview preview={preview} />}
        <RuleFindings
          title="What it compares"
          input={draft === null ? null : { rule: draft }}
          canUse={!isReadOnly}
          onUse={(correction) => set(corrected(form, correction))}
        />
        {isReadOnly ? null : (
          <div className="flex flex-wrap justify-end gap-2 border-t pt-4">
            <Button
              className="mr-auto"
              loading={busy === "preview"}
              disabledReason={
                isWithoutExpression(form)
                  ? form.madeOf === "signal"
                    ? "Choose a signal first"
                    : "Give an expression first"
                  : undefined
              }
              onClick={tryIt}
            >
              Try it now
            </Button>
            <Button type="submit" variant="primary" loading={busy === "save"}>
              {rule === null ? "Add rule" : "Save"}
            </Button>
          </div>
        )}
      </form>
      <div className="grid min-w-0 grid-cols-1 content-start gap-3 xl:sticky xl:top-16 xl:-m-1 xl:max-h-[calc(100vh-5rem)] xl:self-start xl:overflow-y-auto xl:p-1">
        {shownLevels.length > 1 ? (
          <Segmented
            label="Level"
            className="justify-self-start"
            options={shownLevels.map(({ severity, threshold }, index) => ({
              value: String(index),
              label: severity || threshold || `Level ${index + 1}`,
            }))}
            value={String(replayed)}
            onValueChange={(value) => setLevel(Number(value))}
          />
        ) : null}
        <RuleBacktest
          rule={replayable(form, replayed)}
          ruleId={rule?.id ?? null}
          unit={unit}
          severity={shownLevels[replayed]?.severity || null}
          source={form.source}
          interval={rule?.group.interval ?? (secondsOf(form.interval) || defaultInterval)}
          {...(isReadOnly
            ? {}
            : {
                onThreshold: (threshold) => {
                  setForm((before) => withThreshold(before, replayed, threshold));
                  setPreview(null);
                },
                onFor: (seconds) => set({ for: formatDuration(seconds) }),
              })}
        />
      </div>
    </div>
  );
}

function Preview({ preview }: { preview: RulePreview }) {
  return (
    <div role="status" className="grid gap-2 rounded-panel border p-3">
      {preview.levels.map(({ severity, expr, alerts }) => (
        <div key={expr} className="grid gap-1">
          <p className="flex flex-wrap items-center gap-2">
            <StateBadge state={alerts === null ? "unknown" : alerts > 0 ? "pending" : "ok"}>
              {alerts === null
                ? "Not tried"
                : alerts === 0
                  ? "Raises none now"
                  : `Raises ${alerts} ${alerts === 1 ? "alert" : "alerts"} now`}
            </StateBadge>
            {severity}
          </p>
          <CodeBlock code={expr} label="PromQL" />
        </div>
      ))}
      {preview.warnings.map((warning) => (
        <p key={warning} className="rounded-control bg-warning-tint px-3 py-2 text-warning-text">
          {warning}
        </p>
      ))}
    </div>
  );
}
