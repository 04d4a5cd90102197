import { dueSlots, type Slotted } from "../slots";

/** Evaluations further back than this are not made up for. Seconds. */
const longestReplay = 24 * 3_600;
/** Evaluations of one group that are made up for at once; the rest follows in the next round. */
const mostAtOnce = 2_000;

/** Returns which evaluations of a group to make now, oldest first, and from when on those before were given up. */
export function slotsToRun(
  group: Slotted,
  last: number | null,
  now: number,
): { slots: number[]; skippedBefore: number | null } {
  const from = last === null ? null : Math.max(last, now - longestReplay);
  const slots = dueSlots(group, from, now);
  return { slots: slots.slice(0, mostAtOnce), skippedBefore: from !== last ? from : null };
}
