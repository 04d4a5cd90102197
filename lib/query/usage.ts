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
const countNames = Object.keys(none) as (keyof UsageCounts)[];

/** Adds up usage until it is written, a row for each hour, source and caller. */
export class UsageTally {
  #rows = new Map<string, UsageRow>();

  add(key: Key, counts: Partial<UsageCounts>, now: Date): void {
    const row = this.#rowOf(key, hourOf(now));
    if (row !== undefined)
      for (const name of countNames) if (counts[name] !== undefined) row[name] += counts[name];
  }

  /** Hands over what was added up, and begins anew. */
  take(): UsageRow[] {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  /** Puts back what could not be written. */
  restore(rows: readonly UsageRow[]): void {
    for (const row of rows) this.add(row, row, row.hour);
  }

  /** The row that counts are added to, under the name that its actor has now; undefined where there are too many. */
  #rowOf(key: Key, hour: Date): UsageRow | undefined {
    const { sourceId, actorType, actorId, actorName, teamId } = key;
    // Every query comes by here, several times: none of these holds a line break.
    const named = `${hour.getTime()}\n${sourceId}\n${actorType}\n${actorId}`;
    let row = this.#rows.get(named);
    if (row === undefined) {
      if (this.#rows.size >= MOST_ROWS) return undefined;
      row = { ...none, hour, sourceId, actorType, actorId, actorName, teamId };
      this.#rows.set(named, row);
    }
    row.actorName = actorName;
    return row;
  }
}
