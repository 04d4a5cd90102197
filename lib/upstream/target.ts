import type { QueryLimits } from "./limits";

export type UpstreamKind = "prometheus" | "jaeger" | "alertmanager";

/** One other system that we read from. `url` may hold a base path and fixed query parameters, which are kept. */
export type UpstreamTarget = {
  /** Identity of the source: connections, limits and caches are kept by it. */
  id: string;
  kind: UpstreamKind;
  /** http or https. A user and password in it are sent as basic credentials. */
  url: string;
  /** Sent with every request: Authorization, a tenant id. Never shown, never logged. */
  headers: Record<string, string>;
  /** PEM certificates trusted beside the system's, for a private authority. */
  ca?: string;
  /** Cloud metadata and link-local addresses are refused unless the configuration allows them. */
  allowMetadataAddresses?: boolean;
  /** What may be asked of it; `limits.ts` has the rest. */
  limits?: Partial<QueryLimits>;
};

/** What a source is called in a sentence. */
export const KIND_NAMES: Readonly<Record<UpstreamKind, string>> = {
  prometheus: "Prometheus",
  jaeger: "Jaeger",
  alertmanager: "Alertmanager",
};

/** Returns host and port of a target, with its base path and without credentials, for messages. */
export function addressOf(target: UpstreamTarget): string {
  if (!URL.canParse(target.url)) return "an address that is not a URL";
  const url = new URL(target.url);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
}
