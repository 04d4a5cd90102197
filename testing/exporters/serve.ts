import { parseArgs } from "node:util";
import { serveExporters } from "./server";

/*
 * npx tsx testing/exporters/serve.ts --port 6800 [--wave 0.4]
 *
 * Serves the synthetic exporters until it is stopped. `prometheus.ts` beside it writes a configuration that scrapes them.
 */
const { values } = parseArgs({
  options: { port: { type: "string", default: "6800" }, wave: { type: "string", default: "0.4" } },
});
const server = await serveExporters({ port: Number(values.port), wave: Number(values.wave) });
console.log(`Exporters at http://${server.address}/`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
