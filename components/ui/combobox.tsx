"use client";

import { ChevronsUpDown } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { cn } from "./class-names";
import { CONTROL } from "./input";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

const loadList = () => import("./combobox-list");
const ComboboxList = lazy(loadList);

export type ComboboxOption = {
  value: string;
  /** What is searched and, without `children`, shown. */
  label: string;
  /** Second line or detail, also searched. */
  detail?: string;
};

/** One of a long list, found by typing. */
export function Combobox({
  options,
  value,
  onValueChange,
  placeholder = "Choose",
  searchPlaceholder = "Search",
  empty = "Nothing found",
  id,
  className,
  disabled,
  renderValue,
  ...aria
}: {
  options: readonly ComboboxOption[];
  value: string | undefined;
  onValueChange: (value: string) => void;
  placeholder?: string;
  searchPlaceholder?: string;
  empty?: ReactNode;
  id?: string;
  className?: string;
  disabled?: boolean;
  renderValue?: (option: ComboboxOption) => ReactNode;
  "aria-label"?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean | "true" | "false";
}) {
  const [open, setOpen] = useState(false);
  const chosen = options.find((option) => option.value === value);
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <button
          type="button"
          role="combobox"
          aria-expanded={open}
          aria-haspopup="listbox"
          id={id}
          disabled={disabled}
          onPointerEnter={loadList}
          onFocus={loadList}
          {...aria}
          className={cn(CONTROL, "inline-flex h-8 items-center justify-between gap-2 text-left", className)}
        >
          <span title={chosen?.label} className={cn("truncate", !chosen && "text-secondary")}>
            {chosen ? (renderValue?.(chosen) ?? chosen.label) : placeholder}
          </span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-secondary" />
        </button>
      </PopoverTrigger>
      <PopoverContent
        align="start"
        className="w-(--radix-popover-trigger-width) min-w-60 overflow-hidden p-0"
      >
        <Suspense fallback={<div className="h-9" />}>
          <ComboboxList
            options={options}
            value={value}
            searchPlaceholder={searchPlaceholder}
            empty={empty}
            onChoose={(chosenValue) => {
              onValueChange(chosenValue);
              setOpen(false);
            }}
          />
        </Suspense>
      </PopoverContent>
    </Popover>
  );
}
