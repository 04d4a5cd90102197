import type { Metadata } from "next";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { SignInFrame } from "@/components/sign-in/frame";
import { SignInForm } from "@/components/sign-in/sign-in-form";
import { userFromCookies } from "@/lib/auth/authenticate";
import { needsFirstAdministrator } from "@/lib/auth/first-administrator";
import { safeReturnPath } from "@/lib/auth/return-path";
import { signInMessage } from "@/lib/auth/sign-in-messages";
import { config, publicUrl } from "@/lib/config";

export const metadata: Metadata = { title: "Sign in" };

type Search = Promise<Record<string, string | string[] | undefined>>;

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

export default async function SignInPage({ searchParams }: { searchParams: Search }) {
  const { to, error } = await searchParams;
  const path = safeReturnPath(single(to));
  if ((await userFromCookies(await cookies())) !== null) redirect(path);
  const { OIDC_ISSUER, OIDC_NAME } = config();
  const isNew = await needsFirstAdministrator();
  if (isNew && OIDC_ISSUER === undefined) redirect("/setup");
  return (
    <SignInFrame
      title="Sign in"
      description={
        isNew ? (
          <>
            There is no administrator yet.{" "}
            <a href="/setup" className="text-link hover:underline">
              Create one
            </a>
            , or sign in as a member of its group.
          </>
        ) : undefined
      }
    >
      <SignInForm
        to={path}
        message={signInMessage(single(error))}
        singleSignOn={
          OIDC_ISSUER === undefined ? null : { name: OIDC_NAME, origin: new URL(publicUrl()).origin }
        }
      />
    </SignInFrame>
  );
}
