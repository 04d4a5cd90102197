import "server-only";
import { z } from "zod";
import type { Seconds } from "@/lib/units";
import { requestUpstreamJson, type UpstreamRequest } from "@/lib/upstream/fetch";
import { addressOf, type UpstreamTarget } from "@/lib/upstream/target";
import { UpstreamError } from "@/lib/upstream/upstream-error";

const labelsSchema = z.record(z.string(), z.string());

const statusSchema = z.object({
  cluster: z.object({
    status: z.enum(["ready", "settling", "disabled"]),
    name: z.string().optional(),
    peers: z.array(z.object({ name: z.string(), address: z.string() })).default([]),
  }),
  versionInfo: z.object({ version: z.string() }),
  uptime: z.string(),
});

const alertSchema = z.object({
  /** 16 hex digits that stand for the label set. */
  fingerprint: z.string(),
  labels: labelsSchema,
  annotations: labelsSchema,
  /** RFC 3339. A firing alert's end is when it would be taken as resolved without news. */
  startsAt: z.string(),
  updatedAt: z.string(),
  endsAt: z.string(),
  generatorURL: z.string().optional(),
  receivers: z.array(z.object({ name: z.string() })),
  status: z.object({
    state: z.enum(["unprocessed", "active", "suppressed"]),
    silencedBy: z.array(z.string()),
    inhibitedBy: z.array(z.string()),
    /** Since Alertmanager 0.28. */
    mutedBy: z.array(z.string()).default([]),
  }),
});

export type AlertmanagerStatus = z.infer<typeof statusSchema>;
export type Alert = z.infer<typeof alertSchema>;

export type ReadOptions = { signal?: AbortSignal; timeout?: Seconds };
export type AlertFilter = ReadOptions & {
  /** Matchers that must all hold, as Alertmanager writes them: `alertname="X"`, `service=~"a|b"`. */
  filter?: string[];
  /** Whether alerts in this state are included; all are when absent. */
  active?: boolean;
  silenced?: boolean;
  inhibited?: boolean;
  unprocessed?: boolean;
  /** An anchored regular expression of the receiver's name. */
  receiver?: string;
};

export type AlertmanagerClient = {
  status(options?: ReadOptions): Promise<AlertmanagerStatus>;
  alerts(filter?: AlertFilter): Promise<Alert[]>;
};

/**
 * Returns a typed client of one Alertmanager. Each method makes one request and throws UpstreamError as
 * `requestUpstream` does, and `unexpected_shape` for an answer that is not Alertmanager's.
 * Source: Alertmanager 0.34, api/v2/openapi.yaml.
 */
export function createAlertmanagerClient(target: UpstreamTarget): AlertmanagerClient {
  async function ask<Schema extends z.ZodType>(
    schema: Schema,
    request: UpstreamRequest,
  ): Promise<z.output<Schema>> {
    const parsed = schema.safeParse(await requestUpstreamJson(target, request));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const detail = `${addressOf(target)} answered ${request.path} in a form that Alertmanager does not use: ${issue?.path.join(".")}: ${issue?.message}.`;
    throw new UpstreamError(target, "unexpected_shape", detail, { cause: parsed.error });
  }

  return {
    status({ signal, timeout } = {}) {
      return ask(statusSchema, { path: "/api/v2/status", signal, timeout });
    },

    alerts({ signal, timeout, filter = [], ...rest } = {}) {
      const query = new URLSearchParams();
      for (const matcher of filter) query.append("filter", matcher);
      for (const [name, value] of Object.entries(rest))
        if (value !== undefined) query.set(name, String(value));
      return ask(z.array(alertSchema), { path: "/api/v2/alerts", query, signal, timeout });
    },
  };
}
