"use client";

import { Command } from "cmdk";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import type { ComboboxOption } from "./combobox";

/** The open list of a `Combobox` with its search field; loaded when the pointer or the focus comes near. */
export default function ComboboxList({
  options,
  value,
  searchPlaceholder,
  empty,
  onChoose,
}: {
  options: readonly ComboboxOption[];
  value: string | undefined;
  searchPlaceholder: string;
  empty: ReactNode;
  onChoose: (value: string) => void;
}) {
  return (
    <Command label={searchPlaceholder}>
      <Command.Input
        // It may come after the popover that gives the focus to its first field.
        autoFocus
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
            onSelect={() => onChoose(option.value)}
            className="flex min-h-8 cursor-default items-center gap-2 rounded-control px-2 py-1 data-[selected=true]:bg-surface-hover"
          >
            <span className="grid min-w-0 flex-1">
              <span className="truncate" title={option.label}>
                {option.label}
              </span>
              {option.detail ? (
                <span className="truncate text-caption text-secondary" title={option.detail}>
                  {option.detail}
                </span>
              ) : null}
            </span>
            {option.value === value ? <Check className="size-4 shrink-0" /> : null}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
