import type { Matcher } from "../labels";

/** A matcher as Alertmanager writes it: `service=~"chat.*"`. */
export const matcherWords = ({ name, value, isRegex, isEqual }: Matcher): string =>
  `${name}${isEqual ? (isRegex ? "=~" : "=") : isRegex ? "!~" : "!="}${JSON.stringify(value)}`;
