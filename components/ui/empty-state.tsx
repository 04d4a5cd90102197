import type { ReactNode } from "react";
import { cn } from "./class-names";

/**
 * What stands where nothing is yet: one sentence on what the thing is, the one action that makes the first, a link to
 * its docs page. `compact` is for a panel, where a title says which kind of empty it is.
 */
export function EmptyState({
  title,
  children,
  action,
  docs,
  compact = false,
  className,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  docs?: { href: string; label: string };
  compact?: boolean;
  className?: string;
}) {
  return (
    <div
      className={cn(
        "flex flex-col items-center justify-center text-center",
        compact ? "gap-1 px-4 py-3" : "gap-2 rounded-panel border border-dashed px-6 py-12",
        className,
      )}
    >
      <p className={cn("max-w-full [overflow-wrap:anywhere]", compact ? "text-strong" : "text-section")}>
        {title}
      </p>
      {children ? (
        <div className="max-w-[52ch] text-balance text-body text-secondary [overflow-wrap:anywhere]">
          {children}
        </div>
      ) : null}
      {action || docs ? (
        <div className="mt-2 flex flex-wrap items-center justify-center gap-3">
          {action}
          {docs ? (
            <a className="text-link hover:underline" href={docs.href}>
              {docs.label}
            </a>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
