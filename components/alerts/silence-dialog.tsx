"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { OctagonAlert, Plus, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { DialogClose, DialogContent } from "@/components/ui/dialog";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { FilterSelect } from "@/components/ui/filter-select";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import {
  addSilence,
  alertmanagersQuery,
  alertsKey,
  editSilence,
  silencePreviewQuery,
  silencesKey,
} from "@/lib/alerts/client";
import type { SilenceView } from "@/lib/alerts/silences/schema";
import { ApiError } from "@/lib/api/client";
import { severityState, severityWords } from "./alert-words";
import {
  bodyOf,
  changesOf,
  fieldOf,
  type MatcherRow,
  matchersOf,
  newSilence,
  type Operator,
  placesOf,
  type SilenceField,
  type SilenceForm,
  type SilenceProblem,
  silenceFormOf,
  spanOptions,
  withRow,
} from "./silence-form-state";

const operators = ["=", "!=", "=~", "!~"].map((value) => ({ value, label: value }));
const beginnings = [
  { value: "now", label: "Now" },
  { value: "at", label: "At a time …" },
];

function problemsOf(error: unknown): SilenceProblem[] {
  if (!(error instanceof ApiError))
    return [{ field: null, message: error instanceof Error ? error.message : String(error) }];
  const fields = error.more.fields ?? [];
  return fields.length === 0
    ? [{ field: null, message: error.detail }]
    : fields.map(({ path, message }) => ({ field: fieldOf(path), message }));
}

/**
 * Mutes what the matchers select for a time, here or in an Alertmanager, and shows before what that is; or changes such a
 * silence. Use inside `Dialog`.
 */
