import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { problem } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { queryableServices } from "@/lib/services/queries";
import { signals } from "@/lib/signals/catalogue";
import { planSignal } from "@/lib/signals/plan";
import type { QueryableService } from "@/lib/signals/query";
import { exemplarsIn } from "./exemplars";
import type { ExemplarsAnswer, exemplarsQuerySchema } from "./schema";

/** More dots than this on one chart hide each other. */
const mostExemplars = 200;
/** The range when the caller says no start, seconds. */
const defaultRange = 3_600;

type Query = z.output<typeof exemplarsQuerySchema>;

/** The exemplars of one signal of a service. Throws `not_found`, `invalid_request`, and what the source fails with. */
export async function serviceExemplars(
  actor: Actor,
  id: string,
  query: Query,
  context: { now: Date; signal?: AbortSignal },
): Promise<ExemplarsAnswer> {
  const service = (await queryableServices(actor, [id])).get(id);
  if (service === undefined) throw problem("not_found", `There is no service "${id}".`);
  return readExemplars(service, query, context);
}

/** As {@link serviceExemplars}, of a service that the caller has looked up. */
export async function readExemplars(
  service: QueryableService,
  { signal: asked, start: from, end: to }: Query,
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<ExemplarsAnswer> {
  const end = to ?? now.getTime() / 1000;
  const start = from ?? end - defaultRange;
  if (end <= start)
    throw problem("invalid_request", "The query parameters are not valid.", {
      fields: [{ path: "start", message: "a time before the end" }],
    });
  const plan = planSignal(
    service,
    { id: asked, service: service.name, signal: asked },
    { start, end, step: 1 },
  );
  if (plan.kind !== "reads" || plan.spelling.kind !== "histogram")
    throw problem(
      "not_found",
      `${signals[asked].title} of ${service.name} has no exemplars: it is not read from a histogram.`,
    );
  const [expr] = plan.expr;
  if (expr === undefined) return { items: [], of: 0 };
  // Prometheus takes the selectors out of the expression.
  const series = await createPrometheusClient(await service.target()).exemplars(expr, { start, end, signal });
  const scale = "scale" in plan.spelling ? (plan.spelling.scale as number | undefined) : undefined;
  return exemplarsIn(series, { start, end, scale, most: mostExemplars });
}
