"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, Fragment, type ReactNode, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { shortName } from "@/components/ui/short-name";
import { ApiError, errorFacts } from "@/lib/api/client";
import { correctService, serviceLabelsQuery } from "@/lib/services/client";
import type { Service } from "@/lib/services/schema";
import { choiceOptions, choicesOf, guessed, type LabelChoicesForm, patchOf, roles } from "./label-choices";

/** What was found of one service and by which metrics, with the form that corrects its labels. */
export function ServiceDetail({
  service,
  signalTitles,
  canEdit,
  onCorrected,
}: {
  service: Service;
  signalTitles: Readonly<Record<string, string>>;
  canEdit: boolean;
  onCorrected: (service: Service) => void;
}) {
  return (
    <div className="grid gap-6">
      {service.notes.length === 0 ? null : (
        <ul className="grid gap-1 rounded-control bg-info-tint px-3 py-2 text-info-text">
          {service.notes.map((note) => (
            <li key={note} className="[overflow-wrap:anywhere]">
              {note}
            </li>
          ))}
        </ul>
      )}
      <LabelForm service={service} canEdit={canEdit} onCorrected={onCorrected} />
      <section className="grid gap-2">
        <h3 className="text-strong">What was found</h3>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          <Fact name="Found by">
            <Names values={service.evidence} mono />
          </Fact>
          <Fact name="Spelled as">{service.profiles.join(", ")}</Fact>
          <Fact name="Models">
            <Names values={service.models} />
          </Fact>
          <Fact name="Versions">
            <Names values={service.versions} />
          </Fact>
          <Fact name={service.instanceCount === 1 ? "Instance" : `${service.instanceCount} instances`}>
            <Names values={service.instances} mono />
          </Fact>
          <Fact name="GPUs">
            <Names values={service.gpus} mono />
          </Fact>
          <Fact name="Hosts">
            <Names values={service.hosts} mono />
          </Fact>
          <Fact name="Scraped every">{`${service.scrapeInterval} s`}</Fact>
        </dl>
      </section>
      <section className="grid gap-2">
        <h3 className="text-strong">{`${service.signals.length} signals can be measured`}</h3>
        <p className="text-secondary">{service.signals.map((id) => signalTitles[id] ?? id).join(" · ")}</p>
        <p>
          <a className="text-link hover:underline" href={`/doctor?service=${encodeURIComponent(service.id)}`}>
            Which metric answers each, and why others are missing
          </a>
        </p>
      </section>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-secondary">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}

const mostNames = 12;

function Names({ values, mono = false }: { values: readonly string[]; mono?: boolean }) {
  const [all, setAll] = useState(false);
  if (values.length === 0) return <>–</>;
  const shown = all ? values : values.slice(0, mostNames);
  return (
    <>
      {shown.map((value, index) => (
        <Fragment key={value}>
          {index > 0 ? ", " : null}
          <span title={value} className={mono ? "text-mono" : undefined}>
            {shortName(value, 120)}
          </span>
        </Fragment>
      ))}
      {values.length > shown.length ? (
        <Button variant="ghost" size="sm" className="ml-2" onClick={() => setAll(true)}>
          {`Show all ${values.length}`}
        </Button>
      ) : null}
    </>
  );
}

function LabelForm({
  service,
  canEdit,
  onCorrected,
}: {
  service: Service;
  canEdit: boolean;
  onCorrected: (service: Service) => void;
}) {
  const labels = useQuery({ ...serviceLabelsQuery(service.id), enabled: canEdit });
  const [form, setForm] = useState<LabelChoicesForm>(() => choicesOf(service));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const prefix = useId();
  const fields = error instanceof ApiError ? (error.more.fields ?? []) : [];
  const patch = patchOf(form, service);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (busy || patch === undefined) return;
    setBusy(true);
    setError(null);
    try {
      const saved = await correctService(service.id, patch);
      setForm(choicesOf(saved));
      onCorrected(saved);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="grid gap-3">
      <h3 className="text-strong">Labels</h3>
      {canEdit ? (
        <form onSubmit={save} className="grid gap-3" noValidate>
          {error === null ? null : (
            <FormErrorSummary
              title="The labels were not saved"
              errors={
                fields.length === 0
                  ? [{ message: errorFacts(error).detail }]
                  : fields.map(({ message }) => ({ message }))
              }
            />
          )}
          <div className="grid items-start gap-3 sm:grid-cols-3">
            {roles.map(({ id, label, hint }) => (
              <Field key={id} label={label} hint={hint} id={`${prefix}-${id}`}>
                <Combobox
                  options={choiceOptions(id, service, labels.data ?? [])}
                  value={form[id]}
                  onValueChange={(choice) => setForm((before) => ({ ...before, [id]: choice }))}
                  searchPlaceholder="Find a label"
                  empty="No such label"
                  className="w-full"
                />
              </Field>
            ))}
          </div>
          {labels.isError ? (
            <p role="status" className="text-caption text-secondary">
              {`The labels of its series could not be read: ${errorFacts(labels.error).detail}`}
            </p>
          ) : null}
          <div className="flex justify-end">
            <Button type="submit" variant="primary" disabled={patch === undefined || busy}>
              {busy ? "Saving …" : "Save labels"}
            </Button>
          </div>
        </form>
      ) : (
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {roles.map(({ id, label }) => (
            <Fact key={id} name={label}>
              {service.labels[id] ?? (id === "replica" ? "instance" : "–")}
              {form[id] === guessed ? " (guessed)" : ""}
            </Fact>
          ))}
        </dl>
      )}
    </section>
  );
}
