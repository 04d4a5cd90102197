"use client";

import { PageFailure, type PageFailureProps } from "@/components/shell/page-failure";

export default function PageError(props: PageFailureProps) {
  return (
    <main className="grid min-h-screen place-items-center p-6">
      <PageFailure {...props} />
    </main>
  );
}
