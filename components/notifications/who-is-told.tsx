"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RelativeTime } from "@/components/ui/relative-time";
import { StateBadge } from "@/components/ui/state-badge";
import { errorFacts } from "@/lib/api/client";
import { policyKey, previewPolicy } from "@/lib/notifications/client";
import { parseMatchers } from "@/lib/notifications/matcher";
import type { PolicyTreeInput } from "@/lib/notifications/schema";

const USUAL = 'alertname="HighLatency", service="chat-api", severity="critical"';

/** The labels in a text such as `alertname="X", severity="critical"`, or what is wrong with it. */
function labelsIn(text: string): { labels: Record<string, string> } | { wrong: string } {
  const parsed = parseMatchers(text);
  if (!parsed.ok) return { wrong: `${parsed.message}: character ${parsed.at + 1}` };
  const other = parsed.matchers.find(({ isRegex, isEqual }) => isRegex || !isEqual);
  if (other !== undefined) return { wrong: `An alert has one value of ${other.name}; write it with =` };
  return { labels: Object.fromEntries(parsed.matchers.map(({ name, value }) => [name, value])) };
}

/** Who would be told of an alert with the labels that are typed, when, and by which route. */
export function WhoIsTold({
  policy,
}: {
  /** A policy that is not saved yet; the present one when absent. */
  policy?: PolicyTreeInput;
}) {
  const [text, setText] = useState(USUAL);
  const asked = labelsIn(useDeferredValue(text));
  const labels = "labels" in asked ? asked.labels : null;
  const preview = useQuery({
    queryKey: [...policyKey, "preview", labels, policy ?? null],
    queryFn: () => previewPolicy({ labels: labels ?? {}, policy }),
    enabled: labels !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <div className="grid grid-cols-1 gap-3 rounded-panel border bg-surface-panel p-4">
      <Field
        label="Who would be told"
        hint={
          policy === undefined
            ? "The labels of an alert."
            : "The labels of an alert, by the policy as it stands above, which is not saved yet."
        }
        error={"wrong" in asked ? asked.wrong : null}
      >
        <Input
          value={text}
          spellCheck={false}
          autoComplete="off"
          className="text-mono"
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      {preview.isError ? (
        <ErrorState
          title="It could not be said who would be told"
          error={errorFacts(preview.error)}
          onRetry={() => void preview.refetch()}
        />
      ) : preview.data ? (
        <div role="status" className="grid gap-2">
          {preview.data.silencedBy.map((silence) => (
            <p key={silence.id} className="flex flex-wrap items-center gap-2">
              <StateBadge state="silenced">Silenced</StateBadge>
              {silence.comment} ({silence.createdBy}
              {silence.sources.length > 0 ? `, in ${silence.sources.join(" and ")}` : null}, until{" "}
              <RelativeTime time={silence.endsAt} />)
            </p>
          ))}
          <ul className="grid gap-2">
            {preview.data.routes.map((route, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two routes may be the same in every word
              <li key={index} className="grid gap-0.5">
                <span>{route.says}</span>
                <span className="text-caption text-mono text-secondary [overflow-wrap:anywhere]">
                  {route.path.length === 0 ? "the first route" : route.path.join(" → ")}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
