import { cn } from "./class-names";

/** A sentence under a chart: two lines of it, all of it while the pointer is over it or it has the focus. */
export function Footnote({ children, className }: { children: string; className?: string }) {
  return (
    <p className={cn("pt-2 text-caption text-secondary", className)}>
      <button
        type="button"
        title={children}
        className="line-clamp-2 cursor-text select-text rounded-control text-left [overflow-wrap:anywhere] focus:line-clamp-none"
      >
        {children}
      </button>
    </p>
  );
}
