import { cn } from "./class-names";

/** A sentence under a chart: all of it on a phone; else two lines, and all while it has the focus. */
export function Footnote({ children, className }: { children: string; className?: string }) {
  return (
    <p className={cn("pt-2 text-caption text-secondary", className)}>
      <button
        type="button"
        title={children}
        className="cursor-text select-text rounded-control text-left [overflow-wrap:anywhere] md:line-clamp-2 md:focus:line-clamp-none"
      >
        {children}
      </button>
    </p>
  );
}
