import type { ProfileId, Rename } from "./profile";
import type { Matcher } from "./promql";

/** A profile as one service speaks it: which series are its, and which labels carry what. */
export interface SpokenProfile {
  id: ProfileId;
  /** Select the service's series among all of the profile's. */
  matchers: Matcher[];
  /** The labels found to carry version and model, absent where none does, and the replica; `instance` where absent. */
  labels: { version?: string; model?: string; replica?: string };
  /** Said where the series were attributed by a guess. */
  note?: string;
  /**
   * Metrics of the profile that the service exposes, as scraped but without `_bucket`, `_sum` and `_count`; absent
   * where that is not known, and all are assumed.
   */
  metrics?: string[];
  /** How a pipeline rewrote the profile's metric names. */
  rename?: Rename;
}

/** What has to be known of a service to measure it. */
export interface MeasuredService {
  name: string;
  sourceName: string;
  profiles: SpokenProfile[];
  /** Seconds between two scrapes, as observed. */
  scrapeInterval: number;
}
