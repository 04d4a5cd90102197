import type { Metadata } from "next";
import { SignInFrame } from "@/components/sign-in/frame";
import { LinkForm } from "@/components/sign-in/link-form";

export const metadata: Metadata = { title: "Sign in by link" };

export default function LinkPage() {
  return (
    <SignInFrame
      title="Sign in by link"
      description="This link works once, within ten minutes of being made."
    >
      <LinkForm />
    </SignInFrame>
  );
}
