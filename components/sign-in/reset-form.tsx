"use client";

import { Button, ButtonLink } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { requestJson } from "@/lib/api/client";
import { signIn } from "@/lib/auth/client";
import { FormAlert } from "./form-alert";
import { useLinkToken } from "./link-token";
import { PasswordInput } from "./password-input";
import { useForm } from "./use-form";

/** Sets a password by a one-time link and signs in with it. */
export function ResetForm({ minimumLength }: { minimumLength: number }) {
  const token = useLinkToken();
  const form = useForm({ password: "" }, async ({ password }) => {
    const { email } = await requestJson<{ email: string }>("/api/v1/account/password-reset", {
      method: "POST",
      body: { token, password },
    });
    await signIn({ by: "password", email, password });
    location.assign("/");
  });
  if (token === null)
    return (
      <div className="grid gap-4">
        <FormAlert message="This address holds no token. Open the whole link, with what follows the #." />
        <ButtonLink href="/sign-in" className="w-full">
          Go to the sign-in
        </ButtonLink>
      </div>
    );
  return (
    <form className="grid gap-4" onSubmit={form.submit} noValidate>
      <FormAlert message={form.errors.general} />
      <Field
        label="New password"
        hint={`At least ${minimumLength} characters.`}
        error={form.errors.fields.password}
      >
        <PasswordInput {...form.control("password")} autoComplete="new-password" autoFocus />
      </Field>
      <Button type="submit" variant="primary" loading={form.pending} className="w-full">
        Set the password and sign in
      </Button>
    </form>
  );
}
