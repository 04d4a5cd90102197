import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Moment, Replica } from "./exporter";
import { exporters, pathOf } from "./exporters";

export interface ExporterServerOptions {
  port?: number;
  /**
   * How much the load of all swings within five minutes, as a share of the usual: 0.4 makes it 60 % to 140 %. At 0, the
   * default, every rate and gauge stays what it is.
   */
  wave?: number;
}

export interface ExporterServer {
  /** host:port. */
  address: string;
  close(): Promise<void>;
}

const wavePeriod = 300;

/** Serves every exporter's pages on 127.0.0.1, each at its path; `/` lists them. */
export async function serveExporters({
  port = 0,
  wave = 0,
}: ExporterServerOptions = {}): Promise<ExporterServer> {
  const replicas = new Map<string, Replica>(
    exporters.flatMap((exporter) =>
      exporter.replicas.map((replica) => [pathOf(exporter, replica), replica] as const),
    ),
  );
  const startedAt = Date.now() / 1000;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://exporters.test").pathname;
    const replica = replicas.get(path);
    if (replica === undefined) {
      response
        .writeHead(path === "/" ? 200 : 404, { "content-type": "text/plain; charset=utf-8" })
        .end(`${[...replicas.keys()].join("\n")}\n`);
      return;
    }
    response
      .writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
      .end(replica.page(momentAt(Date.now() / 1000, startedAt, wave)));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Counters go by the time that passed at the usual load: the integral of the load's wave. */
function momentAt(now: number, startedAt: number, wave: number): Moment {
  const elapsed = now - startedAt;
  const angle = (2 * Math.PI * elapsed) / wavePeriod;
  return {
    startedAt,
    uptime: elapsed + ((wave * wavePeriod) / (2 * Math.PI)) * (1 - Math.cos(angle)),
    load: 1 + wave * Math.sin(angle),
  };
}
