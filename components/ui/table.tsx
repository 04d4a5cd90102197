"use client";

import { type ComponentProps, createContext, useContext } from "react";
import { cn } from "./class-names";

/*
 * The parts of every table. Numbers get `numeric`; the unit stands in the header when the whole column has one. The
 * frame scrolls sideways on a narrow screen and can be reached by keyboard. `cards` is for tables of sentences, which
 * no phone is wide enough for.
 */

const Cards = createContext(false);

/** The scrolling frame and the table. `label` names the region. `framed={false}` inside a `Panel flush`. */
export function Table({
  label,
  framed = true,
  maxHeight,
  cards = false,
  className,
  children,
  ...rest
}: ComponentProps<"table"> & {
  label: string;
  framed?: boolean;
  maxHeight?: number;
  /** On a phone each row is a card: its cells below each other, each under its `label`. */
  cards?: boolean;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      style={maxHeight === undefined ? undefined : { maxHeight }}
      className={cn(
        // What is hidden from sight within is placed in here, too, rather than beside the page.
        "relative w-full overflow-auto",
        framed && "rounded-panel border bg-surface-panel",
        !framed && "rounded-b-panel",
      )}
    >
      <table
        {...rest}
        className={cn(
          "w-full border-separate border-spacing-0 text-body",
          cards && "max-md:block",
          className,
        )}
      >
        <Cards value={cards}>{children}</Cards>
      </table>
    </section>
  );
}

export function TableHead({ className, ...rest }: ComponentProps<"thead">) {
  const cards = useContext(Cards);
  return <thead {...rest} className={cn("sticky top-0 z-10", cards && "max-md:sr-only", className)} />;
}

export function TableBody({ className, ...rest }: ComponentProps<"tbody">) {
  const cards = useContext(Cards);
  return <tbody {...rest} className={cn(cards && "max-md:block", className)} />;
}

/** A row, 32 px high. */
export function TableRow({
  selected,
  interactive = false,
  className,
  ...rest
}: ComponentProps<"tr"> & { selected?: boolean /** Lights on hover. */; interactive?: boolean }) {
  const cards = useContext(Cards);
  return (
    <tr
      aria-selected={selected}
      {...rest}
      className={cn(
        "group/row [&:last-child>td]:border-b-0 [tbody>&:last-child>th]:border-b-0",
        interactive && "hover:bg-surface-hover",
        selected && "bg-surface-selected",
        cards &&
          "max-md:grid max-md:grid-cols-1 max-md:gap-2 max-md:border-b max-md:px-4 max-md:py-3 max-md:last:border-b-0",
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

/** A cell of a row that is a card on a phone. */
const CARD_CELL =
  "max-md:block max-md:h-auto max-md:min-w-0 max-md:max-w-none max-md:whitespace-normal max-md:border-b-0 max-md:p-0 max-md:text-left max-md:first:pl-0 max-md:last:pr-0 max-md:[overflow-wrap:anywhere]";

/** A cell; `numeric` is right-aligned. `label` stands above it where rows are cards: the header of its column. */
export function TableCell({
  numeric = false,
  label,
  className,
  children,
  ...rest
}: ComponentProps<"td"> & { numeric?: boolean; label?: string }) {
  const cards = useContext(Cards);
  return (
    <td
      {...rest}
      className={cn(CELL, numeric ? "text-right tabular-nums" : "text-left", cards && CARD_CELL, className)}
    >
      {cards && label !== undefined ? (
        // The header is out of sight there, and still read out.
        <span aria-hidden className="block text-caption text-secondary md:hidden">
          {label}
        </span>
      ) : null}
      {children}
    </td>
  );
}

/** The name of a row: the link or title in `text-strong`. */
export function TableRowHeader({ className, ...rest }: ComponentProps<"th">) {
  const cards = useContext(Cards);
  return (
    <th scope="row" {...rest} className={cn(CELL, "text-left text-strong", cards && CARD_CELL, className)} />
  );
}
