import { stringify } from "yaml";
import type { ScrapeConfig } from "@/stack/llm-server/prometheus";

/** How often the demo is scraped. Every rate window in the console is at least four of these. */
export const scrapeIntervalSeconds = 5;

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
