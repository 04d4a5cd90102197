import { Search } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

/** The look shared by every control one types into. */
export const CONTROL =
  "w-full min-w-0 rounded-control border border-control bg-surface-panel px-2 text-body text-primary transition-control hover:border-secondary disabled:cursor-not-allowed disabled:opacity-50 aria-invalid:border-critical";

/** One line of text, 32 px high. */
export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={cn(CONTROL, "h-8 read-only:bg-surface-page", className)} />;
}

/** Several lines of text. */
export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea {...rest} className={cn(CONTROL, "min-h-20 py-1.5 read-only:bg-surface-page", className)} />
  );
}

/** A search field. `/` focuses the one of the page: the shell looks for `data-search`. */
export function SearchInput({ className, ...rest }: ComponentProps<"input">) {
  return (
    <div className={cn("relative", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2 size-4 text-secondary" />
      <input
        type="search"
        data-search
        {...rest}
        className={cn(CONTROL, "h-8 pl-8 [&::-webkit-search-cancel-button]:hidden")}
      />
    </div>
  );
}
