"use client";

import { Command } from "cmdk";
import { Check, ChevronsUpDown } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cn } from "./class-names";
import { CONTROL } from "./input";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";

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
          {...aria}
          className={cn(CONTROL, "inline-flex h-8 items-center justify-between gap-2 text-left", className)}
        >
          <span className={cn("truncate", !chosen && "text-secondary")}>
            {chosen ? (renderValue?.(chosen) ?? chosen.label) : placeholder}
          </span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-secondary" />
        </button>
      </PopoverTrigger>
      <PopoverContent
        align="start"
        className="w-(--radix-popover-trigger-width) min-w-60 overflow-hidden p-0"
      >
        <Command label={searchPlaceholder}>
          <Command.Input
            placeholder={searchPlaceholder}
            className="h-9 w-full border-b bg-transparent px-3 text-body outline-none"
          />
          <Command.List className="max-h-72 overflow-y-auto p-1">
            <Command.Empty className="px-2 py-3 text-center text-secondary">{empty}</Command.Empty>
            {options.map((option) => (
              <Command.Item
                key={option.value}
                value={option.value}
                keywords={[option.label, option.detail ?? ""]}
                onSelect={() => {
                  onValueChange(option.value);
                  setOpen(false);
                }}
                className="flex min-h-8 cursor-default items-center gap-2 rounded-control px-2 py-1 data-[selected=true]:bg-surface-hover"
              >
                <span className="grid min-w-0 flex-1">
                  <span className="truncate">{option.label}</span>
                  {option.detail ? (
                    <span className="truncate text-caption text-secondary">{option.detail}</span>
                  ) : null}
                </span>
                {option.value === value ? <Check className="size-4 shrink-0" /> : null}
              </Command.Item>
            ))}
          </Command.List>
        </Command>
      </PopoverContent>
    </Popover>
  );
}
