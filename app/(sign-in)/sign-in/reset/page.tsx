import type { Metadata } from "next";
import { SignInFrame } from "@/components/sign-in/frame";
import { ResetForm } from "@/components/sign-in/reset-form";
import { MINIMUM_PASSWORD_LENGTH } from "@/lib/auth/schema";

export const metadata: Metadata = { title: "Set a password" };

export default function ResetPage() {
  return (
    <SignInFrame title="Set a password" description="This ends the sessions that are open elsewhere.">
      <ResetForm minimumLength={MINIMUM_PASSWORD_LENGTH} />
    </SignInFrame>
  );
}
