"use client";

import { Plus, X } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { StateBadge } from "@/components/ui/state-badge";
import { ApiError, type ProblemField } from "@/lib/api/client";
import { addSource, editSource, testSource } from "@/lib/sources/client";
import { type SourceTestResult, type SourceView, sourceKindFacts, sourceKinds } from "@/lib/sources/schema";
import { SecretInput } from "./secret-input";
import {
  inputOf,
  type LimitName,
  leavesHost,
  limitNames,
  patchOf,
  type SecretValue,
  type SourceFormState,
  testOf,
} from "./source-form-state";

const kindOptions = sourceKinds.map((kind) => ({ value: kind, label: sourceKindFacts[kind].name }));
const authenticationOptions = [
  { value: "none", label: "None" },
  { value: "bearer", label: "Bearer token" },
  { value: "basic", label: "User and password" },
];

const limitFacts: Record<LimitName, { label: string; hint: string }> = {
  concurrency: { label: "Requests at once", hint: "More wait; users take turns" },
  concurrencyPerUser: { label: "At once for one user", hint: "Of those" },
  timeout: { label: "Time", hint: "Waiting included, such as 60s" },
  range: { label: "Range", hint: "Of one query, such as 90d" },
  points: { label: "Points", hint: "Of one answer, over all series" },
  series: { label: "Series", hint: "Of one answer" },
};

type Outcome =
  | { kind: "tested"; result: SourceTestResult }
  | { kind: "failed"; title: string; detail: string; fields: ProblemField[] };

function failureOf(error: unknown, title: string): Outcome {
  if (error instanceof ApiError && error.code === "precondition_failed")
    return {
      kind: "failed",
      title,
      detail: `${error.detail} Close this and open it again to see what it is now.`,
      fields: [],
    };
  if (error instanceof ApiError)
    return { kind: "failed", title, detail: error.detail, fields: error.more.fields ?? [] };
  return {
    kind: "failed",
    title,
    detail: error instanceof Error ? error.message : String(error),
    fields: [],
  };
}

/**
 * Adds or edits a data source. What was typed stays when saving or testing fails; an error stands at its field. Stored
 * credentials are never here: they are kept unless replaced, and forgotten once the URL leads to another host.
 */
