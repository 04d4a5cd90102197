"use client";

import { Tabs as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names";

/** Views of one thing. Keep the chosen one in the URL when a link should open it. */
export const Tabs = Primitive.Root;

/** The row of tabs, an underline under the chosen one. */
export function TabsList({ className, ...rest }: ComponentProps<typeof Primitive.List>) {
  return <Primitive.List {...rest} className={cn("flex gap-4 overflow-x-auto border-b", className)} />;
}

export function TabsTrigger({ className, ...rest }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      {...rest}
      className={cn(
        "-mb-px h-9 whitespace-nowrap border-transparent border-b-2 px-1 text-secondary text-strong transition-control hover:text-primary focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-primary",
        className,
      )}
    />
  );
}

export function TabsContent({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content {...rest} className={cn("pt-4", className)} />;
}
