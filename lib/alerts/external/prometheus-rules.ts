import "server-only";
import { z } from "zod";
import { envelopeSchema } from "@/lib/prometheus/schema";
import { requestUpstreamJson } from "@/lib/upstream/fetch";
import { addressOf, type UpstreamTarget } from "@/lib/upstream/target";
import { UpstreamError } from "@/lib/upstream/upstream-error";

const labels = z.record(z.string(), z.string());

const alertSchema = z.object({
  labels,
  annotations: labels.default({}),
  state: z.enum(["pending", "firing", "inactive"]),
  activeAt: z.string().nullish(),
  keepFiringSince: z.string().nullish(),
  value: z.string().optional(),
});

const ruleSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("alerting"),
    name: z.string(),
    query: z.string(),
    duration: z.number().default(0),
    labels: labels.default({}),
    alerts: z.array(alertSchema).nullish(),
  }),
  z.object({ type: z.literal("recording"), name: z.string(), query: z.string() }),
]);

const rulesSchema = z.object({
  groups: z
    .array(z.object({ name: z.string(), file: z.string().default(""), rules: z.array(ruleSchema) }))
    .nullish(),
});

/** An alerting rule that a server evaluates itself, with its alerts. `duration` is its `for`, seconds. */
type ExternalRule = Extract<z.infer<typeof ruleSchema>, { type: "alerting" }>;

/**
 * The alerting rules that a Prometheus-compatible server evaluates itself; none where it has no ruler. Throws UpstreamError
 * as `requestUpstream` does. Source: Prometheus 3, docs/querying/api.md, /api/v1/rules.
 */
export async function externalRules(
  target: UpstreamTarget,
  options: { signal?: AbortSignal; timeout?: number } = {},
): Promise<ExternalRule[]> {
  let answer: unknown;
  try {
    answer = await requestUpstreamJson(target, {
      path: "/api/v1/rules",
      query: new URLSearchParams({ type: "alert" }),
      ...options,
    });
  } catch (error) {
    // Managed and partial servers have no such path.
    if (error instanceof UpstreamError && error.upstreamStatus === 404) return [];
    throw error;
  }
  const parsed = rulesSchema.safeParse(envelopeSchema.safeParse(answer).data?.data);
  if (!parsed.success)
    throw new UpstreamError(
      target,
      "unexpected_shape",
      `${addressOf(target)} answered /api/v1/rules in a form that Prometheus does not use: ${parsed.error.issues[0]?.message ?? ""}.`,
      { cause: parsed.error },
    );
  return (parsed.data.groups ?? []).flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.type === "alerting" ? [rule] : [])),
  );
}
