"use client";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { requestJson } from "@/lib/api/client";
import { signIn } from "@/lib/auth/client";
import { FormAlert } from "./form-alert";
import { useLinkToken } from "./link-token";
import { PasswordInput } from "./password-input";
import { useForm } from "./use-form";

/** Makes the first administrator and signs in. */
export function SetUpForm({
  needsToken,
  token,
  minimumLength,
}: {
  needsToken: boolean;
  /** From the address, when the start's link was followed. */
  token: string;
  minimumLength: number;
}) {
  const fromAddress = useLinkToken() ?? token;
  const form = useForm({ email: "", name: "", password: "", token: "" }, async (values) => {
    const given = values.token.trim() || fromAddress;
    const { email } = await requestJson<{ email: string }>("/api/v1/account/set-up", {
      method: "POST",
      body: {
        email: values.email,
        password: values.password,
        ...(values.name.trim() === "" ? {} : { name: values.name }),
        ...(given === "" ? {} : { token: given }),
      },
    });
    await signIn({ by: "password", email, password: values.password });
    location.assign("/");
  });
  return (
    <form className="grid gap-4" onSubmit={form.submit} noValidate>
      <FormAlert message={form.errors.general} />
      {needsToken && (fromAddress === "" || form.errors.fields.token) ? (
        <Field
          label="Set-up token"
          hint="The console’s start printed it, with the link to this page."
          error={form.errors.fields.token}
        >
          <Input {...form.control("token")} autoComplete="off" spellCheck={false} className="text-mono" />
        </Field>
      ) : null}
      <Field label="E-mail" error={form.errors.fields.email}>
        <Input {...form.control("email")} type="email" autoComplete="username" autoFocus />
      </Field>
      <Field label="Name" optional error={form.errors.fields.name}>
        <Input {...form.control("name")} autoComplete="name" />
      </Field>
      <Field
        label="Password"
        hint={`At least ${minimumLength} characters.`}
        error={form.errors.fields.password}
      >
        <PasswordInput {...form.control("password")} autoComplete="new-password" />
      </Field>
      <Button type="submit" variant="primary" loading={form.pending} className="w-full">
        Create the administrator
      </Button>
    </form>
  );
}
