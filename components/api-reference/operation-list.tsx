"use client";

import { Link2 } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { SearchInput } from "@/components/ui/input";

/** One endpoint as the list needs it; `detail` was drawn by the server. */
export type ListedOperation = {
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  detail: ReactNode;
};

/** Endpoints by tag, found by typing; the address of one (`#get-sources`) opens it. */
export function OperationList({ operations }: { operations: ListedOperation[] }) {
  const [query, setQuery] = useQueryState(
    "q",
    parseAsString.withDefault("").withOptions({ history: "replace" }),
  );
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = operations.filter(({ method, path, tag, summary }) => {
    const text = `${method} ${path} ${tag} ${summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const tags = [...new Set(operations.map(({ tag }) => tag))];

  useEffect(() => {
    function openTarget() {
      const id = decodeURIComponent(location.hash.slice(1));
      if (id === "") return;
      setOpen((before) => new Set(before).add(id));
      // After the paint that opens it, or its place would be that of the closed one.
      requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView());
    }
    openTarget();
    addEventListener("hashchange", openTarget);
    return () => removeEventListener("hashchange", openTarget);
  }, []);

  return (
    <div className="grid items-start gap-6 lg:grid-cols-[11rem_1fr]">
      <nav aria-label="Parts of the API" className="top-16 lg:sticky">
        <ul className="flex flex-wrap gap-x-4 gap-y-1 lg:grid">
          {tags.map((tag) => (
            <li key={tag}>
              <a className="text-secondary hover:text-primary" href={`#${tagId(tag)}`}>
                {tag}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="grid min-w-0 gap-6">
        <SearchInput
          className="max-w-96"
          aria-label="Search the endpoints"
          placeholder="Search endpoints"
          value={query}
          onChange={(event) => void setQuery(event.target.value || null)}
        />
        {shown.length === 0 ? (
          <EmptyState
            title={`No endpoint matches “${query}”`}
            action={<Button onClick={() => void setQuery(null)}>Show every endpoint</Button>}
          />
        ) : null}
        {tags.map((tag) => {
          const inTag = shown.filter((operation) => operation.tag === tag);
          return inTag.length === 0 ? null : (
            <section key={tag} aria-labelledby={tagId(tag)} className="grid gap-2">
              <h2 id={tagId(tag)} className="scroll-mt-16 text-section">
                {tag}
              </h2>
              <ul className="overflow-hidden rounded-panel border bg-surface-panel">
                {inTag.map((operation) => (
                  <li
                    key={operation.id}
                    id={operation.id}
                    className="group/operation relative scroll-mt-16 border-b last:border-b-0"
                  >
                    <details
                      open={open.has(operation.id)}
                      onToggle={(event) => {
                        const isOpen = event.currentTarget.open;
                        setOpen((before) => {
                          if (before.has(operation.id) === isOpen) return before;
                          const next = new Set(before);
                          if (isOpen) next.add(operation.id);
                          else next.delete(operation.id);
                          return next;
                        });
                      }}
                    >
                      <summary className="grid min-h-10 grid-cols-[4.5rem_1fr] items-center gap-x-3 px-4 py-2 hover:bg-surface-hover focus-visible:-outline-offset-2 lg:grid-cols-[4.5rem_minmax(0,1fr)_minmax(0,1fr)_1.5rem]">
                        <span className="text-mono text-secondary">{operation.method}</span>
                        <code className="text-mono text-primary [overflow-wrap:anywhere]">
                          {operation.path}
                        </code>
                        <span className="text-secondary max-lg:col-start-2">{operation.summary}</span>
                      </summary>
                      {/* All of them together would be twenty thousand elements. */}
                      {open.has(operation.id) ? operation.detail : null}
                    </details>
                    <a
                      href={`#${operation.id}`}
                      aria-label={`Link to ${operation.summary}`}
                      className="absolute top-3 right-4 hidden text-secondary opacity-0 hover:text-primary focus-visible:opacity-100 group-hover/operation:opacity-100 lg:block"
                    >
                      <Link2 className="size-4" aria-hidden />
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </div>
  );
}

const tagId = (tag: string) => `tag-${tag.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