export function SourceForm({
  source: current,
  initial,
  onSaved,
  onCancel,
}: {
  /** Null for a new one. */
  source: SourceView | null;
  initial: SourceFormState;
  onSaved: (saved: SourceView) => void;
  onCancel: () => void;
}) {
  // As it was when the form opened: an edit by another person meanwhile must be refused, not overwritten.
  const [source] = useState(current);
  const [form, setForm] = useState(initial);
  const [busy, setBusy] = useState<"save" | "test" | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const prefix = useId();
  const nextHeader = useRef(initial.headers.length);
  const facts = sourceKindFacts[form.kind];
  const moved = leavesHost(source, form.url);
  const canKeep = source?.credentials === "kept" && !moved;

  // Fields that keep a stored value turn into empty ones once the host is another, and back when it is the old one.
  const secret = (value: SecretValue): SecretValue => (value === null && !canKeep ? "" : value);
  const set = (patch: Partial<SourceFormState>) => {
    setForm((before) => ({ ...before, ...patch }));
    setOutcome((before) => (before?.kind === "tested" ? null : before));
  };
  const setHeader = (id: number, patch: { name?: string; value?: SecretValue }) =>
    set({ headers: form.headers.map((header) => (header.id === id ? { ...header, ...patch } : header)) });

  const fields = outcome?.kind === "failed" ? outcome.fields : [];
  const fieldId = (path: string) => `${prefix}-${path}`;
  const errorOf = (path: string) => fields.find((field) => field.path === path)?.message;
  const isShown = (path: string) =>
    [
      "kind",
      "name",
      "url",
      "ca",
      "authentication.token",
      "authentication.username",
      "authentication.password",
    ].includes(path) || /^headers\.\d+\.(name|value)$|^limits\./.test(path);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy !== null) return;
    setBusy("save");
    setOutcome(null);
    try {
      onSaved(
        source === null ? await addSource(inputOf(form)) : await editSource(source, patchOf(form, source)),
      );
    } catch (error) {
      setOutcome(
        failureOf(error, source === null ? "The source was not added" : "The changes were not saved"),
      );
    } finally {
      setBusy(null);
    }
  }

  async function test() {
    setBusy("test");
    setOutcome(null);
    try {
      setOutcome({ kind: "tested", result: await testSource(testOf(form, source)) });
    } catch (error) {
      setOutcome(failureOf(error, "The connection could not be tested"));
    } finally {
      setBusy(null);
    }
  }

  return (
    <form onSubmit={save} className="grid gap-4" noValidate>
      {outcome?.kind === "failed" ? (
        <FormErrorSummary
          title={outcome.title}
          errors={
            outcome.fields.length === 0
              ? [{ message: outcome.detail }]
              : outcome.fields.map(({ path, message }) => ({
                  message,
                  ...(isShown(path) ? { fieldId: fieldId(path) } : {}),
                }))
          }
        />
      ) : null}
      {source === null ? (
        <Field label="Kind" hint={`Gives ${facts.gives}.`} id={fieldId("kind")}>
          <Select
            options={kindOptions}
            value={form.kind}
            onValueChange={(kind) => set({ kind: kind as SourceFormState["kind"] })}
          />
        </Field>
      ) : null}
      <Field
        label="Name"
        hint="Short and unique, such as prod-eu. It becomes part of a service's name where two sources have one of the same."
        error={errorOf("name")}
        id={fieldId("name")}
      >
        <Input
          value={form.name}
          onChange={(event) => set({ name: event.target.value })}
          autoComplete="off"
          spellCheck={false}
          autoFocus={source === null}
        />
      </Field>
      <Field
        label="URL"
        hint={
          source?.fromEnvironment
            ? `Set by ${facts.variable}; change it there and restart the console.`
            : `With its base path, without /api: ${facts.example}`
        }
        error={errorOf("url")}
        id={fieldId("url")}
      >
        <Input
          type="url"
          inputMode="url"
          value={form.url}
          readOnly={source?.fromEnvironment}
          onChange={(event) => set({ url: event.target.value })}
          placeholder={facts.example}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      {moved && source?.credentials !== "none" ? (
        <p role="status" className="rounded-control bg-warning-tint px-3 py-2 text-warning-text">
          This is another host. The stored credentials belong to {new URL(source!.url).host} and are forgotten
          when you save; enter the ones of the new host.
        </p>
      ) : null}
      {source?.credentials === "asked_again" && !moved ? (
        <p role="status" className="rounded-control bg-warning-tint px-3 py-2 text-warning-text">
          The stored credentials cannot be used any more. Enter them again.
        </p>
      ) : null}
      <Field label="Authentication" id={fieldId("authentication")}>
        <Select
          options={authenticationOptions}
          value={form.authentication}
          onValueChange={(type) => set({ authentication: type as SourceFormState["authentication"] })}
        />
      </Field>
      {form.authentication === "bearer" ? (
        <Field label="Token" error={errorOf("authentication.token")} id={fieldId("authentication.token")}>
          <SecretInput
            label="token"
            value={secret(form.token)}
            canKeep={canKeep && source?.authentication === "bearer"}
            onValueChange={(token) => set({ token })}
          />
        </Field>
      ) : null}
      {form.authentication === "basic" ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="User"
            error={errorOf("authentication.username")}
            id={fieldId("authentication.username")}
          >
            <SecretInput
              label="user name"
              value={secret(form.username)}
              canKeep={canKeep && source?.authentication === "basic"}
              onValueChange={(username) => set({ username })}
            />
          </Field>
          <Field
            label="Password"
            error={errorOf("authentication.password")}
            id={fieldId("authentication.password")}
          >
            <SecretInput
              label="password"
              value={secret(form.password)}
              canKeep={canKeep && source?.authentication === "basic"}
              onValueChange={(password) => set({ password })}
            />
          </Field>
        </div>
      ) : null}
      <fieldset className="grid gap-2">
        <legend className="mb-1 text-strong">
          Headers <span className="font-normal text-secondary">(optional)</span>
        </legend>
        <p className="text-caption text-secondary">
          Sent with every request, such as a tenant id. Values are stored like credentials and not shown
          again.
        </p>
        {form.headers.map((header, index) => (
          <div
            key={header.id}
            className="grid grid-cols-[1fr_auto] items-start gap-2 rounded-panel border p-3"
          >
            <div className="grid gap-2 sm:grid-cols-2">
              <Field
                label="Name"
                error={errorOf(`headers.${index}.name`)}
                id={fieldId(`headers.${index}.name`)}
              >
                <Input
                  value={header.name}
                  placeholder="X-Scope-OrgID"
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) => setHeader(header.id, { name: event.target.value })}
                />
              </Field>
              <Field
                label="Value"
                error={errorOf(`headers.${index}.value`)}
                id={fieldId(`headers.${index}.value`)}
              >
                <SecretInput
                  label={`value of ${header.name || "this header"}`}
                  value={secret(header.value)}
                  canKeep={
                    canKeep &&
                    (source?.headers.some(
                      (name) => name.toLowerCase() === header.name.trim().toLowerCase(),
                    ) ??
                      false)
                  }
                  onValueChange={(value) => setHeader(header.id, { value })}
                />
              </Field>
            </div>
            <IconButton
              label={`Remove header ${header.name || index + 1}`}
              size="sm"
              onClick={() => set({ headers: form.headers.filter(({ id }) => id !== header.id) })}
            >
              <X />
            </IconButton>
          </div>
        ))}
        <div>
          <Button
            size="sm"
            onClick={() => {
              nextHeader.current += 1;
              set({ headers: [...form.headers, { id: nextHeader.current, name: "", value: "" }] });
            }}
          >
            <Plus aria-hidden />
            Add a header
          </Button>
        </div>
      </fieldset>
      <Field
        label="Own CA"
        optional
        hint="PEM certificates trusted beside the system's, for a certificate of a private authority."
        error={errorOf("ca")}
        id={fieldId("ca")}
      >
        <Textarea
          value={form.ca}
          onChange={(event) => set({ ca: event.target.value })}
          placeholder="-----BEGIN CERTIFICATE-----"
          rows={form.ca === "" ? 2 : 6}
          spellCheck={false}
          className="min-h-14 text-mono"
        />
      </Field>
      {form.kind === "prometheus" ? (
        <fieldset className="grid gap-2">
          <legend className="mb-1 text-strong">
            Limits <span className="font-normal text-secondary">(optional)</span>
          </legend>
          <p className="text-caption text-secondary">
            What may be asked of this source, where it bears more or less than others. Left empty, the
            console's configuration holds.
          </p>
          <div className="grid gap-4 sm:grid-cols-2">
            {limitNames.map((name) => (
              <Field
                key={name}
                label={limitFacts[name].label}
                hint={limitFacts[name].hint}
                error={errorOf(`limits.${name}`)}
                id={fieldId(`limits.${name}`)}
              >
                <Input
                  value={form.limits[name]}
                  onChange={(event) => set({ limits: { ...form.limits, [name]: event.target.value } })}
                  autoComplete="off"
                  spellCheck={false}
                />
              </Field>
            ))}
          </div>
        </fieldset>
      ) : null}
      {outcome?.kind === "tested" ? <TestResult result={outcome.result} /> : null}
      <div className="sticky -bottom-4 -mx-4 -mb-4 flex flex-wrap justify-end gap-2 border-t bg-surface-raised p-4">
        <Button
          className="mr-auto"
          loading={busy === "test"}
          disabledReason={form.url.trim() === "" ? "Enter the URL first" : undefined}
          onClick={test}
        >
          Test
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" loading={busy === "save"}>
          {source === null ? "Add source" : "Save"}
        </Button>
      </div>
    </form>
  );
}

/** What a test found, or what is wrong in words with the other side's own message. */
export function TestResult({ result }: { result: SourceTestResult }) {
  return (
    <div role="status" className="grid gap-2 rounded-panel border p-3">
      {result.reachable ? (
        <p className="flex flex-wrap items-center gap-2">
          <StateBadge state="ok">It answers</StateBadge>
          {result.found}
        </p>
      ) : (
        <>
          <p>
            <StateBadge state="failed">It does not answer as it should</StateBadge>
          </p>
          <p className="[overflow-wrap:anywhere]">{result.problem}</p>
          {result.upstream ? (
            <pre className="max-h-24 overflow-auto whitespace-pre-wrap rounded-control border bg-surface-page px-2 py-1.5 text-mono [overflow-wrap:anywhere]">
              {result.upstream}
            </pre>
          ) : null}
        </>
      )}
    </div>
  );
}
