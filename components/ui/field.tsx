"use client";

import { OctagonAlert } from "lucide-react";
import { cloneElement, type ReactElement, type ReactNode, useEffect, useId, useRef } from "react";
import { cn } from "./class-names";

type ControlProps = {
  id?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean | "true" | "false";
  required?: boolean;
};

/**
 * A label, its control, a hint and an error that says what would be right. The only child gets the id and is described
 * by hint and error. `id` is what `FormErrorSummary` links to.
 */
export function Field({
  label,
  hint,
  error,
  optional = false,
  id: givenId,
  inline = false,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null;
  /** Marked as such; fields are required unless they say so. */
  optional?: boolean;
  id?: string;
  /** Control first, label beside it: for a checkbox or a switch. */
  inline?: boolean;
  className?: string;
  children: ReactElement<ControlProps>;
}) {
  const madeId = useId();
  const id = givenId ?? madeId;
  const described = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(" ");
  const control = cloneElement(children, {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? true : undefined,
  });
  const notes = (
    <>
      {hint ? (
        <p id={`${id}-hint`} className="text-caption text-secondary">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="flex gap-1 text-caption text-primary">
          <OctagonAlert aria-hidden className="mt-px size-3.5 shrink-0 text-critical" />
          {error}
        </p>
      ) : null}
    </>
  );
  if (inline) {
    return (
      <div className={cn("flex gap-2", className)}>
        <div className="flex h-5 items-center">{control}</div>
        <div className="grid gap-1">
          <label htmlFor={id} className="text-body">
            {label}
          </label>
          {notes}
        </div>
      </div>
    );
  }
  return (
    <div className={cn("grid grid-cols-1 gap-1", className)}>
      <label htmlFor={id} className="text-strong">
        {label}
        {optional ? <span className="font-normal text-secondary"> (optional)</span> : null}
      </label>
      {control}
      {notes}
    </div>
  );
}

/** The errors of a form, on top, each a link to its field. Takes the focus when it appears. Nothing without errors. */
export function FormErrorSummary({
  title = "Some fields need another value",
  errors,
}: {
  title?: string;
  errors: readonly { fieldId?: string; message: string }[];
}) {
  const element = useRef<HTMLDivElement>(null);
  const present = errors.length > 0;
  useEffect(() => {
    if (present) element.current?.focus();
  }, [present]);
  if (!present) return null;
  return (
    <div
      ref={element}
      role="alert"
      tabIndex={-1}
      className="grid gap-1 rounded-panel border border-critical bg-critical-tint px-4 py-3 text-critical-text"
    >
      <p className="flex items-center gap-2 text-strong">
        <OctagonAlert aria-hidden className="size-4 text-critical" />
        {title}
      </p>
      <ul className="grid gap-1 pl-6">
        {errors.map((error) => (
          <li key={`${error.fieldId}${error.message}`}>
            {error.fieldId ? (
              <a className="underline underline-offset-2" href={`#${error.fieldId}`} onClick={focusField}>
                {error.message}
              </a>
            ) : (
              error.message
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function focusField(event: React.MouseEvent<HTMLAnchorElement>): void {
  const target = document.getElementById(event.currentTarget.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  target.scrollIntoView({ block: "center" });
  target.focus();
}
