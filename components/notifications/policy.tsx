"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, CornerDownRight, Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { ErrorState } from "@/components/ui/error-state";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toaster";
import { ApiError, errorFacts, type ProblemField } from "@/lib/api/client";
import { channelsQuery, policyKey, policyQuery, putPolicy } from "@/lib/notifications/client";
import type { ChannelView, PolicyView } from "@/lib/notifications/schema";
import {
  fieldPath,
  formOf,
  moved,
  newRoute,
  type PolicyForm,
  type RouteForm,
  saysTheSame,
  type TimingForm,
  treeOf,
} from "./policy-form-state";
import { Section } from "./section";
import { WhoIsTold } from "./who-is-told";

/** Who is told of what, as a list of routes that administrators change; and for given labels, who that would be. */
export function Policy({ canEdit }: { canEdit: boolean }) {
  const policy = useQuery(policyQuery());
  const channels = useQuery(channelsQuery());
  const failed = [policy, channels].find((query) => query.isError && query.data === undefined);
  return (
    <Section
      title="Policy"
      says="An alert takes the first route whose matchers all hold, and within it the first of its own routes; with “go on” those after it too. What matches none is told by the first route."
    >
      {failed ? (
        <ErrorState
          title="The policy could not be read"
          error={errorFacts(failed.error)}
          onRetry={() => void failed.refetch()}
          retrying={failed.isFetching}
        />
      ) : policy.data === undefined || channels.data === undefined ? (
        <Skeleton className="h-40" />
      ) : (
        <PolicyEditor
          // A form in which nothing was changed follows the policy; one that was changed keeps what was typed.
          current={policy.data}
          channels={channels.data.items}
          canEdit={canEdit}
        />
      )}
    </Section>
  );
}

type Failure = { detail: string; fields: ProblemField[]; isOutdated: boolean };

function PolicyEditor({
  current,
  channels,
  canEdit,
}: {
  current: PolicyView;
  channels: ChannelView[];
  canEdit: boolean;
}) {
  const queries = useQueryClient();
  const [read, setRead] = useState(current);
  const [form, setForm] = useState(() => formOf(current));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const prefix = useId();
  const isChanged = !saysTheSame(form, formOf(read));

  const show = (policy: PolicyView) => {
    setRead(policy);
    setForm(formOf(policy));
    setFailure(null);
  };
  if (current.version !== read.version && !isChanged && !busy) show(current);

  async function save() {
    const { tree, errors } = treeOf(form);
    if (errors.length > 0)
      return setFailure({ detail: "Some fields are not valid.", fields: errors, isOutdated: false });
    setBusy(true);
    setFailure(null);
    try {
      const saved = await putPolicy(tree, read.version);
      show(saved);
      queries.setQueryData(policyQuery().queryKey, saved);
      toast("The policy was saved", { state: "ok" });
      await queries.invalidateQueries({ queryKey: policyKey });
    } catch (error) {
      setFailure({
        detail: errorFacts(error).detail,
        fields: error instanceof ApiError ? (error.more.fields ?? []) : [],
        isOutdated: error instanceof ApiError && error.code === "precondition_failed",
      });
    } finally {
      setBusy(false);
    }
  }

  const fields = failure?.fields.map((field) => ({ ...field, path: fieldPath(field.path) })) ?? [];
  const context: Context = {
    canEdit,
    channels,
    fieldId: (path) => `${prefix}-${path}`,
    errorOf: (path) => fields.find((field) => field.path === path)?.message ?? null,
  };
  const { tree, errors } = treeOf(form);
  return (
    <div className="grid grid-cols-1 gap-4">
      <FormErrorSummary
        title="The policy was not saved"
        errors={
          failure === null
            ? []
            : fields.length === 0
              ? [{ message: failure.detail }]
              : fields.map(({ path, message }) => ({ fieldId: context.fieldId(path), message }))
        }
      />
      {failure?.isOutdated ? (
        <p className="flex flex-wrap items-center gap-2">
          What you typed is still here.
          <Button size="sm" onClick={() => show(current)}>
            Show the policy as it is now
          </Button>
        </p>
      ) : null}
      <FirstRoute form={form} onChange={setForm} context={context} />
      {canEdit ? (
        <div className="flex flex-wrap items-center gap-2">
          <Button
            variant="primary"
            loading={busy}
            disabledReason={isChanged ? undefined : "Nothing was changed"}
            onClick={() => void save()}
          >
            Save the policy
          </Button>
          {isChanged ? <Button onClick={() => show(read)}>Discard the changes</Button> : null}
        </div>
      ) : null}
      <WhoIsTold policy={isChanged && errors.length === 0 ? tree : undefined} />
    </div>
  );
}

