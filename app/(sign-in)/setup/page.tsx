import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInFrame } from "@/components/sign-in/frame";
import { SetUpForm } from "@/components/sign-in/set-up-form";
import { needsFirstAdministrator } from "@/lib/auth/first-administrator";
import { MINIMUM_PASSWORD_LENGTH } from "@/lib/auth/schema";
import { listensOnLoopback } from "@/lib/config";

export const metadata: Metadata = { title: "Set up" };

type Search = Promise<Record<string, string | string[] | undefined>>;

export default async function SetUpPage({ searchParams }: { searchParams: Search }) {
  if (!(await needsFirstAdministrator())) redirect("/sign-in");
  const { token } = await searchParams;
  return (
    <SignInFrame
      title="Set up Inferscope"
      description="Create the administrator. Everyone else is invited on the users page afterwards."
    >
      <SetUpForm
        needsToken={!listensOnLoopback()}
        token={typeof token === "string" ? token : ""}
        minimumLength={MINIMUM_PASSWORD_LENGTH}
      />
    </SignInFrame>
  );
}
