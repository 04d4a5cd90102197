import { fingerprintOf } from "./labels";

/** What decides when a group is evaluated. `interval` in seconds, in whole milliseconds. */
export interface Slotted {
  name: string;
  file: string;
  interval: number;
}

const periodMs = ({ interval }: Slotted): number => Math.max(1, Math.round(interval * 1000));

/**
 * Returns by how many milliseconds the evaluations of a group lie after the multiples of its interval: the same at every
 * start, and spread between groups. As Prometheus does it (rules/group.go, EvalTimestamp), but for the hash, in which its
 * versions differ.
 */
function slotOffsetMs(group: Slotted): number {
  const hash = BigInt(`0x${fingerprintOf({ file: group.file, name: group.name })}`);
  return Number(hash % BigInt(periodMs(group)));
}

/** Returns the timestamp (Unix seconds) of the group's last evaluation that is due at `at` or before. */
export function slotBefore(group: Slotted, at: number): number {
  const period = periodMs(group);
  const offset = slotOffsetMs(group);
  return (Math.floor((Math.round(at * 1000) - offset) / period) * period + offset) / 1000;
}

/** Returns the timestamp (Unix seconds) of the group's first evaluation after `at`. */
export const slotAfter = (group: Slotted, at: number): number =>
  (Math.round(slotBefore(group, at) * 1000) + periodMs(group)) / 1000;

/**
 * Returns the timestamps (Unix seconds) after `last` up to and with `until`, oldest first: those that are due. Of a group
 * that was never evaluated it is the last one only.
 */
export function dueSlots(group: Slotted, last: number | null, until: number): number[] {
  const newest = slotBefore(group, until);
  if (last === null) return [newest];
  const period = periodMs(group);
  const slots: number[] = [];
  const newestMs = Math.round(newest * 1000);
  for (let at = Math.round(slotAfter(group, last) * 1000); at <= newestMs; at += period)
    slots.push(at / 1000);
  return slots;
}
