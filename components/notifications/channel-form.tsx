"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { SecretInput } from "@/components/sources/secret-input";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { ApiError, errorFacts, type ProblemField } from "@/lib/api/client";
import { addChannel, editChannel } from "@/lib/notifications/client";
import {
  type ChannelInput,
  type ChannelKind,
  type ChannelPatch,
  type ChannelView,
  channelKindFacts,
  channelKinds,
} from "@/lib/notifications/schema";
import { sourcesQuery } from "@/lib/sources/client";

const kindOptions = channelKinds.map((kind) => ({ value: kind, label: channelKindFacts[kind].name }));

type Form = {
  kind: ChannelKind;
  name: string;
  url: string;
  /** Null while the stored one is kept. */
  secret: string | null;
  /** An address a line. */
  to: string;
  sourceIds: string[];
};

const formOf = (channel: ChannelView | null): Form => ({
  kind: channel?.kind ?? "webhook",
  name: channel?.name ?? "",
  url: channel?.url ?? "",
  secret: channel?.hasSecret ? null : "",
  to: channel?.to.join("\n") ?? "",
  sourceIds: channel?.sourceIds ?? [],
});

const addressesIn = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((address) => address.trim())
    .filter((address) => address !== "");

function inputOf({ kind, name, url, secret, to, sourceIds }: Form): ChannelInput {
  switch (kind) {
    case "webhook":
      return { kind, name, url, secret: secret ?? "" };
    case "slack":
      return { kind, name, secret: secret ?? "" };
    case "email":
      return { kind, name, to: addressesIn(to) };
    case "alertmanager":
      return { kind, name, sourceIds };
  }
}

function patchOf(form: Form): ChannelPatch {
  const { name } = form;
  const secret = form.secret === null ? {} : { secret: form.secret };
  switch (form.kind) {
    case "webhook":
      return { name, url: form.url, ...secret };
    case "slack":
      return { name, ...secret };
    case "email":
      return { name, to: addressesIn(form.to) };
    case "alertmanager":
      return { name, sourceIds: form.sourceIds };
  }
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes));
}

