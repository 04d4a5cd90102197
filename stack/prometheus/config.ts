import { stringify } from "yaml";

/** How often the demo is scraped. Every rate window in the console is at least four of these. */
export const scrapeIntervalSeconds = 5;

/** One entry of `scrape_configs`, as in Prometheus's own file. */
export interface ScrapeConfig {
  job_name: string;
  static_configs: { targets: string[]; labels?: Record<string, string> }[];
  [setting: string]: unknown;
}

/** The text of a prometheus.yml that scrapes these targets every five seconds. */
export function prometheusConfig(scrapeConfigs: ScrapeConfig[]): string {
  return stringify({
    global: {
      scrape_interval: `${scrapeIntervalSeconds}s`,
      scrape_timeout: `${scrapeIntervalSeconds - 1}s`,
      evaluation_interval: "15s",
    },
    scrape_configs: scrapeConfigs,
  });
}
