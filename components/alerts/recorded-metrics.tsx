"use client";

import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { handToRuler, recordingRulesUrl } from "@/lib/alerts/client";
import type { ImportReport } from "@/lib/alerts/rule-file/schema";
import { errorFacts } from "@/lib/api/client";

type Recorded = ImportReport["recorded"][number];

const existsWords = (exists: boolean | null) =>
  exists === null ? (
    <StateBadge state="unknown">Not known whether it is there</StateBadge>
  ) : exists ? (
    <StateBadge state="ok">There already</StateBadge>
  ) : (
    <StateBadge state="warning">Nobody makes it yet</StateBadge>
  );

/** What the alerts of a file read of its recording rules, and the ways to have a ruler make it. */
export function RecordedMetrics({
  recorded,
  source,
  isImported,
}: {
  recorded: readonly Recorded[];
  source: string;
  /** A group can be handed over once it is here. */
  isImported: boolean;
}) {
  const groups = [...new Map(recorded.map((each) => [`${each.file}\n${each.group}`, each])).values()];
  const hand = useMutation({
    mutationFn: ({ file, group }: Recorded) => handToRuler({ file, group, source }),
    onSuccess: ({ group, rules, namespace }) =>
      toast(`${group} is with the ruler`, {
        state: "ok",
        description: `${rules} recording rules, in the namespace ${namespace}`,
      }),
    onError: (error) =>
      toast("The group was not handed over", {
        state: "failed",
        description: errorFacts(error).detail,
        durationMs: 20_000,
      }),
  });
  if (recorded.length === 0) return null;
  return (
    <section aria-label="Recording rules that alerts read" className="grid gap-3">
      <p>
        Recording rules are kept and not evaluated here: a ruler has to make what these alerts read.
        {isImported ? null : " After the import you can hand their groups over."}
      </p>
      <ul className="grid gap-2">
        {recorded.map(({ name, group, alerts, exists }) => (
          <li key={name} className="flex flex-wrap items-center gap-x-3 gap-y-1 [overflow-wrap:anywhere]">
            <code className="text-mono">{name}</code>
            {existsWords(exists)}
            <span className="text-secondary">
              group {group}, read by {alerts.join(", ")}
            </span>
          </li>
        ))}
      </ul>
      {isImported
        ? groups.map((each) => (
            <div key={`${each.file}\n${each.group}`} className="flex flex-wrap items-center gap-2">
              <span className="mr-auto [overflow-wrap:anywhere]">{each.group}</span>
              <Button asChild size="sm">
                <a href={recordingRulesUrl({ ...each, source })} download={`${each.group}.yaml`}>
                  <Download aria-hidden />
                  Rule file for your Prometheus
                </a>
              </Button>
              <Button
                size="sm"
                loading={hand.isPending && hand.variables.group === each.group}
                onClick={() => hand.mutate(each)}
              >
                Hand to the ruler of {source}
              </Button>
            </div>
          ))
        : null}
    </section>
  );
}