type Context = {
  canEdit: boolean;
  channels: ChannelView[];
  fieldId: (path: string) => string;
  errorOf: (path: string) => string | null;
};

function FirstRoute({
  form,
  onChange,
  context,
}: {
  form: PolicyForm;
  onChange: (form: PolicyForm) => void;
  context: Context;
}) {
  return (
    <fieldset
      disabled={!context.canEdit}
      className="grid grid-cols-1 gap-4 rounded-panel border bg-surface-panel p-4"
    >
      <legend className="sr-only">The first route, which takes every alert</legend>
      <p className="text-strong">Every alert</p>
      <ChannelBoxes
        path="channels"
        chosen={form.channels}
        onChange={(channels) => onChange({ ...form, channels })}
        context={context}
        nobody="Nobody is told, unless a route below names someone."
      />
      <Timing form={form} path="" onChange={(timing) => onChange({ ...form, ...timing })} context={context} />
      <Field
        inline
        label="Tell of alerts that a Prometheus or an Alertmanager evaluates too"
        hint="Those notify by themselves as a rule; then people would be told twice."
      >
        <Checkbox
          checked={form.tellsExternal}
          disabled={!context.canEdit}
          onCheckedChange={(checked) => onChange({ ...form, tellsExternal: checked === true })}
        />
      </Field>
      <Routes
        routes={form.routes}
        path=""
        onChange={(routes) => onChange({ ...form, routes })}
        context={context}
      />
    </fieldset>
  );
}

