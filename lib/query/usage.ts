/** What was asked, and what it came to. */
export type UsageCounts = {
  queries: number;
  failed: number;
  rejected: number;
  /** Seconds that the source was at work. */
  seconds: number;
  series: number;
  points: number;
  bytes: number;
};

/** Of one caller at one source within an hour. */
export type UsageRow = UsageCounts & {
  /** The hour's beginning. */
  hour: Date;
  sourceId: string;
  actorType: "user" | "api_key" | "system";
  actorId: string;
  actorName: string;
  teamId: string;
};

type Key = Pick<UsageRow, "sourceId" | "actorType" | "actorId" | "actorName" | "teamId">;

const HOUR_MS = 3_600_000;
/** So many callers times sources wait at most, as while the database is away; what comes beyond is not counted. */
const MOST_ROWS = 20_000;

export const hourOf = (time: Date): Date => new Date(Math.floor(time.getTime() / HOUR_MS) * HOUR_MS);

const none: UsageCounts = { queries: 0, failed: 0, rejected: 0, seconds: 0, series: 0, points: 0, bytes: 0 };

/** Adds up usage until it is written, a row for each hour, source and caller. */
export class UsageTally {
  #rows = new Map<string, UsageRow>();

  add(key: Key, counts: Partial<UsageCounts>, now: Date): void {
    const hour = hourOf(now);
    this.#merge({ ...none, ...counts, ...key, hour });
  }

  /** Hands over what was added up, and begins anew. */
  take(): UsageRow[] {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  /** Puts back what could not be written. */
  restore(rows: readonly UsageRow[]): void {
    for (const row of rows) this.#merge(row);
  }

  #merge(row: UsageRow): void {
    const key = JSON.stringify([row.hour.getTime(), row.sourceId, row.actorType, row.actorId]);
    const known = this.#rows.get(key);
    if (known === undefined) {
      if (this.#rows.size < MOST_ROWS) this.#rows.set(key, { ...row });
      return;
    }
    for (const name of Object.keys(none) as (keyof UsageCounts)[]) known[name] += row[name];
    known.actorName = row.actorName;
  }
}
