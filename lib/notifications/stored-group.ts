import { z } from "zod";
import type { GroupState } from "./group";

const fingerprints = z.array(z.string()).default([]);

/** The column `notified` of a group: its alerts as fingerprint → id, and what the last message told of. */
export const storedGroupSchema = z.object({
  alerts: z.record(z.string(), z.string()).default({}),
  firing: fingerprints,
  resolved: fingerprints,
  seenTo: fingerprints,
  hasFlushed: z.boolean().default(false),
});
export type StoredGroup = z.infer<typeof storedGroupSchema>;

/** The state of a group as its row has it. */
export const groupStateOf = (
  row: { nextAt: Date | null; notifiedAt: Date | null },
  { alerts: _, ...stored }: StoredGroup,
): GroupState => ({
  ...stored,
  nextAt: row.nextAt?.getTime() ?? null,
  notifiedAt: row.notifiedAt?.getTime() ?? null,
});

/** The columns of a group's row. */
export function columnsOf(state: GroupState, alerts: StoredGroup["alerts"]) {
  const { nextAt, notifiedAt, firing, resolved, seenTo, hasFlushed } = state;
  const notified: StoredGroup = {
    alerts,
    firing: [...firing],
    resolved: [...resolved],
    seenTo: [...seenTo],
    hasFlushed,
  };
  return {
    nextAt: nextAt === null ? null : new Date(nextAt),
    notifiedAt: notifiedAt === null ? null : new Date(notifiedAt),
    notified,
  };
}
