import type { ReactNode } from "react";

/** What a page of the settings is about, under the tab that names it, and what can be done, at the end of the line. */
export function SettingsIntro({
  title,
  children,
  action,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <h2 className="sr-only">{title}</h2>
      <p className="max-w-[72ch] py-1.5 text-secondary">{children}</p>
      {action}
    </div>
  );
}
