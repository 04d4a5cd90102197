/** How many colours a chart tells apart; a slot past them is drawn as "other". */
export const colorSlots = 8;

/** The slot of an entity that has none yet: the lowest free one, or the least used when all are taken. From 1. */
export function nextColorSlot(used: readonly number[]): number {
  const uses = Array.from(
    { length: colorSlots },
    (_, index) => used.filter((slot) => slot === index + 1).length,
  );
  return uses.indexOf(Math.min(...uses)) + 1;
}

/** The key under which a version's colour is kept: versions of two services are two things. */
export const versionColorKey = (service: string, version: string): string => `${service}\n${version}`;
