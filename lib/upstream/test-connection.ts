import "server-only";
import { z } from "zod";
import type { Seconds } from "@/lib/units";
import { requestUpstreamJson, type UpstreamRequest } from "./fetch";
import { withoutCredentials } from "./redact";
import { addressOf, KIND_NAMES, type UpstreamTarget } from "./target";
import { isUpstreamError, UpstreamError, type UpstreamFailure } from "./upstream-error";

export type ConnectionTest = {
  reachable: boolean;
  /** What is wrong and what to do, in sentences; null when nothing is. */
  problem: string | null;
  failure: UpstreamFailure | null;
  /** What the other side said, in its own words. */
  upstream: string | null;
  /** What answered: `Prometheus 2.42.0`, `Jaeger with 5 services`; null when it was not reached. */
  found: string | null;
};

/** Someone is looking at a Test button. */
const TEST_TIMEOUT_SECONDS: Seconds = 10;

/**
 * Asks a source whether it is what it should be and lets us read, with two requests at most. Never throws for what
 * is wrong with the source; only with the signal's reason when the caller aborts.
 */
export async function testConnection(
  target: UpstreamTarget,
  options: { signal?: AbortSignal; timeout?: Seconds } = {},
): Promise<ConnectionTest> {
  const ask: Ask = (request) =>
    requestUpstreamJson(target, {
      timeout: options.timeout ?? TEST_TIMEOUT_SECONDS,
      signal: options.signal,
      ...request,
    });
  try {
    const found = withoutCredentials(target, await TESTS[target.kind](target, ask));
    return { reachable: true, problem: null, failure: null, upstream: null, found };
  } catch (error) {
    if (!isUpstreamError(error)) throw error;
    return {
      reachable: false,
      problem: `${error.detail}${hintOf(target, error.failure)}`,
      failure: error.failure,
      upstream: error.upstream ?? null,
      found: null,
    };
  }
}

type Ask = (request: UpstreamRequest) => Promise<unknown>;

const TESTS: Readonly<Record<UpstreamTarget["kind"], (target: UpstreamTarget, ask: Ask) => Promise<string>>> =
  {
    prometheus: testPrometheus,
    jaeger: testJaeger,
    alertmanager: testAlertmanager,
  };

const successSchema = z.object({ status: z.literal("success"), data: z.unknown() });
const scalarSchema = successSchema.extend({ data: z.object({ resultType: z.literal("scalar") }) });
const buildInfoSchema = successSchema.extend({
  data: z.object({ version: z.string(), application: z.string().optional() }),
});

async function testPrometheus(target: UpstreamTarget, ask: Ask): Promise<string> {
  // A query is what every panel needs; a gateway may show the version to anyone and ask credentials for queries.
  const answer = await ask({
    path: "/api/v1/query",
    method: "POST",
    form: new URLSearchParams({ query: "1" }),
  });
  if (!scalarSchema.safeParse(answer).success) throw otherShape(target, "/api/v1/query");
  try {
    const { data } = buildInfoSchema.parse(await ask({ path: "/api/v1/status/buildinfo" }));
    return `${data.application ?? "Prometheus"} ${data.version}`;
  } catch (error) {
    // Managed services answer queries and hide their version.
    if (isUpstreamError(error) || error instanceof z.ZodError)
      return "a Prometheus-compatible server that does not say its version";
    throw error;
  }
}

const servicesV1Schema = z.object({ data: z.array(z.string()).nullable() });
const servicesV3Schema = z.object({ services: z.array(z.string()).default([]) });

async function testJaeger(target: UpstreamTarget, ask: Ask): Promise<string> {
  const say = (services: string[]) =>
    `Jaeger with ${services.length} ${services.length === 1 ? "service" : "services"}`;
  try {
    const older = servicesV1Schema.safeParse(await ask({ path: "/api/services" }));
    if (!older.success) throw otherShape(target, "/api/services");
    return say(older.data.data ?? []);
  } catch (error) {
    // Releases after 2.20 have /api/v3 only.
    const isGone =
      isUpstreamError(error) && ["not_found", "not_json", "unexpected_shape"].includes(error.failure);
    if (!isGone) throw error;
    const newer = servicesV3Schema.safeParse(
      await ask({ path: "/api/v3/services" }).catch((second: unknown) => {
        throw isUpstreamError(second) ? error : second;
      }),
    );
    if (!newer.success) throw error;
    return say(newer.data.services);
  }
}

const statusSchema = z.object({
  versionInfo: z.object({ version: z.string() }),
  cluster: z.object({ status: z.string() }),
});

async function testAlertmanager(target: UpstreamTarget, ask: Ask): Promise<string> {
  const answer = statusSchema.safeParse(await ask({ path: "/api/v2/status" }));
  if (!answer.success) throw otherShape(target, "/api/v2/status");
  return `Alertmanager ${answer.data.versionInfo.version}`;
}

function otherShape(target: UpstreamTarget, path: string): UpstreamError {
  const detail = `${addressOf(target)} answered ${path}, but not as ${KIND_NAMES[target.kind]} does. Check that this is its address.`;
  return new UpstreamError(target, "unexpected_shape", detail);
}

const USUAL_PATHS: Readonly<Record<UpstreamTarget["kind"], string>> = {
  prometheus: "/prometheus",
  jaeger: "/jaeger",
  alertmanager: "/alertmanager",
};

/** The usual slip when nothing of the kind is at the address. */
function hintOf(target: UpstreamTarget, failure: UpstreamFailure): string {
  if (failure !== "not_found" && failure !== "not_json") return "";
  const path = new URL(target.url).pathname.replace(/\/+$/, "");
  const page = /\/(api(\/v[0-9]+)?|graph|query|search)$/.exec(path);
  if (page) return ` The address ends in ${page[0]}: leave that out.`;
  if (path === "")
    return ` If it is served under a path, such as ${USUAL_PATHS[target.kind]}, add that to the address.`;
  return "";
}
