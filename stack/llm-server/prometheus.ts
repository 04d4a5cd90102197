/** The job under which the demo's model servers are scraped, live and in the backfilled history. */
export const JOB = "chat-api";

export type ScrapeTarget = {
  /** `host:port` of a model server. */
  address: string;
  /** The name under which its series are kept, such as `chat-api-v1-0`; it stays when the port changes. */
  instance: string;
  version: string;
};

export type ScrapeConfig = {
  job_name: string;
  scrape_interval: string;
  scrape_timeout: string;
  static_configs: { targets: string[]; labels: { instance: string; version: string } }[];
};

/**
 * The `scrape_configs` of a Prometheus that watches these model servers. `scrapeInterval` is a Prometheus duration in
 * whole seconds, such as `5s`. The target label `instance` is set here: Prometheus keeps one that a target has.
 */
export function scrapeConfigs({
  servers,
  scrapeInterval,
}: {
  servers: readonly ScrapeTarget[];
  scrapeInterval: string;
}): ScrapeConfig[] {
  return [
    {
      job_name: JOB,
      scrape_interval: scrapeInterval,
      scrape_timeout: scrapeInterval,
      static_configs: servers.map(({ address, instance, version }) => ({
        targets: [address],
        labels: { instance, version },
      })),
    },
  ];
}
