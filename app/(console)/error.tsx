"use client";

import { PageFailure, type PageFailureProps } from "@/components/shell/page-failure";

export default function ConsolePageError(props: PageFailureProps) {
  return (
    <div className="grid place-items-center py-12">
      <PageFailure {...props} />
    </div>
  );
}
