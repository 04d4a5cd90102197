"use client";

import { Button, ButtonLink } from "@/components/ui/button";
import { signIn } from "@/lib/auth/client";
import { FormAlert } from "./form-alert";
import { useLinkToken } from "./link-token";
import { useForm } from "./use-form";

/** Spends a one-time link: by a press of the button, so that nothing that merely opens the address can. */
export function LinkForm() {
  const token = useLinkToken();
  const form = useForm({}, async () => {
    if (!token) return;
    await signIn({ by: "link", token });
    location.assign("/overview");
  });
  const message =
    token === null
      ? "This address holds no token. Open the whole link, with what follows the #."
      : form.errors.general;
  return (
    <form className="grid gap-4" onSubmit={form.submit}>
      <FormAlert message={message} />
      {message === null ? (
        <Button type="submit" variant="primary" loading={form.pending} autoFocus className="w-full">
          Sign in
        </Button>
      ) : (
        <ButtonLink href="/sign-in" className="w-full">
          Sign in another way
        </ButtonLink>
      )}
    </form>
  );
}
