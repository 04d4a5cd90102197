import type { ReactNode } from "react";

// The policy of scripts goes by a nonce of each answer, so none of these pages is made beforehand.
export const dynamic = "force-dynamic";

export default function SignInLayout({ children }: { children: ReactNode }) {
  return children;
}
