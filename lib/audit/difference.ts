/** One value that an event changed: `path` as in `headers.0`; a side that lacks it is undefined. */
export type Difference = { path: string; before: unknown; after: unknown };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * What differs between two states, one entry a value, objects entered and lists of plain values compared whole. Keys
 * stand in the order of `after`, then what only `before` had. Null on one side yields every value of the other.
 */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (equal(before, after)) return [];
  const enters = (value: unknown) => isObject(value) || value === null || value === undefined;
  if (!enters(before) || !enters(after) || (!isObject(before) && !isObject(after)))
    return [{ path, before, after }];
  const [left, right] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  const keys = [...new Set([...Object.keys(right), ...Object.keys(left)])];
  return keys.flatMap((key) => differences(left[key], right[key], path === "" ? key : `${path}.${key}`));
}
