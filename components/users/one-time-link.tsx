"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { exactTime } from "@/components/ui/relative-time";
import type { OneTimeLink as Link } from "@/lib/auth/schema";

/** A link that was just made, to be copied and handed over; it cannot be shown again. */
export function OneTimeLink({ link, forWhom }: { link: Link; forWhom: string }) {
  return (
    <div className="grid gap-2">
      <p className="text-secondary">
        Hand this link to {forWhom} yourself; the console sends no mail. It works once, until
        {` ${exactTime(new Date(link.expiresAt))}`}, and is not shown again.
      </p>
      <CodeBlock code={link.url} label="link" />
    </div>
  );
}
