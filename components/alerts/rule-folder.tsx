"use client";

import { useQuery } from "@tanstack/react-query";
import { RelativeTime } from "@/components/ui/relative-time";
import { StateBadge } from "@/components/ui/state-badge";
import { folderFilesQuery } from "@/lib/alerts/client";

const mostShown = 5;

/** Which files of the folder of rules are not what is evaluated, and why; nothing while all are. */
export function RuleFolder() {
  const files = useQuery(folderFilesQuery());
  const wrong = (files.data?.items ?? []).filter(({ problem }) => problem !== null);
  if (wrong.length === 0) return null;
  return (
    <section aria-label="Files of the folder of rules" className="mb-4 grid gap-2 rounded-panel border p-4">
      <StateBadge state="failed">
        {wrong.length === 1
          ? "A file of the folder of rules"
          : `${wrong.length} files of the folder of rules`}{" "}
        could not be taken over
      </StateBadge>
      <ul className="grid gap-2">
        {wrong.slice(0, mostShown).map(({ path, problem, loadedAt, readAt }) => (
          <li key={path} className="grid gap-0.5 [overflow-wrap:anywhere]">
            <code className="text-mono">{path}</code>
            <span>{problem}</span>
            <span className="text-caption text-secondary">
              {loadedAt === null ? (
                "None of its rules is evaluated."
              ) : (
                <>
                  Its version of <RelativeTime time={loadedAt} /> is evaluated on.
                </>
              )}{" "}
              Read <RelativeTime time={readAt} />.
            </span>
          </li>
        ))}
        {wrong.length > mostShown ? (
          <li className="text-secondary">and {wrong.length - mostShown} more</li>
        ) : null}
      </ul>
    </section>
  );
}
