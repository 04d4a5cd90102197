"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { Dialog, DialogClose, DialogContent } from "@/components/ui/dialog";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { RoleSelect } from "@/components/users/role-select";
import { apiKeysKey, createApiKey } from "@/lib/api-keys/client";
import type { Role } from "@/lib/auth/actor";
import { formErrors } from "@/lib/auth/form-errors";

const DAY_MS = 86_400_000;
const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
  { value: "never", label: "Never" },
];
const EMPTY = { name: "", role: "viewer" as Role, scopes: [] as string[], lifetime: "90" };

/** Makes a key, then shows its secret once. */
export function CreateKeyDialog({
  open,
  onOpenChange,
  mostRole,
  scopes,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  mostRole: Role;
  scopes: readonly string[];
}) {
  const queryClient = useQueryClient();
  const formId = useId();
  const [values, setValues] = useState(EMPTY);
  const create = useMutation({
    mutationFn: () =>
      createApiKey({
        name: values.name,
        role: values.role,
        scopes: values.scopes,
        expiresAt:
          values.lifetime === "never"
            ? null
            : new Date(Date.now() + Number(values.lifetime) * DAY_MS).toISOString(),
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: apiKeysKey }),
  });
  const { fields, general } = formErrors(create.error, ["name", "role", "scopes", "expiresAt"]);

  function change(next: boolean) {
    onOpenChange(next);
    if (!next && create.isSuccess) {
      create.reset();
      setValues(EMPTY);
    }
  }

  return (
    <Dialog open={open} onOpenChange={change}>
      {create.data ? (
        <DialogContent
          title={`The key ${create.data.apiKey.name}`}
          description="Copy it now: only its hash is kept, so it cannot be shown again."
          footer={
            <DialogClose asChild>
              <Button variant="primary">Done</Button>
            </DialogClose>
          }
        >
          <CodeBlock code={create.data.secret} label="API key" />
        </DialogContent>
      ) : (
        <DialogContent
          title="Create an API key"
          footer={
            <>
              <DialogClose asChild>
                <Button>Cancel</Button>
              </DialogClose>
              <Button type="submit" form={formId} variant="primary" loading={create.isPending}>
                Create
              </Button>
            </>
          }
        >
          <form
            id={formId}
            noValidate
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (!create.isPending) create.mutate();
            }}
          >
            <FormErrorSummary title="No key was made" errors={general ? [{ message: general }] : []} />
            <Field label="Name" hint="What uses it, such as deployment pipeline." error={fields.name}>
              <Input
                autoComplete="off"
                value={values.name}
                onChange={(event) => setValues({ ...values, name: event.target.value })}
              />
            </Field>
            <Field
              label="Role"
              hint="At most your own; it follows when yours is lowered."
              error={fields.role}
            >
              <RoleSelect
                value={values.role}
                most={mostRole}
                onValueChange={(role) => setValues({ ...values, role })}
              />
            </Field>
            <Field label="Expires" error={fields.expiresAt}>
              <Select
                options={LIFETIMES}
                value={values.lifetime}
                onValueChange={(lifetime) => setValues({ ...values, lifetime })}
              />
            </Field>
            <Scopes
              scopes={scopes}
              chosen={values.scopes}
              onChange={(chosen) => setValues({ ...values, scopes: chosen })}
              error={fields.scopes}
            />
          </form>
        </DialogContent>
      )}
    </Dialog>
  );
}

/** Whole resources, and single actions on them; a chosen resource includes its actions. */
function Scopes({
  scopes,
  chosen,
  onChange,
  error,
}: {
  scopes: readonly string[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  error?: string;
}) {
  const id = useId();
  const resources = scopes.filter((scope) => !scope.includes(":"));
  const toggle = (scope: string, on: boolean) => {
    const covers = (other: string) => other === scope || other.startsWith(`${scope}:`);
    onChange(
      on ? [...chosen.filter((other) => !covers(other)), scope] : chosen.filter((other) => other !== scope),
    );
  };
  return (
    <fieldset className="grid gap-2" aria-describedby={`${id}-hint`}>
      <legend className="text-strong">
        Scopes <span className="font-normal text-secondary">(optional)</span>
      </legend>
      <p id={`${id}-hint`} className="text-caption text-secondary">
        {chosen.length === 0
          ? "Nothing chosen: the key may do all that its role may."
          : `The key may only: ${chosen.join(", ")}.`}
      </p>
      {error ? <p className="text-caption text-critical-text">{error}</p> : null}
      <ul className="grid max-h-56 gap-2 overflow-y-auto rounded-control border p-3">
        {resources.map((resource) => (
          <li key={resource} className="grid grid-cols-[1fr_4rem_4rem] items-center gap-x-2">
            {[resource, ...scopes.filter((scope) => scope.startsWith(`${resource}:`))].map((scope) => {
              const included = scope !== resource && chosen.includes(resource);
              return (
                <span key={scope} className="inline-flex items-center gap-2">
                  <Checkbox
                    id={`${id}-${scope}`}
                    checked={included || chosen.includes(scope)}
                    disabled={included}
                    onCheckedChange={(on) => toggle(scope, on === true)}
                  />
                  <label
                    htmlFor={`${id}-${scope}`}
                    className={scope === resource ? "text-strong" : "text-secondary"}
                  >
                    {scope === resource ? resource.replaceAll("_", " ") : scope.slice(resource.length + 1)}
                  </label>
                </span>
              );
            })}
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
