export { type Better, type Change, formatChange } from "./change";
export { formatDuration, parseDuration } from "./duration";
export {
  baseLabel,
  type FormattedParts,
  format,
  formatExact,
  formatMoney,
  formatParts,
  NO_VALUE,
} from "./format";
export { parse } from "./parse";
export { type Scale, scaleFor } from "./scale";
export { formatAgo, formatTime, type TimeOptions } from "./time";
export {
  type Bytes,
  type Microseconds,
  type Milliseconds,
  type Ratio,
  type Seconds,
  THIN_SPACE,
  UNITS,
  type Unit,
  type UnixSeconds,
} from "./unit";
