import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An exporter of one gauge whose series have the values that they were given last. */
export interface Gauges {
  /** host:port to scrape. */
  target: string;
  /** Sets `load{fault, series}` for each of `series`. */
  set(fault: string, series: Record<string, number>): void;
  stop(): Promise<void>;
}

/** Starts an exporter on the loopback address. */
export async function startGauges(): Promise<Gauges> {
  const values = new Map<string, number>();
  const server = createServer((_, response) => {
    const lines = [...values].map(([labels, value]) => `load{${labels}} ${value}`);
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
    response.end(["# TYPE load gauge", ...lines, ""].join("\n"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(fault, series) {
      for (const [name, value] of Object.entries(series))
        values.set(`fault="${fault}",series="${name}"`, value);
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
