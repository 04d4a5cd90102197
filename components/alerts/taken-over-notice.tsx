"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { RelativeTime } from "@/components/ui/relative-time";
import { toast } from "@/components/ui/toaster";
import { alertsKey, seeTakeover } from "@/lib/alerts/client";
import type { Takeover } from "@/lib/alerts/takeovers/schema";
import { errorFacts } from "@/lib/api/client";

const mostShown = 3;

/** Which of the viewer's acknowledgements someone else has taken over or ended, at least one. */
export default function TakenOverNotice({ items }: { items: readonly Takeover[] }) {
  const queries = useQueryClient();
  const seen = useMutation({
    mutationFn: (ids: string[]) => Promise.all(ids.map(seeTakeover)),
    onError: (error) =>
      toast("The notice could not be dismissed", {
        state: "failed",
        description: errorFacts(error).detail,
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: alertsKey }),
  });
  const shown = items.slice(0, mostShown);
  return (
    <section
      aria-label="Your acknowledgements that others took over or ended"
      aria-live="polite"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b bg-surface-raised px-6 py-2 max-md:px-4"
    >
      <ul className="mr-auto grid min-w-0 gap-1">
        {shown.map(({ id, kind, alert, by, note, at }) => (
          <li key={id} className="[overflow-wrap:anywhere]">
            <span className="text-strong">{by.name}</span> has{" "}
            {kind === "undone" ? "ended your acknowledgement of" : "taken"}{" "}
            <Link href={`/alerts/${alert.id}`} className="text-link hover:underline">
              {alert.name}
            </Link>
            {kind === "undone" ? null : " over from you"}
            {note === null ? null : <>: “{note}”</>}{" "}
            <RelativeTime time={at} className="text-caption text-secondary" />
          </li>
        ))}
        {items.length > shown.length ? (
          <li className="text-secondary">and {items.length - shown.length} more</li>
        ) : null}
      </ul>
      <Button size="sm" loading={seen.isPending} onClick={() => seen.mutate(items.map(({ id }) => id))}>
        Seen
      </Button>
    </section>
  );
}
