/** Characters of a name inside a sentence; a label of Prometheus may have ten thousand. */
const MOST = 64;

/**
 * A name as it is, and of one that shows nothing (spaces, marks without width) that it is blank: a link needs words. The
 * empty one is no name and stays empty.
 */
export const visibleName = (name: string): string =>
  name === "" || /[^\s\p{Cc}\p{Cf}]/u.test(name) ? name : "(blank)";

/**
 * A name for a sentence: as it is up to 64 characters, else its beginning and its end, between which names of one kind
 * tend to be alike. Never cuts a character in two.
 */
export function shortName(name: string, most = MOST): string {
  // A name of ten thousand characters is not taken apart for its first sixty.
  if (name.length <= most) return visibleName(name);
  const kept = [...name.slice(0, most * 2), ...name.slice(-most * 2)];
  const end = Math.floor((most - 1) / 3);
  return `${kept.slice(0, most - 1 - end).join("")}…${kept.slice(-end).join("")}`;
}

/** Several names for a sentence: the first of them, each shortened, and how many more there are. */
export function nameList(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => shortName(name));
  return names.length > most ? `${shown.join(", ")} and ${names.length - most} more` : shown.join(", ");
}
