import { format } from "@/lib/units";

/** A length in microseconds as a page says it. */
export const lengthWords = (micros: number): string => format(micros / 1e6, "seconds");

/** How many of something: "1 span", "3 spans". */
export const counted = (count: number, noun: string): string =>
  `${format(count, "count")} ${noun}${count === 1 ? "" : "s"}`;
