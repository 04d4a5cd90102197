"use client";

import { Check, Minus } from "lucide-react";
import { Checkbox as CheckboxPrimitive, Switch as SwitchPrimitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

/** A box that is on, off or in between ("indeterminate"). Name it with a label or `aria-label`. */
export function Checkbox({ className, ...rest }: ComponentProps<typeof CheckboxPrimitive.Root>) {
  return (
    <CheckboxPrimitive.Root
      {...rest}
      className={cn(
        "hit-24 inline-flex size-4 shrink-0 items-center justify-center rounded-control border border-control bg-surface-panel transition-control disabled:opacity-50",
        "data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent",
        className,
      )}
    >
      <CheckboxPrimitive.Indicator className="text-on-accent">
        {rest.checked === "indeterminate" ? (
          <Minus className="size-3" strokeWidth={3} />
        ) : (
          <Check className="size-3" strokeWidth={3} />
        )}
      </CheckboxPrimitive.Indicator>
    </CheckboxPrimitive.Root>
  );
}

/** A setting that takes effect at once. */
export function Switch({ className, ...rest }: ComponentProps<typeof SwitchPrimitive.Root>) {
  return (
    <SwitchPrimitive.Root
      {...rest}
      className={cn(
        "hit-24 inline-flex h-5 w-9 shrink-0 items-center rounded-pill bg-control p-0.5 transition-control disabled:opacity-50 data-[state=checked]:bg-accent",
        className,
      )}
    >
      <SwitchPrimitive.Thumb className="size-4 rounded-pill bg-on-accent transition-transform duration-[120ms] data-[state=checked]:translate-x-4" />
    </SwitchPrimitive.Root>
  );
}
