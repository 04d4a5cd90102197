"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names";
import { CONTROL } from "./input";
import { styleNonce } from "./style-nonce";

export type SelectOption = { value: string; label: ReactNode; disabled?: boolean };

/** One of a short, known list. More than about ten options want `Combobox`. */
export function Select({
  options,
  value,
  onValueChange,
  placeholder,
  size = "md",
  id,
  className,
  ...rest
}: {
  options: readonly SelectOption[];
  value: string | undefined;
  onValueChange: (value: string) => void;
  placeholder?: string;
  size?: "md" | "sm";
  id?: string;
  className?: string;
  name?: string;
  disabled?: boolean;
} & Pick<ComponentProps<"button">, "aria-label" | "aria-describedby" | "aria-invalid">) {
  const { name, disabled, ...aria } = rest;
  return (
    <Primitive.Root value={value} onValueChange={onValueChange} name={name} disabled={disabled}>
      <Primitive.Trigger
        id={id}
        {...aria}
        className={cn(
          CONTROL,
          "inline-flex items-center justify-between gap-2 text-left data-placeholder:text-secondary",
          size === "md" ? "h-8" : "h-7",
          className,
        )}
      >
        <span className="truncate">
          <Primitive.Value placeholder={placeholder} />
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0 text-secondary" />
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-60 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) animate-appear overflow-hidden rounded-overlay bg-surface-raised shadow-overlay"
        >
          <Primitive.Viewport className="p-1" nonce={styleNonce()}>
            {options.map((option) => (
              <Primitive.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="relative flex h-8 cursor-default select-none items-center rounded-control pr-8 pl-2 text-body outline-none data-disabled:text-disabled data-highlighted:bg-surface-hover"
              >
                <Primitive.ItemText>{option.label}</Primitive.ItemText>
                <Primitive.ItemIndicator className="absolute right-2">
                  <Check className="size-4" />
                </Primitive.ItemIndicator>
              </Primitive.Item>
            ))}
          </Primitive.Viewport>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
