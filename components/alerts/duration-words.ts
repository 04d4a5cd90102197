import { format, THIN_SPACE } from "@/lib/units";

/** Seconds as a page says them: "5 s", "5 min", "2 h 10 min". Whole seconds have no decimals: they were chosen, not measured. */
export const durationWords = (seconds: number): string =>
  Number.isInteger(seconds) && seconds > 0 && seconds < 60
    ? `${seconds}${THIN_SPACE}s`
    : format(seconds, "seconds");
