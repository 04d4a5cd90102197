import type { ReactNode } from "react";
import { Mark } from "@/components/shell/mark";
import { ThemeToggle } from "@/components/ui/theme-toggle";

/** The frame of the pages before a sign-in: the mark, one title, one form. */
export function SignInFrame({
  title,
  description,
  children,
}: {
  title: string;
  description?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="grid min-h-screen grid-rows-[auto_1fr] bg-surface-page">
      <header className="flex h-12 items-center justify-between px-4">
        <span className="flex items-center gap-2 text-strong">
          <Mark className="text-accent" />
          Inferscope
        </span>
        <ThemeToggle />
      </header>
      <main className="flex justify-center px-4 pt-[8vh] pb-12">
        <div className="grid h-fit w-full max-w-96 gap-6 rounded-panel border bg-surface-panel p-6 max-sm:p-4">
          <div className="grid gap-1">
            <h1 className="text-page">{title}</h1>
            {description ? <p className="text-body text-secondary">{description}</p> : null}
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
