/** A text as it stands in the pattern of a LIKE, where it means itself: Prisma passes `%` and `_` on as wildcards. */
export const literalInLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** A condition of Prisma: the column holds this text, in upper or lower case. */
export const containsText = (text: string) =>
  ({ contains: literalInLike(text), mode: "insensitive" }) as const;
