import { ArrowDown, ArrowUp } from "lucide-react";
import { cn } from "./class-names";

/** The arrow of a sorted column; a place for it where the column is not sorted, so that nothing moves. */
export function SortMark({ direction }: { direction: "ascending" | "descending" | undefined }) {
  const Arrow = direction === "descending" ? ArrowDown : ArrowUp;
  return (
    <Arrow
      aria-hidden
      className={cn(
        "size-3 shrink-0",
        !direction && "opacity-0 group-hover/sort:opacity-60 group-focus-visible/sort:opacity-60",
      )}
    />
  );
}
