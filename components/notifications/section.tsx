import { type ReactNode, useId } from "react";

/** A part of the page with its heading, a sentence on what it is, and its main button. */
export function Section({
  title,
  says,
  action,
  children,
}: {
  title: string;
  says?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}) {
  const headingId = useId();
  return (
    <section aria-labelledby={headingId} className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="mr-auto grid gap-1">
          <h2 id={headingId} className="text-section">
            {title}
          </h2>
          {says ? <p className="max-w-[80ch] text-secondary">{says}</p> : null}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