export function SilenceDialog({
  labels = {},
  source = null,
  silence,
  onDone,
}: {
  labels?: Readonly<Record<string, string>>;
  /** The Alertmanager that it is made in unless another place is chosen. */
  source?: string | null;
  /** The silence that is changed; a new one when absent. */
  silence?: SilenceView;
  onDone: () => void;
}) {
  const queries = useQueryClient();
  const prefix = useId();
  const [before] = useState<SilenceForm>(() =>
    silence === undefined ? newSilence(labels, source, new Date()) : silenceFormOf(silence),
  );
  const [form, setForm] = useState(before);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<SilenceProblem[]>([]);
  const matchers = matchersOf(form);
  const preview = useQuery({ ...silencePreviewQuery(matchers), enabled: matchers.length > 0 });
  const alertmanagers = useQuery({ ...alertmanagersQuery(), enabled: silence === undefined });
  const places = placesOf(alertmanagers.data ?? []);
  const place = places.find(({ members }) => members.includes(form.source));
  const hasBegun = silence !== undefined && silence.state !== "pending";
  const set = (patch: Partial<SilenceForm>) => setForm((last) => ({ ...last, ...patch }));
  const setRow = (id: number, patch: Partial<MatcherRow>) =>
    set({ rows: form.rows.map((row) => (row.id === id ? { ...row, ...patch } : row)) });
  const errorOf = (field: SilenceField) => problems.find((one) => one.field === field)?.message ?? null;

  async function send() {
    if (silence === undefined) {
      const made = bodyOf(form, new Date());
      if ("problems" in made) return made.problems;
      const { covers, state, sources } = await addSilence(made.body);
      toast(sources.length > 0 ? `Silenced in ${sources.join(" and ")}` : "Silenced", {
        state: "silenced",
        description:
          state === "pending"
            ? "It begins later."
            : `${covers === 1 ? "One active alert is" : `${covers} active alerts are`} covered.`,
      });
    } else {
      const changed = changesOf(form, before, new Date());
      if ("problems" in changed) return changed.problems;
      if (Object.keys(changed.body).length > 0) await editSilence(silence, changed.body);
      toast("The silence is changed", { state: "silenced" });
    }
    return [];
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblems([]);
    try {
      const wrong = await send();
      setProblems(wrong);
      if (wrong.length > 0) return;
      onDone();
    } catch (error) {
      setProblems(problemsOf(error));
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: silencesKey });
      void queries.invalidateQueries({ queryKey: alertsKey });
    }
  }

  return (
    <DialogContent
      title={silence === undefined ? "Silence" : "Change the silence"}
      description="Alerts that match stay visible and notify nobody until the silence ends."
      footer={
        <>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form={prefix} variant="primary" loading={busy}>
            {silence === undefined ? "Silence" : "Save"}
          </Button>
        </>
      }
    >
      <form id={prefix} onSubmit={save} className="grid gap-4" noValidate>
        <FormErrorSummary
          title={silence === undefined ? "It was not silenced" : "It was not changed"}
          errors={problems.map(({ field, message }) => ({
            message,
            ...(field === null ? {} : { fieldId: `${prefix}-${field}` }),
          }))}
        />
        <fieldset className="grid gap-2">
          <legend className="mb-1 text-strong">Labels</legend>
          {form.rows.map((row, index) => (
            <div key={row.id} className="grid grid-cols-[minmax(0,1fr)_4rem_minmax(0,1fr)_auto] gap-1">
              <Input
                id={index === 0 ? `${prefix}-matchers` : undefined}
                aria-label={`Name of label ${index + 1}`}
                value={row.name}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setRow(row.id, { name: event.target.value })}
              />
              <Select
                aria-label={`Comparison of label ${index + 1}`}
                options={operators}
                value={row.operator}
                onValueChange={(operator) => setRow(row.id, { operator: operator as Operator })}
              />
              <Input
                aria-label={`Value of label ${index + 1}`}
                value={row.value}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setRow(row.id, { value: event.target.value })}
              />
              <IconButton
                label={`Remove label ${index + 1}`}
                disabledReason={form.rows.length === 1 ? "One is needed" : undefined}
                onClick={() => set({ rows: form.rows.filter(({ id }) => id !== row.id) })}
              >
                <X />
              </IconButton>
            </div>
          ))}
          {errorOf("matchers") === null ? null : (
            <p className="flex gap-1 text-caption text-primary">
              <OctagonAlert aria-hidden className="mt-px size-3.5 shrink-0 text-critical" />
              {errorOf("matchers")}
            </p>
          )}
          <div>
            <Button size="sm" onClick={() => set({ rows: withRow(form.rows) })}>
              <Plus aria-hidden />
              Add a label
            </Button>
          </div>
        </fieldset>
        {silence !== undefined || places.length === 0 ? null : (
          <Field
            label="Where"
            id={`${prefix}-source`}
            error={errorOf("source")}
            hint={
              place === undefined
                ? "Mutes the channels of the console. An Alertmanager still notifies by its own silences."
                : "Mutes what it notifies of, and the channels of the console too."
            }
          >
            <FilterSelect
              all="Here, in the console"
              values={places.map(({ value, label }) => ({ value, label }))}
              value={place?.value ?? ""}
              onValueChange={(chosen) => set({ source: chosen })}
            />
          </Field>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          {hasBegun ? null : (
            <div className="grid content-start gap-2">
              <Field label="From" id={`${prefix}-start`} error={errorOf("start")}>
                <Select
                  options={beginnings}
                  value={form.begins}
                  onValueChange={(begins) => set({ begins: begins as SilenceForm["begins"] })}
                />
              </Field>
              {form.begins === "now" ? null : (
                <Input
                  type="datetime-local"
                  step={1}
                  aria-label="The time it begins"
                  value={form.start}
                  onChange={(event) => set({ start: event.target.value })}
                />
              )}
            </div>
          )}
          <div className="grid content-start gap-2">
            <Field
              label="For"
              id={`${prefix}-end`}
              error={errorOf("end")}
              hint={hasBegun && form.span !== "until" ? "From now on." : undefined}
            >
              <Select options={spanOptions} value={form.span} onValueChange={(span) => set({ span })} />
            </Field>
            {form.span === "until" ? (
              <Input
                type="datetime-local"
                step={1}
                aria-label="The time it ends"
                value={form.end}
                onChange={(event) => set({ end: event.target.value })}
              />
            ) : null}
          </div>
        </div>
        <Field label="Why" id={`${prefix}-comment`} error={errorOf("comment")}>
          <Textarea
            value={form.comment}
            rows={2}
            onChange={(event) => set({ comment: event.target.value })}
          />
        </Field>
        <div role="status" className="rounded-panel border px-3 py-2">
          {preview.isError ? (
            <p className="text-secondary">
              {preview.error instanceof ApiError
                ? (preview.error.more.fields?.[0]?.message ?? preview.error.detail)
                : "The preview could not be read."}
            </p>
          ) : (
            <>
              <p>
                Covers <strong className="text-strong">{preview.data?.active ?? 0}</strong> active{" "}
                {preview.data?.active === 1 ? "alert" : "alerts"} now
                {preview.data === undefined || preview.data.silenced === 0 || silence !== undefined
                  ? null
                  : `, of which ${preview.data.silenced} ${preview.data.silenced === 1 ? "is" : "are"} silenced already`}
              </p>
              <ul className="mt-1 grid gap-1">
                {preview.data?.alerts.slice(0, 5).map((alert) => (
                  <li key={alert.id} className="flex items-center gap-2">
                    {alert.silencedBy.some((id) => id !== silence?.id) ? (
                      <StateBadge state="silenced" />
                    ) : (
                      <StateBadge
                        state={alert.state === "firing" ? severityState(alert.severity) : "pending"}
                      >
                        {alert.state === "firing" ? severityWords(alert.severity) : "Pending"}
                      </StateBadge>
                    )}
                    <span className="truncate">{alert.name}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      </form>
    </DialogContent>
  );
}
