import type { ReactNode } from "react";
import { cn } from "./class-names";

/** One key. A chord is several of them side by side. */
export function Kbd({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-5 min-w-5 items-center justify-center rounded-control border bg-surface-page px-1 font-sans text-caption text-secondary",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
