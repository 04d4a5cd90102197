import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { metrics } from "./metrics";
import { measuringPages, routesOf } from "./page-durations";

let server: Server;
let base: string;
beforeAll(async () => {
  const manifest = path.join(mkdtempSync(path.join(tmpdir(), "routes-")), "routes-manifest.json");
  writeFileSync(
    manifest,
    JSON.stringify({
      staticRoutes: [{ page: "/overview", regex: "^/overview(?:/)?$" }],
      dynamicRoutes: [{ page: "/dashboards/[dashboard]", regex: "^/dashboards/([^/]+?)(?:/)?$" }],
    }),
  );
  server = createServer(
    measuringPages((request, response) => {
      response.statusCode = request.url === "/overview" ? 200 : 404;
      response.end();
    }, routesOf(manifest)),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

it("measures pages by their route, and leaves out what measures itself", async () => {
  for (const address of ["/overview", "/dashboards/gpu?from=now-1h", "/api/v1/services", "/nowhere/at/all"])
    await (await fetch(base + address)).text();
  await expect
    .poll(async () => {
      const { values } = await metrics().requestDuration.get();
      return values
        .filter(({ metricName }) => metricName?.endsWith("_count"))
        .map(({ labels, value }) => [labels.route, labels.method, labels.status, value])
        .sort();
    })
    .toEqual([
      ["/dashboards/[dashboard]", "GET", "404", 1],
      ["/overview", "GET", "200", 1],
      ["other", "GET", "404", 1],
    ]);
});
