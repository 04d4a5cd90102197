import { format } from "@/lib/units";

/** Seconds as a page says them: "5 min", "2 h 10 min". */
export const durationWords = (seconds: number): string => format(seconds, "seconds");
