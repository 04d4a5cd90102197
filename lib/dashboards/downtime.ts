import type { Ratio, Seconds } from "@/lib/units";

const DAY: Seconds = 86_400;
/** 365.25 / 12, as uptime calculators count. */
const MONTH: Seconds = 30.4375 * DAY;
const YEAR: Seconds = 365.25 * DAY;

/** The time that a service would be down in a month and in a year at this availability. */
export const downtimeOf = (availability: Ratio): { month: Seconds; year: Seconds } => ({
  month: (1 - availability) * MONTH,
  year: (1 - availability) * YEAR,
});