/** Adds or edits a channel. What was typed stays when saving fails; a stored secret is never here. */
export function ChannelForm({
  channel: current,
  onSaved,
  onCancel,
}: {
  /** Null for a new one. */
  channel: ChannelView | null;
  onSaved: (saved: ChannelView) => void;
  onCancel: () => void;
}) {
  // As it was when the form opened: an edit by another person meanwhile must be refused, not overwritten.
  const [channel] = useState(current);
  const [form, setForm] = useState(() => formOf(channel));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ detail: string; fields: ProblemField[] } | null>(null);
  const [generated, setGenerated] = useState<string | null>(null);
  const prefix = useId();
  const set = (patch: Partial<Form>) => setForm((before) => ({ ...before, ...patch }));

  const fieldOf = (path: string) => path.split(".")[0]!;
  const errorOf = (path: string) =>
    failure?.fields.find((field) => fieldOf(field.path) === path)?.message ?? null;
  const fieldId = (path: string) => `${prefix}-${path}`;

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      onSaved(channel === null ? await addChannel(inputOf(form)) : await editChannel(channel, patchOf(form)));
    } catch (error) {
      const fields = error instanceof ApiError ? (error.more.fields ?? []) : [];
      setFailure({ detail: errorFacts(error).detail, fields });
    } finally {
      setBusy(false);
    }
  }

  const isSigned = form.kind === "webhook";
  return (
    <form noValidate className="grid grid-cols-1 gap-4" onSubmit={save}>
      <FormErrorSummary
        title={channel === null ? "The channel was not added" : "The changes were not saved"}
        errors={
          failure === null
            ? []
            : failure.fields.length === 0
              ? [{ message: failure.detail }]
              : failure.fields.map(({ path, message }) => ({ fieldId: fieldId(fieldOf(path)), message }))
        }
      />
      {channel === null ? (
        <Field label="Kind" id={fieldId("kind")} hint={`It sends ${channelKindFacts[form.kind].gives}.`}>
          <Select
            options={kindOptions}
            value={form.kind}
            onValueChange={(kind) => {
              set({ kind: kind as ChannelKind, secret: "" });
              setGenerated(null);
            }}
          />
        </Field>
      ) : null}
      <Field label="Name" id={fieldId("name")} error={errorOf("name")}>
        <Input
          value={form.name}
          placeholder="On call"
          autoComplete="off"
          onChange={(event) => set({ name: event.target.value })}
        />
      </Field>
      {form.kind === "webhook" ? (
        <Field label="URL" id={fieldId("url")} error={errorOf("url")}>
          <Input
            value={form.url}
            placeholder="https://hooks.example.com/alerts"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => set({ url: event.target.value })}
          />
        </Field>
      ) : null}
      {form.kind === "webhook" || form.kind === "slack" ? (
        <Field
          label={isSigned ? "Signing key" : "URL of the incoming webhook"}
          id={fieldId("secret")}
          error={errorOf("secret")}
          hint={
            isSigned
              ? "The receiver checks with it that a message is from here. Stored encrypted, not shown again."
              : "Whoever has it can post there. Stored encrypted, not shown again."
          }
        >
          <SecretInput
            label={isSigned ? "signing key" : "URL"}
            value={form.secret}
            canKeep={channel?.hasSecret ?? false}
            onValueChange={(secret) => {
              set({ secret });
              setGenerated(null);
            }}
          />
        </Field>
      ) : null}
      {isSigned && form.secret !== null ? (
        <div className="grid gap-2">
          <div>
            <Button
              size="sm"
              onClick={() => {
                const key = newKey();
                set({ secret: key });
                setGenerated(key);
              }}
            >
              Make a key
            </Button>
          </div>
          {generated === null ? null : (
            <>
              <CodeBlock code={generated} label="the signing key" />
              <p className="text-caption text-secondary">
                Give it to the receiver now: it cannot be read here later.
              </p>
            </>
          )}
        </div>
      ) : null}
      {form.kind === "email" ? (
        <Field label="To" id={fieldId("to")} error={errorOf("to")} hint="One address a line.">
          <Textarea
            value={form.to}
            placeholder="oncall@example.com"
            spellCheck={false}
            onChange={(event) => set({ to: event.target.value })}
          />
        </Field>
      ) : null}
      {form.kind === "alertmanager" ? (
        <Members
          id={fieldId("sourceIds")}
          chosen={form.sourceIds}
          error={errorOf("sourceIds")}
          onChange={(sourceIds) => set({ sourceIds })}
        />
      ) : null}
      <div className="sticky bottom-0 -mx-4 -mb-4 flex flex-wrap justify-end gap-2 border-t bg-surface-raised p-4">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" loading={busy}>
          {channel === null ? "Add channel" : "Save"}
        </Button>
      </div>
    </form>
  );
}

function Members({
  id,
  chosen,
  error,
  onChange,
}: {
  id: string;
  chosen: string[];
  error: string | null;
  onChange: (chosen: string[]) => void;
}) {
  const sources = useQuery(sourcesQuery());
  const managers = (sources.data?.items ?? []).filter(({ kind }) => kind === "alertmanager");
  return (
    <fieldset id={id} tabIndex={-1} className="grid gap-2">
      <legend className="mb-1 text-strong">Members of the cluster</legend>
      <p className="text-caption text-secondary">
        Each is told, as members do not pass alerts on to each other.
      </p>
      {sources.isError ? (
        <p role="alert">The data sources could not be read. {errorFacts(sources.error).detail}</p>
      ) : managers.length === 0 && !sources.isPending ? (
        <p>
          There is no data source of the kind Alertmanager.{" "}
          <a className="text-link hover:underline" href="/settings/sources?source=new-alertmanager">
            Add one first
          </a>
          .
        </p>
      ) : (
        managers.map((source) => (
          <Field key={source.id} inline label={`${source.name} (${source.url})`}>
            <Checkbox
              checked={chosen.includes(source.id)}
              onCheckedChange={(checked) =>
                onChange(
                  checked === true ? [...chosen, source.id] : chosen.filter((each) => each !== source.id),
                )
              }
            />
          </Field>
        ))
      )}
      {error === null ? null : (
        <p role="alert" className="text-caption">
          {error}
        </p>
      )}
    </fieldset>
  );
}
