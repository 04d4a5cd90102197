/** What a handler knows besides its data. */
export type JobContext = {
  jobId: string;
  /** Aborts when the worker stops; a job that was cut off is tried again. */
  signal: AbortSignal;
  now: Date;
};

/** Work that is done later, at least once: a handler must bear being run again after it did half of it. */
export type JobDefinition<Data extends object = object> = {
  /** Name of its queue: lower case with dashes. */
  name: string;
  /** What it is for, one sentence for the jobs page. */
  summary: string;
  /** Cron expression of five fields in UTC, for work that comes round. */
  schedule?: string;
  /** At most one waits at a time; sending another then does nothing. For work that looks at everything anyway. */
  onePending?: boolean;
  /** Tries after the first, each later than the one before; 3 when absent. */
  retryLimit?: number;
  /** Seconds before the first retry; doubled each time, with jitter; 30 when absent. */
  retryDelaySeconds?: number;
  /** A run that takes longer counts as failed; 15 minutes when absent. */
  expireInSeconds?: number;
  handler: (data: Data, context: JobContext) => Promise<void>;
};

/** Work that comes round on the second, in one worker at a time (`lib/leases`). */
export type LoopDefinition = {
  /** Lower case with dashes. */
  name: string;
  /** What it is for, one sentence for the jobs page. */
  summary?: string;
  everySeconds: number;
  run: (signal: AbortSignal) => Promise<void>;
};
