import { stringify } from "yaml";
import type { ScrapeConfig } from "@/stack/llm-server/prometheus";

/**
 * How often the demo is scraped, in its history too: every rate window is at least four intervals, so a coarser past
 * would show no rates in a short range. Finer would make six hours of history take longer than a newcomer waits.
 */
export const scrapeIntervalSeconds = 10;

/** The text of a prometheus.yml that scrapes these targets. */
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
