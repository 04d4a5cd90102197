/** Times and durations in nanoseconds, bounds inclusive. */
export interface TraceQuery {
  service: string;
  operation: string;
  startMinNano?: bigint;
  startMaxNano?: bigint;
  durationMinNano?: bigint;
  durationMaxNano?: bigint;
  attributes: Map<string, string>;
  limit: number;
}
