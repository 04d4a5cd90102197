"use client";

import { LogIn } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { signIn, singleSignOnUrl } from "@/lib/auth/client";
import { FormAlert } from "./form-alert";
import { PasswordInput } from "./password-input";
import { useForm } from "./use-form";

/** E-mail and password, and single sign-on where it is set up. */
export function SignInForm({
  to,
  message,
  singleSignOn,
}: {
  /** The path to go to afterwards. */
  to: string;
  /** What came of the last try, when it ended on this page. */
  message: string | null;
  singleSignOn: { name: string; origin: string } | null;
}) {
  const [issuerError, setIssuerError] = useState<string | null>(null);
  const [leaving, setLeaving] = useState(false);
  const form = useForm({ email: "", password: "" }, async ({ email, password }) => {
    if (email.trim() === "" || password === "")
      throw new Error("Give your e-mail address and your password.");
    await signIn({ by: "password", email, password });
    location.assign(to);
  });
  const said = form.errors.general ?? issuerError ?? (form.pending ? null : message);

  async function goToIssuer(origin: string) {
    // The issuer answers to the console's own address, and the cookies of the way there have to be of that one.
    if (location.origin !== origin) {
      location.assign(`${origin}/sign-in?to=${encodeURIComponent(to)}`);
      return;
    }
    setLeaving(true);
    setIssuerError(null);
    try {
      location.assign(await singleSignOnUrl(to));
    } catch (error) {
      setIssuerError(error instanceof Error ? error.message : String(error));
      setLeaving(false);
    }
  }

  return (
    <div className="grid gap-4">
      <FormAlert message={said} />
      {singleSignOn ? (
        <>
          <Button loading={leaving} onClick={() => void goToIssuer(singleSignOn.origin)} className="w-full">
            <LogIn aria-hidden />
            Continue with {singleSignOn.name}
          </Button>
          <p className="flex items-center gap-3 text-caption text-secondary before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or
          </p>
        </>
      ) : null}
      <form className="grid gap-4" onSubmit={form.submit} noValidate>
        <Field label="E-mail">
          <Input {...form.control("email")} type="email" autoComplete="username" autoFocus={!singleSignOn} />
        </Field>
        <Field label="Password">
          <PasswordInput {...form.control("password")} autoComplete="current-password" />
        </Field>
        <Button type="submit" variant="primary" loading={form.pending} className="w-full">
          Sign in
        </Button>
      </form>
      <p className="text-caption text-secondary">
        Forgot the password? Ask an administrator for a link, or run{" "}
        <code className="text-mono">npm run user -- reset</code> on the console’s machine.
      </p>
    </div>
  );
}