function Routes({
  routes,
  path,
  onChange,
  context,
}: {
  routes: RouteForm[];
  path: string;
  onChange: (routes: RouteForm[]) => void;
  context: Context;
}) {
  const replace = (index: number, route: RouteForm) =>
    onChange(routes.map((each, at) => (at === index ? route : each)));
  return (
    <div className="grid grid-cols-1 gap-3">
      {routes.length > 0 ? (
        <ol className="grid grid-cols-1 gap-3">
          {routes.map((route, index) => (
            <li key={route.id}>
              <RouteEditor
                route={route}
                path={`${path}routes.${index}.`}
                name={`${path === "" ? "" : `${numberOf(path)}.`}${index + 1}`}
                onChange={(next) => replace(index, next)}
                onMove={(by) => onChange(moved(routes, index, by))}
                onRemove={() => onChange(routes.filter(({ id }) => id !== route.id))}
                isFirst={index === 0}
                isLast={index === routes.length - 1}
                context={context}
              />
            </li>
          ))}
        </ol>
      ) : null}
      {context.canEdit ? (
        <div>
          <Button size="sm" onClick={() => onChange([...routes, newRoute()])}>
            <Plus aria-hidden />
            {path === "" ? "Add a route" : "Add a route below this one"}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** "routes.0.routes.2." is 1.3. */
const numberOf = (path: string): string =>
  [...path.matchAll(/routes\.(\d+)\./g)].map(([, index]) => Number(index) + 1).join(".");

const AS_ABOVE = "above";
const THESE = "these";

function RouteEditor({
  route,
  path,
  name,
  onChange,
  onMove,
  onRemove,
  isFirst,
  isLast,
  context,
}: {
  route: RouteForm;
  path: string;
  name: string;
  onChange: (route: RouteForm) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
  isFirst: boolean;
  isLast: boolean;
  context: Context;
}) {
  const { canEdit, fieldId, errorOf } = context;
  return (
    <div className="grid grid-cols-1 gap-3 rounded-panel border p-3">
      <div className="flex items-center gap-1">
        <CornerDownRight aria-hidden className="size-4 shrink-0 text-secondary" />
        <span className="mr-auto text-strong">Route {name}</span>
        {canEdit ? (
          <>
            <IconButton
              label={`Move route ${name} up`}
              size="sm"
              disabledReason={isFirst ? "It is the first" : undefined}
              onClick={() => onMove(-1)}
            >
              <ArrowUp />
            </IconButton>
            <IconButton
              label={`Move route ${name} down`}
              size="sm"
              disabledReason={isLast ? "It is the last" : undefined}
              onClick={() => onMove(1)}
            >
              <ArrowDown />
            </IconButton>
            <IconButton label={`Remove route ${name}`} size="sm" onClick={onRemove}>
              <X />
            </IconButton>
          </>
        ) : null}
      </div>
      <Field
        label="Matchers"
        id={fieldId(`${path}matchers`)}
        error={errorOf(`${path}matchers`)}
        hint='All must hold, such as severity="critical", service=~"chat-.*"; none match every alert.'
      >
        <Input
          value={route.matchers}
          spellCheck={false}
          autoComplete="off"
          className="text-mono"
          onChange={(event) => onChange({ ...route, matchers: event.target.value })}
        />
      </Field>
      <Field label="Tells" id={fieldId(`${path}channels`)} error={errorOf(`${path}channels`)}>
        <Select
          disabled={!canEdit}
          value={route.channels === null ? AS_ABOVE : THESE}
          options={[
            { value: AS_ABOVE, label: "Those of the route above" },
            { value: THESE, label: "Others" },
          ]}
          onValueChange={(value) => onChange({ ...route, channels: value === AS_ABOVE ? null : [] })}
        />
      </Field>
      {route.channels === null ? null : (
        <ChannelBoxes
          path={`${path}channels-of`}
          chosen={route.channels}
          onChange={(channels) => onChange({ ...route, channels })}
          context={context}
          nobody="Nobody is told of what takes this route."
        />
      )}
      <Field inline label="Go on to the routes after it">
        <Checkbox
          checked={route.continue}
          disabled={!canEdit}
          onCheckedChange={(checked) => onChange({ ...route, continue: checked === true })}
        />
      </Field>
      <Timing
        form={route}
        path={path}
        onChange={(timing) => onChange({ ...route, ...timing })}
        context={context}
      />
      <Routes
        routes={route.routes}
        path={path}
        onChange={(routes) => onChange({ ...route, routes })}
        context={context}
      />
    </div>
  );
}

function ChannelBoxes({
  path,
  chosen,
  onChange,
  context,
  nobody,
}: {
  path: string;
  chosen: string[];
  onChange: (chosen: string[]) => void;
  context: Context;
  /** What it means that none is chosen. */
  nobody: string;
}) {
  const error = context.errorOf(path);
  return (
    <fieldset id={context.fieldId(path)} tabIndex={-1} className="grid gap-2">
      <legend className="sr-only">Channels</legend>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {context.channels.map((channel) => (
          <Field key={channel.id} inline label={channel.name}>
            <Checkbox
              checked={chosen.includes(channel.id)}
              disabled={!context.canEdit}
              onCheckedChange={(checked) =>
                onChange(
                  checked === true ? [...chosen, channel.id] : chosen.filter((each) => each !== channel.id),
                )
              }
            />
          </Field>
        ))}
      </div>
      {chosen.length === 0 ? (
        <p className="text-secondary">
          {context.channels.length === 0 ? "There is no channel yet. Add one above." : nobody}
        </p>
      ) : null}
      {error === null ? null : <p role="alert">{error}</p>}
    </fieldset>
  );
}

const timingFacts: { name: keyof TimingForm; label: string; hint: string; example: string }[] = [
  {
    name: "groupBy",
    label: "One message for the same",
    hint: "Labels; ... for all of them",
    example: "alertname, service",
  },
  {
    name: "groupWait",
    label: "First told after",
    hint: "So that what belongs together comes together",
    example: "30s",
  },
  { name: "groupInterval", label: "Changes told every", hint: "At the earliest", example: "5m" },
  { name: "repeatInterval", label: "Told again every", hint: "While it fires", example: "4h" },
];

function Timing({
  form,
  path,
  onChange,
  context,
}: {
  form: TimingForm;
  path: string;
  onChange: (timing: Partial<TimingForm>) => void;
  context: Context;
}) {
  const isFirst = path === "";
  const isWrong = timingFacts.some(({ name }) => context.errorOf(`${path}${name}`) !== null);
  const isOwn = timingFacts.some(({ name }) => form[name] !== "");
  return (
    <details open={isFirst || isWrong || isOwn ? true : undefined}>
      <summary className="text-secondary hover:text-primary">Grouping and times</summary>
      <div className="mt-2 grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
        {timingFacts.map(({ name, label, hint, example }) => (
          <Field
            key={name}
            label={label}
            hint={isFirst ? hint : `${hint}; empty: as above`}
            id={context.fieldId(`${path}${name}`)}
            error={context.errorOf(`${path}${name}`)}
          >
            <Input
              value={form[name]}
              placeholder={isFirst ? example : "as above"}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => onChange({ [name]: event.target.value })}
            />
          </Field>
        ))}
      </div>
    </details>
  );
}
