import type { ScrapeJob } from "@/testing/prometheus";
import type { Exporter } from "./exporter";
import { pathOf } from "./exporters";

/**
 * The scrape jobs of some exporters at `address`, one for each replica, since each has a path of its own. Series carry
 * the exporter's name as `job`, and as `instance` where the real one would listen.
 */
export const scrapeJobs = (exporters: readonly Exporter[], address: string, interval = "1s"): ScrapeJob[] =>
  exporters.flatMap((exporter) =>
    exporter.replicas.map((replica) => ({
      job: pathOf(exporter, replica).slice(1),
      targets: [address],
      labels: { job: exporter.name, instance: replica.instance, ...replica.labels },
      interval: exporter.interval ?? interval,
      metricsPath: pathOf(exporter, replica),
      ...(exporter.honorLabels === undefined ? {} : { honorLabels: exporter.honorLabels }),
    })),
  );
