/** How long something may hold: its words, and when it ends; null for as long as the alert is active. */
export type Span = { value: string; label: string; end: (now: Date) => string | null };

const after = (minutes: number) => (now: Date) => new Date(now.getTime() + minutes * 60_000).toISOString();

/** Nine in the morning of the next day, where the viewer is. */
const tomorrow = (now: Date): string => {
  const end = new Date(now);
  end.setDate(end.getDate() + 1);
  end.setHours(9, 0, 0, 0);
  return end.toISOString();
};

/** For how long an acknowledgement may hold. */
export const acknowledgeSpans: readonly Span[] = [
  { value: "active", label: "As long as it is active", end: () => null },
  { value: "30m", label: "30 minutes", end: after(30) },
  { value: "1h", label: "1 hour", end: after(60) },
  { value: "4h", label: "4 hours", end: after(240) },
  { value: "tomorrow", label: "Until 9:00 tomorrow", end: tomorrow },
];

/** For how long an alert may be snoozed or silenced. */
export const muteSpans: readonly Span[] = [
  ...acknowledgeSpans.slice(1, 4),
  { value: "12h", label: "12 hours", end: after(720) },
  acknowledgeSpans[4]!,
  { value: "7d", label: "7 days", end: after(7 * 1_440) },
];

/** The end of a span by its value. Throws a `TypeError` for one that is not among them. */
export function endOf(spans: readonly Span[], value: string, now: Date): string | null {
  const span = spans.find((each) => each.value === value);
  if (span === undefined) throw new TypeError(`no span ${value}`);
  return span.end(now);
}
