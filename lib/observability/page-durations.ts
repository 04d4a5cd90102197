import "server-only";
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { z } from "zod";
import { metrics } from "./metrics";

const manifestSchema = z.object({
  staticRoutes: z.array(z.object({ page: z.string(), regex: z.string() })),
  dynamicRoutes: z.array(z.object({ page: z.string(), regex: z.string() })),
});

/** Endpoints of the API measure themselves, by the path that they declare; files of the build are no pages. */
const isMeasuredElsewhere = (pathname: string): boolean => /^\/(api\/v1|_next|metrics)(\/|$)/.test(pathname);

/**
 * Returns which of a build's routes a path is of, as in `/dashboards/[dashboard]`, or "other" for those of none, so that
 * strangers cannot make series. Throws where the manifest (routes-manifest.json of Next 16) cannot be read.
 */
export function routesOf(manifest: string): (pathname: string) => string {
  const { staticRoutes, dynamicRoutes } = manifestSchema.parse(JSON.parse(readFileSync(manifest, "utf8")));
  const routes = [...staticRoutes, ...dynamicRoutes].map(({ page, regex }) => ({
    page,
    regex: new RegExp(regex),
  }));
  return (pathname) => routes.find(({ regex }) => regex.test(pathname))?.page ?? "other";
}

/** Measures how long pages and health checks take, from the request's arrival to the end of the answer. */
export const measuringPages =
  (listener: RequestListener, routeOf: (pathname: string) => string): RequestListener =>
  (request, response) => {
    const pathname = (request.url ?? "/").split(/[?#]/, 1)[0]!;
    if (!isMeasuredElsewhere(pathname)) {
      const end = metrics().requestDuration.startTimer({ route: routeOf(pathname), method: request.method });
      response.once("close", () =>
        end({ status: response.writableFinished ? String(response.statusCode) : "499" }),
      );
    }
    return listener(request, response);
  };
