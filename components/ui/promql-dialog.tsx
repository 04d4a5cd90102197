"use client";

import { CodeBlock } from "./code-block";
import { Dialog, DialogContent } from "./dialog";

/** The queries behind a panel; loaded when they are first asked for. */
export default function PromqlDialog({
  title,
  promql,
  open,
  onOpenChange,
}: {
  /** That of the panel. */
  title: string;
  promql: readonly string[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        wide
        title={`PromQL of ${title}`}
        description="As sent to Prometheus for the range on screen."
      >
        <div className="grid gap-3">
          {promql.map((expr) => (
            <CodeBlock key={expr} code={expr} label="PromQL" />
          ))}
        </div>
      </DialogContent>
    </Dialog>
  );
}
