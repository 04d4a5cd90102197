import { cn } from "./class-names";
import { CopyButton } from "./copy-button";

/** Text in mono that can be copied: PromQL, a command, an upstream's message. Long lines wrap unless told otherwise. */
export function CodeBlock({
  code,
  label,
  wrap = true,
  className,
}: {
  code: string;
  /** What it is ("PromQL"), for the copy button. */
  label?: string;
  wrap?: boolean;
  className?: string;
}) {
  return (
    <div className={cn("relative rounded-panel border bg-surface-page", className)}>
      <pre
        tabIndex={wrap ? undefined : 0}
        className={cn(
          "max-h-80 overflow-auto p-3 pr-11 text-left text-mono text-primary",
          wrap && "whitespace-pre-wrap [overflow-wrap:anywhere]",
        )}
      >
        <code>{code}</code>
      </pre>
      <CopyButton
        value={code}
        label={label ? `Copy ${label}` : "Copy"}
        className="absolute top-1 right-1 bg-surface-page"
      />
    </div>
  );
}

/** A word in mono inside a sentence: a metric's name, a label, a flag. */
export function Code({ children, className }: { children: string; className?: string }) {
  return (
    <code
      className={cn(
        "rounded-control bg-none-tint px-1 py-px text-mono text-none-text [overflow-wrap:anywhere]",
        className,
      )}
    >
      {children}
    </code>
  );
}
