import "server-only";
import { z } from "zod";
import type { Seconds } from "@/lib/units";
import { requestUpstreamJson, type UpstreamRequest } from "@/lib/upstream/fetch";
import { writeUpstream } from "@/lib/upstream/send";
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

const matcherSchema = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  /** Absent before Alertmanager 0.22, which had no negative matchers. */
  isEqual: z.boolean().default(true),
});

const silenceSchema = z.object({
  id: z.string(),
  matchers: z.array(matcherSchema),
  /** RFC 3339. */
  startsAt: z.string(),
  endsAt: z.string(),
  updatedAt: z.string(),
  createdBy: z.string(),
  comment: z.string(),
  status: z.object({ state: z.enum(["pending", "active", "expired"]) }),
});

const receiverSchema = z.object({ name: z.string() });

const groupSchema = z.object({
  /** The labels that its alerts share, as `group_by` says. */
  labels: labelsSchema,
  receiver: receiverSchema,
  alerts: z.array(alertSchema),
});

const createdSchema = z.object({ silenceID: z.string() });

export type AlertmanagerStatus = z.infer<typeof statusSchema>;
export type Alert = z.infer<typeof alertSchema>;
export type Matcher = z.infer<typeof matcherSchema>;
export type Silence = z.infer<typeof silenceSchema>;
export type AlertGroup = z.infer<typeof groupSchema>;

/** An alert as it is posted: resolved where `endsAt` has passed. Labels with an empty value are dropped there. */
export type PostedAlert = {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** RFC 3339. */
  startsAt: string;
  /** When it ends, or would be taken as resolved without news. */
  endsAt: string;
  generatorURL?: string;
};

export type NewSilence = {
  /**
   * Replaces this one; changed matchers, or another start than it shows of one that has begun, make it another with an
   * id of its own.
   */
  id?: string;
  matchers: Matcher[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
};

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
  /** Alerts as they are grouped for each receiver. */
  groups(filter?: AlertFilter): Promise<AlertGroup[]>;
  receivers(options?: ReadOptions): Promise<string[]>;
  /** Expired ones included, for as long as it keeps them (120 hours by default). */
  silences(options?: ReadOptions & { filter?: string[] }): Promise<Silence[]>;
  /** One silence, expired or not. Throws `not_found` of UpstreamError for an id that it does not know. */
  silence(id: string, options?: ReadOptions): Promise<Silence>;
  /** May be repeated: what it has already stays as it is. */
  postAlerts(alerts: readonly PostedAlert[], options?: ReadOptions): Promise<void>;
  /** Makes or replaces a silence and returns its id. Not to be repeated: that would make a second one. */
  createSilence(silence: NewSilence, options?: ReadOptions): Promise<string>;
  /** Ends a silence now; of one that is over it says nothing. Throws UpstreamError for an id that it does not know. */
  expireSilence(id: string, options?: ReadOptions): Promise<void>;
};

/**
 * Returns a typed client of one Alertmanager. Each method makes one request and throws UpstreamError as
 * `requestUpstream` and `writeUpstream` do, and `unexpected_shape` for an answer that is not Alertmanager's.
 * Source: Alertmanager 0.34, api/v2/openapi.yaml.
 */
export function createAlertmanagerClient(target: UpstreamTarget): AlertmanagerClient {
  async function ask<Schema extends z.ZodType>(
    schema: Schema,
    request: UpstreamRequest,
  ): Promise<z.output<Schema>> {
    return inShape(schema, await requestUpstreamJson(target, request), request.path);
  }

  function inShape<Schema extends z.ZodType>(
    schema: Schema,
    answer: unknown,
    path: string,
  ): z.output<Schema> {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const detail = `${addressOf(target)} answered ${path} in a form that Alertmanager does not use: ${issue?.path.join(".")}: ${issue?.message}.`;
    throw new UpstreamError(target, "unexpected_shape", detail, { cause: parsed.error });
  }

  return {
    status({ signal, timeout } = {}) {
      return ask(statusSchema, { path: "/api/v2/status", signal, timeout });
    },

    alerts({ signal, timeout, ...filter } = {}) {
      return ask(z.array(alertSchema), {
        path: "/api/v2/alerts",
        query: filterQuery(filter),
        signal,
        timeout,
      });
    },

    groups({ signal, timeout, unprocessed: _, ...filter } = {}) {
      const query = filterQuery(filter);
      return ask(z.array(groupSchema), { path: "/api/v2/alerts/groups", query, signal, timeout });
    },

    async receivers({ signal, timeout } = {}) {
      const receivers = await ask(z.array(receiverSchema), { path: "/api/v2/receivers", signal, timeout });
      return receivers.map(({ name }) => name);
    },

    silences({ signal, timeout, filter } = {}) {
      const query = filterQuery({ filter });
      return ask(z.array(silenceSchema), { path: "/api/v2/silences", query, signal, timeout });
    },

    silence(id, { signal, timeout } = {}) {
      return ask(silenceSchema, { path: `/api/v2/silence/${encodeURIComponent(id)}`, signal, timeout });
    },

    async postAlerts(alerts, { signal, timeout } = {}) {
      await writeUpstream(target, { method: "POST", path: "/api/v2/alerts", json: alerts, signal, timeout });
    },

    async createSilence(silence, { signal, timeout } = {}) {
      const path = "/api/v2/silences";
      const body = await writeUpstream(target, { method: "POST", path, json: silence, signal, timeout });
      return inShape(createdSchema, parsedOrNull(body), path).silenceID;
    },

    async expireSilence(id, { signal, timeout } = {}) {
      const path = `/api/v2/silence/${encodeURIComponent(id)}`;
      await writeUpstream(target, { method: "DELETE", path, signal, timeout });
    },
  };
}

function filterQuery({ filter = [], ...rest }: Omit<AlertFilter, keyof ReadOptions>): URLSearchParams {
  const query = new URLSearchParams();
  for (const matcher of filter) query.append("filter", matcher);
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, String(value));
  return query;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
