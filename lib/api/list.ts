import { z } from "zod";
import { problem } from "@/lib/errors";

/** Query parameters of every list. */
export const listQuery = z.object({
  cursor: z.string().max(500).optional().describe("Where the page before ended: its nextCursor."),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("Items a page, at most 200."),
});

/** The answer of every list. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable().describe("Null on the last page.") });

/** A page out of `limit + 1` rows that were read: the row too many proves that there is a next page. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  item: (row: Row) => Item,
) {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(item),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** What a list throws for a cursor that it has not given. */
export const foreignCursor = () =>
  problem("invalid_request", "This cursor is not from this list.", {
    fields: [{ path: "cursor", message: "The nextCursor of the page before" }],
  });
