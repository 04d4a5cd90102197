"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { DialogClose, DialogContent } from "@/components/ui/dialog";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { addSilence, alertsKey, silencePreviewQuery, silencesKey } from "@/lib/alerts/client";
import type { SilenceMatcher } from "@/lib/alerts/silences/schema";
import { ApiError } from "@/lib/api/client";
import { severityState, severityWords } from "./alert-words";
import { endOf, muteSpans } from "./times";

type Operator = "=" | "!=" | "=~" | "!~";
type Row = { id: number; name: string; operator: Operator; value: string };

const operators = ["=", "!=", "=~", "!~"].map((value) => ({ value, label: value }));

const matcherOf = ({ name, operator, value }: Row): SilenceMatcher => ({
  name: name.trim(),
  value,
  isRegex: operator.endsWith("~"),
  isEqual: operator.startsWith("="),
});

const preferred = ["alertname", "service", "severity"];

/** The matchers that select an alert: its name, service and severity, or all labels where it has none of these. */
function rowsFor(labels: Readonly<Record<string, string>>): Row[] {
  const names = preferred.filter((name) => labels[name] !== undefined);
  const chosen = names.length > 0 ? names : Object.keys(labels);
  const rows = chosen.map((name, id) => ({ id, name, operator: "=" as const, value: labels[name]! }));
  return rows.length > 0 ? rows : [{ id: 0, name: "", operator: "=", value: "" }];
}

/** Mutes what the matchers select for a time, and shows before what that is. Use inside `Dialog`. */
export function SilenceDialog({
  labels,
  onDone,
}: {
  labels: Readonly<Record<string, string>>;
  onDone: () => void;
}) {
  const queries = useQueryClient();
  const form = useId();
  const [rows, setRows] = useState(() => rowsFor(labels));
  const [span, setSpan] = useState("1h");
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<{ fieldId?: string; message: string }[]>([]);
  const matchers = rows.filter(({ name }) => name.trim() !== "").map(matcherOf);
  const preview = useQuery({ ...silencePreviewQuery(matchers), enabled: matchers.length > 0 });
  const set = (id: number, patch: Partial<Row>) =>
    setRows((before) => before.map((row) => (row.id === id ? { ...row, ...patch } : row)));

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setErrors([]);
    try {
      await addSilence({ matchers, startsAt: null, endsAt: endOf(muteSpans, span, new Date())!, comment });
      toast("Silenced", {
        state: "silenced",
        description:
          preview.data?.active === 1
            ? "One active alert is covered."
            : `${preview.data?.active ?? 0} active alerts are covered.`,
      });
      await Promise.all([
        queries.invalidateQueries({ queryKey: silencesKey }),
        queries.invalidateQueries({ queryKey: alertsKey }),
      ]);
      onDone();
    } catch (error) {
      const fields = error instanceof ApiError ? (error.more.fields ?? []) : [];
      setErrors(
        fields.length > 0
          ? fields.map(({ path, message }) => ({
              message,
              ...(path.endsWith("comment") ? { fieldId: `${form}-comment` } : {}),
            }))
          : [{ message: error instanceof Error ? error.message : String(error) }],
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <DialogContent
      title="Silence"
      description="Alerts that match stay visible and notify nobody until the silence ends."
      footer={
        <>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form={form} variant="primary" loading={busy}>
            Silence
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={save} className="grid gap-4" noValidate>
        <FormErrorSummary title="It was not silenced" errors={errors} />
        <fieldset className="grid gap-2">
          <legend className="mb-1 text-strong">Labels</legend>
          {rows.map((row, index) => (
            <div key={row.id} className="grid grid-cols-[minmax(0,1fr)_4rem_minmax(0,1fr)_auto] gap-1">
              <Input
                aria-label={`Name of label ${index + 1}`}
                value={row.name}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => set(row.id, { name: event.target.value })}
              />
              <Select
                aria-label={`Comparison of label ${index + 1}`}
                options={operators}
                value={row.operator}
                onValueChange={(operator) => set(row.id, { operator: operator as Operator })}
              />
              <Input
                aria-label={`Value of label ${index + 1}`}
                value={row.value}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => set(row.id, { value: event.target.value })}
              />
              <IconButton
                label={`Remove label ${index + 1}`}
                disabledReason={rows.length === 1 ? "One is needed" : undefined}
                onClick={() => setRows((before) => before.filter(({ id }) => id !== row.id))}
              >
                <X />
              </IconButton>
            </div>
          ))}
          <div>
            <Button
              size="sm"
              onClick={() =>
                setRows((before) => [
                  ...before,
                  { id: Math.max(...before.map(({ id }) => id)) + 1, name: "", operator: "=", value: "" },
                ])
              }
            >
              <Plus aria-hidden />
              Add a label
            </Button>
          </div>
        </fieldset>
        <Field label="For">
          <Select options={muteSpans} value={span} onValueChange={setSpan} />
        </Field>
        <Field label="Why" id={`${form}-comment`}>
          <Textarea value={comment} rows={2} onChange={(event) => setComment(event.target.value)} />
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
              </p>
              <ul className="mt-1 grid gap-1">
                {preview.data?.alerts.slice(0, 5).map((alert) => (
                  <li key={alert.id} className="flex items-center gap-2">
                    <StateBadge state={alert.state === "firing" ? severityState(alert.severity) : "pending"}>
                      {alert.state === "firing" ? severityWords(alert.severity) : "Pending"}
                    </StateBadge>
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
