"use client";

import { type ReactNode, useId } from "react";
import { cn } from "./class-names";

/** One of two or three short choices, all of them in sight; arrow keys choose. More than that want a `Select`. */
export function Segmented<Value extends string>({
  label,
  options,
  value,
  onValueChange,
  className,
}: {
  /** What is chosen, for those who do not see it. */
  label: string;
  options: readonly { value: Value; label: ReactNode }[];
  value: Value;
  onValueChange: (value: Value) => void;
  className?: string;
}) {
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={cn("flex h-7 shrink-0 rounded-control border border-control p-0.5", className)}
    >
      {options.map((option) => (
        <label
          key={option.value}
          className="relative flex cursor-default items-center rounded-control px-2 text-caption text-secondary transition-control hover:text-primary has-checked:bg-surface-selected has-checked:font-medium has-checked:text-primary has-focus-visible:outline-2 has-focus-visible:outline-focus"
        >
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onValueChange(option.value)}
            className="absolute inset-0 size-full cursor-default opacity-0"
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
