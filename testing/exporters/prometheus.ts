import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { configurationOf } from "@/testing/prometheus";
import { exporters } from "./exporters";
import { scrapeJobs } from "./scrape-jobs";

/*
 * npx tsx testing/exporters/prometheus.ts --exporters 127.0.0.1:6800 --out prometheus.json [--interval 2s]
 *
 * Writes a Prometheus configuration that scrapes every exporter which `serve.ts` beside it serves. Then:
 *
 * prometheus --config.file=prometheus.json --storage.tsdb.path=data --web.listen-address=127.0.0.1:6801
 */
const { values } = parseArgs({
  options: {
    exporters: { type: "string", default: "127.0.0.1:6800" },
    out: { type: "string", default: "prometheus.json" },
    interval: { type: "string", default: "2s" },
  },
});
const configuration = configurationOf({ scrape: scrapeJobs(exporters, values.exporters, values.interval) });
// JSON is YAML.
await writeFile(values.out, JSON.stringify(configuration, null, 2));
console.log(`${values.out} scrapes ${configuration.scrape_configs.length} targets.`);
