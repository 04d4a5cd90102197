"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose, DialogContent } from "@/components/ui/dialog";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Role } from "@/lib/auth/actor";
import { formErrors } from "@/lib/auth/form-errors";
import { roleWords } from "@/lib/auth/roles";
import { createUser, usersKey } from "@/lib/users/client";
import { OneTimeLink } from "./one-time-link";
import { RoleSelect } from "./role-select";

const EMPTY = { email: "", name: "", role: "viewer" as Role };

/** Makes an account, then shows the link on which its person sets a password. */
export function InviteDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const queryClient = useQueryClient();
  const formId = useId();
  const [values, setValues] = useState(EMPTY);
  const invite = useMutation({
    mutationFn: () =>
      createUser({
        email: values.email,
        role: values.role,
        ...(values.name.trim() === "" ? {} : { name: values.name }),
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: usersKey }),
  });
  const { fields, general } = formErrors(invite.error, Object.keys(EMPTY));
  const may = roleWords.find((words) => words.role === values.role)!.may;

  function change(next: boolean) {
    onOpenChange(next);
    // What was typed stays when the dialog was only closed by mistake.
    if (!next && invite.isSuccess) {
      invite.reset();
      setValues(EMPTY);
    }
  }

  return (
    <Dialog open={open} onOpenChange={change}>
      {invite.data ? (
        <DialogContent
          title={`${invite.data.user.email} has an account`}
          footer={
            <DialogClose asChild>
              <Button variant="primary">Done</Button>
            </DialogClose>
          }
        >
          <OneTimeLink link={invite.data.link} forWhom={invite.data.user.name ?? invite.data.user.email} />
        </DialogContent>
      ) : (
        <DialogContent
          title="Invite someone"
          description="They get a link on which they set a password."
          footer={
            <>
              <DialogClose asChild>
                <Button>Cancel</Button>
              </DialogClose>
              <Button type="submit" form={formId} variant="primary" loading={invite.isPending}>
                Invite
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
              if (!invite.isPending) invite.mutate();
            }}
          >
            <FormErrorSummary title="No account was made" errors={general ? [{ message: general }] : []} />
            <Field label="E-mail" error={fields.email}>
              <Input
                type="email"
                autoComplete="off"
                value={values.email}
                onChange={(event) => setValues({ ...values, email: event.target.value })}
              />
            </Field>
            <Field label="Name" optional error={fields.name}>
              <Input
                autoComplete="off"
                value={values.name}
                onChange={(event) => setValues({ ...values, name: event.target.value })}
              />
            </Field>
            <Field label="Role" hint={`Someone of this role ${may}.`} error={fields.role}>
              <RoleSelect value={values.role} onValueChange={(role) => setValues({ ...values, role })} />
            </Field>
          </form>
        </DialogContent>
      )}
    </Dialog>
  );
}
