import type { UpstreamKind } from "./target";

type Method = "GET" | "POST";

/*
 * Everything we may ask of another system, and only reads. POST stands where the API takes a long query as a
 * form. Nothing of Prometheus's /api/v1/admin or /-/ is here, nor status/config and status/flags, which show
 * how a server is set up to whoever may look at a chart.
 */
const READ_PATHS: Readonly<Record<UpstreamKind, Readonly<Record<string, readonly Method[]>>>> = {
  prometheus: {
    "/api/v1/query": ["GET", "POST"],
    "/api/v1/query_range": ["GET", "POST"],
    "/api/v1/query_exemplars": ["GET", "POST"],
    "/api/v1/format_query": ["GET", "POST"],
    "/api/v1/parse_query": ["GET", "POST"],
    "/api/v1/series": ["GET", "POST"],
    "/api/v1/labels": ["GET", "POST"],
    "/api/v1/label/{name}/values": ["GET"],
    "/api/v1/metadata": ["GET"],
    "/api/v1/targets": ["GET"],
    "/api/v1/targets/metadata": ["GET"],
    "/api/v1/rules": ["GET"],
    "/api/v1/alerts": ["GET"],
    "/api/v1/alertmanagers": ["GET"],
    "/api/v1/status/buildinfo": ["GET"],
    "/api/v1/status/runtimeinfo": ["GET"],
    "/api/v1/status/tsdb": ["GET"],
  },
  jaeger: {
    "/api/services": ["GET"],
    "/api/services/{service}/operations": ["GET"],
    "/api/operations": ["GET"],
    "/api/traces": ["GET"],
    "/api/traces/{id}": ["GET"],
    "/api/dependencies": ["GET"],
    "/api/metrics/{kind}": ["GET"],
    "/api/v3/services": ["GET"],
    "/api/v3/operations": ["GET"],
    "/api/v3/traces": ["GET"],
    "/api/v3/traces/{id}": ["GET"],
    "/api/v3/trace-summaries": ["GET"],
    "/api/v3/dependencies": ["GET"],
  },
  alertmanager: {
    "/api/v2/status": ["GET"],
    "/api/v2/receivers": ["GET"],
    "/api/v2/alerts": ["GET"],
    "/api/v2/alerts/groups": ["GET"],
    "/api/v2/silences": ["GET"],
    "/api/v2/silence/{id}": ["GET"],
  },
};

type Pattern = { route: string; expression: RegExp; methods: readonly Method[] };

const patterns = Object.fromEntries(
  Object.entries(READ_PATHS).map(([kind, paths]) => [
    kind,
    Object.entries(paths).map(([route, methods]) => ({
      route,
      methods,
      expression: new RegExp(`^${route.replace(/\{[a-z]+\}/g, "[^/?#]+")}$`),
    })),
  ]),
) as Record<UpstreamKind, Pattern[]>;

/**
 * Returns the listed path that `path` is an instance of (`/api/v1/label/{name}/values`), or null when it may
 * not be asked. `path` is as it goes out: percent-encoded and without the source's base path.
 */
export function allowedRoute(kind: UpstreamKind, method: Method, path: string): string | null {
  const pattern = patterns[kind].find((candidate) => candidate.expression.test(path));
  return pattern?.methods.includes(method) ? pattern.route : null;
}
