import type { ComponentProps } from "react";
import { cn } from "./class-names";

/*
 * The parts of every table. Numbers get `numeric`; the unit stands in the header when the whole column has one. The
 * frame scrolls sideways on a narrow screen and can be reached by keyboard.
 */

/** The scrolling frame and the table. `label` names the region. `framed={false}` inside a `Panel flush`. */
export function Table({
  label,
  framed = true,
  maxHeight,
  className,
  children,
  ...rest
}: ComponentProps<"table"> & { label: string; framed?: boolean; maxHeight?: number }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      style={maxHeight === undefined ? undefined : { maxHeight }}
      className={cn(
        "w-full overflow-auto",
        framed && "rounded-panel border bg-surface-panel",
        !framed && "rounded-b-panel",
      )}
    >
      <table {...rest} className={cn("w-full border-separate border-spacing-0 text-body", className)}>
        {children}
      </table>
    </section>
  );
}

export function TableHead({ className, ...rest }: ComponentProps<"thead">) {
  return <thead {...rest} className={cn("sticky top-0 z-10", className)} />;
}

export function TableBody(props: ComponentProps<"tbody">) {
  return <tbody {...props} />;
}

/** A row, 32 px high. */
export function TableRow({
  selected,
  interactive = false,
  className,
  ...rest
}: ComponentProps<"tr"> & { selected?: boolean /** Lights on hover. */; interactive?: boolean }) {
  return (
    <tr
      aria-selected={selected}
      {...rest}
      className={cn(
        "group/row [&:last-child>td]:border-b-0 [tbody>&:last-child>th]:border-b-0",
        interactive && "hover:bg-surface-hover",
        selected && "bg-surface-selected",
        className,
      )}
    />
  );
}

const CELL = "h-8 whitespace-nowrap border-b px-3 first:pl-4 last:pr-4";

/** A header cell; `numeric` aligns it with its numbers. */
export function TableHeader({
  numeric = false,
  className,
  ...rest
}: ComponentProps<"th"> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      {...rest}
      className={cn(
        CELL,
        "bg-surface-panel font-medium text-caption text-secondary",
        numeric ? "text-right" : "text-left",
        className,
      )}
    />
  );
}

/** A cell; `numeric` is right-aligned. */
export function TableCell({
  numeric = false,
  className,
  ...rest
}: ComponentProps<"td"> & { numeric?: boolean }) {
  return <td {...rest} className={cn(CELL, numeric ? "text-right tabular-nums" : "text-left", className)} />;
}

/** The name of a row: the link or title in `text-strong`. */
export function TableRowHeader({ className, ...rest }: ComponentProps<"th">) {
  return <th scope="row" {...rest} className={cn(CELL, "text-left text-strong", className)} />;
}
