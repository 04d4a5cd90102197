"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useId, useState } from "react";
import { PasswordInput } from "@/components/sign-in/password-input";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RelativeTime } from "@/components/ui/relative-time";
import { toast } from "@/components/ui/toaster";
import { formErrors } from "@/lib/auth/form-errors";
import { roleLabel } from "@/lib/auth/roles";
import { changeAccount, changePassword, endOtherSessions } from "@/lib/users/client";
import type { Account } from "@/lib/users/schema";

/** The signed-in person's own account. */
export function AccountPage({ account, minimumLength }: { account: Account; minimumLength: number }) {
  const hasPassword = account.signsInWith.includes("password");
  return (
    <div className="grid max-w-160 gap-4">
      <Section title="Who you are">
        <Who account={account} />
      </Section>
      <Section title="Password">
        {hasPassword ? (
          <PasswordForm email={account.email} minimumLength={minimumLength} />
        ) : (
          <p className="text-secondary">You sign in through single sign-on and have no password here.</p>
        )}
      </Section>
      <Section title="Sessions">
        <Sessions />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const headingId = useId();
  return (
    <section aria-labelledby={headingId} className="grid gap-4 rounded-panel border bg-surface-panel p-4">
      <h2 id={headingId} className="text-section">
        {title}
      </h2>
      {children}
    </section>
  );
}

function Who({ account }: { account: Account }) {
  const router = useRouter();
  const [name, setName] = useState(account.name ?? "");
  const save = useMutation({
    mutationFn: () => changeAccount(name.trim() === "" ? null : name),
    onSuccess: () => {
      toast("Your name is saved");
      router.refresh();
    },
  });
  const { fields, general } = formErrors(save.error, ["name"]);
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending) save.mutate();
      }}
    >
      <FormErrorSummary title="Your name was not saved" errors={general ? [{ message: general }] : []} />
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1">
        <dt className="text-secondary">E-mail</dt>
        <dd className="min-w-0 [overflow-wrap:anywhere]">{account.email}</dd>
        <dt className="text-secondary">Role</dt>
        <dd>{roleLabel(account.role)}</dd>
        <dt className="text-secondary">Last sign-in</dt>
        <dd>{account.lastSignInAt === null ? "–" : <RelativeTime time={account.lastSignInAt} />}</dd>
      </dl>
      <Field label="Name" optional error={fields.name}>
        <Input autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <div>
        <Button
          type="submit"
          loading={save.isPending}
          disabledReason={name.trim() === (account.name ?? "") ? "The name is saved as it is" : undefined}
        >
          Save the name
        </Button>
      </div>
    </form>
  );
}

const EMPTY = { currentPassword: "", newPassword: "" };

function PasswordForm({ email, minimumLength }: { email: string; minimumLength: number }) {
  const [values, setValues] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () => changePassword(values),
    onSuccess: () => {
      setValues(EMPTY);
      toast("Your password is changed", { description: "Your other sessions have ended." });
    },
  });
  const { fields, general } = formErrors(change.error, Object.keys(EMPTY));
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (!change.isPending) change.mutate();
      }}
    >
      <FormErrorSummary title="The password was not changed" errors={general ? [{ message: general }] : []} />
      {/* Password managers look for whose password it is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <Field label="Current password" error={fields.currentPassword}>
        <PasswordInput
          autoComplete="current-password"
          value={values.currentPassword}
          onChange={(event) => setValues({ ...values, currentPassword: event.target.value })}
        />
      </Field>
      <Field label="New password" hint={`At least ${minimumLength} characters.`} error={fields.newPassword}>
        <PasswordInput
          autoComplete="new-password"
          value={values.newPassword}
          onChange={(event) => setValues({ ...values, newPassword: event.target.value })}
        />
      </Field>
      <div>
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </div>
    </form>
  );
}

function Sessions() {
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: endOtherSessions,
    onSuccess: () => {
      setAsking(false);
      toast("Your other sessions have ended");
    },
  });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <p className="min-w-60 flex-1 text-secondary">
        A session ends 14 days after its sign-in. If you left one open elsewhere, end all but this one.
      </p>
      <Button onClick={() => setAsking(true)}>End other sessions</Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="End your other sessions"
        verb="End other sessions"
        onConfirm={() => end.mutate()}
        pending={end.isPending}
        error={formErrors(end.error, []).general}
      >
        Every browser but this one is signed out of your account. API keys keep working.
      </ConfirmDialog>
    </div>
  );
}
