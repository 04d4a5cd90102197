"use client";

import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { FilterSelect } from "@/components/ui/filter-select";
import { Input, Textarea } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { addAnnotation, editAnnotation } from "@/lib/annotations/client";
import type { AnnotationView } from "@/lib/annotations/schema";
import { ApiError, errorFacts } from "@/lib/api/client";
import { inputOf, localInputValue, type NoteForm } from "./note-form-state";

/** Adds a note, or changes `note`. What was typed stays when saving fails; an error stands at its field. */
export function NoteFormView({
  note,
  initial,
  range,
  services,
  onCancel,
  onSaved,
}: {
  note: AnnotationView | null;
  initial: NoteForm;
  /** The page's, which a range begins as. Unix seconds. */
  range: { from: number; to: number };
  services: readonly string[];
  onCancel: () => void;
  onSaved: () => void;
}) {
  const [form, setForm] = useState(initial);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly { field?: string; message: string }[]>([]);
  const prefix = useId();
  const set = (patch: Partial<NoteForm>) => setForm((before) => ({ ...before, ...patch }));
  const errorOf = (field: string) => problems.find((problem) => problem.field === field)?.message;
  const known =
    note?.service != null && !services.includes(note.service) ? [...services, note.service] : services;

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const made = inputOf(form);
    if ("problems" in made) {
      setProblems(made.problems);
      return;
    }
    setBusy(true);
    setProblems([]);
    try {
      await (note === null ? addAnnotation(made.input) : editAnnotation(note, made.input));
      onSaved();
    } catch (error) {
      const fields = error instanceof ApiError ? (error.more.fields ?? []) : [];
      setProblems(
        fields.length > 0
          ? fields.map(({ path, message }) => ({ field: fieldOf[path], message }))
          : [{ message: errorFacts(error).detail }],
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={save} className="grid gap-4" noValidate>
      <FormErrorSummary
        title="The note was not saved"
        errors={problems.map(({ field, message }) => ({
          message,
          ...(field === undefined ? {} : { fieldId: `${prefix}-${field}` }),
        }))}
      />
      <Field label="What happened" error={errorOf("text")} id={`${prefix}-text`}>
        <Textarea
          value={form.text}
          onChange={(event) => set({ text: event.target.value })}
          maxLength={1_000}
          rows={3}
        />
      </Field>
      <Segmented
        label="A moment or a range"
        className="justify-self-start"
        value={form.span}
        onValueChange={(span) =>
          set(
            span === "range" && form.to <= form.from
              ? { span, from: localInputValue(range.from), to: localInputValue(range.to) }
              : { span },
          )
        }
        options={[
          { value: "moment", label: "A moment" },
          { value: "range", label: "A range" },
        ]}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={form.span === "range" ? "From" : "When"} error={errorOf("from")} id={`${prefix}-from`}>
          <Input
            type="datetime-local"
            step={1}
            value={form.from}
            onChange={(event) => set({ from: event.target.value })}
          />
        </Field>
        {form.span === "range" ? (
          <Field label="To" error={errorOf("to")} id={`${prefix}-to`}>
            <Input
              type="datetime-local"
              step={1}
              value={form.to}
              onChange={(event) => set({ to: event.target.value })}
            />
          </Field>
        ) : null}
      </div>
      <Field label="About" error={errorOf("service")} id={`${prefix}-service`}>
        <FilterSelect
          all="All services"
          values={known.map((service) => ({ value: service, label: service }))}
          value={form.service}
          onValueChange={(service) => set({ service })}
        />
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={busy}>
          {busy ? "Saving …" : note === null ? "Add the note" : "Save the note"}
        </Button>
      </div>
    </form>
  );
}

/** The form's fields by those of the API. */
const fieldOf: Record<string, string | undefined> = {
  text: "text",
  start: "from",
  end: "to",
  service: "service",
};
