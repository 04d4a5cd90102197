import type { ReactNode } from "react";
import { cn } from "@/components/ui/class-names";

/** The head of a page: one title, the state in words beside it, and what can be done, the primary button last. */
export function PageHeader({
  title,
  state,
  description,
  actions,
  className,
}: {
  title: ReactNode;
  /** A `StateBadge`: the answer first. */
  state?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn("mb-4 flex flex-wrap items-start gap-x-4 gap-y-3", className)}>
      <div className="grid min-w-0 gap-1">
        <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1">
          <h1
            title={typeof title === "string" ? title : undefined}
            className="line-clamp-2 min-w-0 text-page [overflow-wrap:anywhere]"
          >
            {title}
          </h1>
          {state}
        </div>
        {description ? (
          <p className="max-w-[72ch] text-body text-secondary [overflow-wrap:anywhere]">{description}</p>
        ) : null}
      </div>
      {actions ? (
        <div className="ml-auto flex flex-wrap items-center gap-2 max-sm:ml-0">{actions}</div>
      ) : null}
    </div>
  );
}
