import type http from "node:http";
import type { Logger } from "pino";
import { contentTypes, mergeExpositions, negotiateFormat } from "../exposition";
import { callText, close, createServer, HttpFault, listen, send, sendJson } from "../http";
import { createRandom } from "../random";
import { forwardedScenarioRoutes } from "../scenario-routes";
import type { Telemetry } from "../telemetry";
import { createAgent, passOn } from "./proxy";
import type { Running } from "./running";

export type LoadBalancerOptions = {
  host: string;
  port: number;
  /** The model servers. */
  upstreams: readonly string[];
  seed: number;
  telemetry: Telemetry;
  log: Logger;
};

type Upstream = { url: string; ready: boolean; reason: string; labels: Record<string, string> };

const PROBE_EVERY_MS = 1000;
const PROBE_TIMEOUT_MS = 800;
const SCRAPE_TIMEOUT_MS = 3000;

/** Spreads completions evenly over the model servers that are ready, and shows them as one. */
export async function startLoadBalancer(options: LoadBalancerOptions): Promise<Running> {
  const { log } = options;
  const tracer = options.telemetry.tracer("load-balancer");
  const agent = createAgent();
  const random = createRandom(options.seed, "balance");
  const upstreams = options.upstreams.map(
    (url): Upstream => ({ url, ready: false, reason: "not probed yet", labels: {} }),
  );

  function mark(upstream: Upstream, ready: boolean, reason: string): void {
    if (upstream.ready !== ready) log.info({ upstream: upstream.url, ready, reason }, "upstream_changed");
    upstream.ready = ready;
    upstream.reason = reason;
  }

  async function probe(upstream: Upstream): Promise<void> {
    try {
      const call = { url: `${upstream.url}/health/ready`, method: "GET", agent, timeoutMs: PROBE_TIMEOUT_MS };
      const { status, text } = await callText(call);
      const { reason, instance, version } = JSON.parse(text);
      upstream.labels = { instance, version };
      mark(upstream, status === 200, status === 200 ? "ready" : reason);
    } catch (error) {
      mark(upstream, false, (error as Error).message);
    }
  }

  async function probeAll(): Promise<void> {
    await Promise.all(upstreams.map(probe));
  }

  const hop = {
    tracer,
    agent,
    /** One at random with equal weights, then the others, should it fail. */
    targets(): string[] {
      const ready = upstreams.filter((upstream) => upstream.ready).map(({ url }) => url);
      const first = Math.floor(random.uniform() * ready.length);
      return [...ready.slice(first), ...ready.slice(0, first)];
    },
    failed(target: string): void {
      const upstream = upstreams.find(({ url }) => url === target);
      if (upstream) mark(upstream, false, "connection failed");
    },
  };

  async function metrics(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const format = negotiateFormat(request.headers.accept);
    const headers = { accept: contentTypes[format] };
    const sources = await Promise.all(
      upstreams.map(async ({ url, labels }) => {
        const call = { url: `${url}/metrics`, method: "GET", headers, agent, timeoutMs: SCRAPE_TIMEOUT_MS };
        const answer = await callText(call).catch(() => null);
        return answer?.status === 200 ? [{ text: answer.text, labels }] : [];
      }),
    );
    send(response, 200, mergeExpositions(sources.flat(), format), contentTypes[format]);
  }

  const server = createServer(
    {
      "POST /v1/chat/completions": (request, response) => passOn(hop, request, response),
      "GET /v1/models": async (_request, response) => {
        const upstream = upstreams.find(({ ready }) => ready);
        if (!upstream) throw new HttpFault(503, "No model server is ready.");
        const answer = await callText({ url: `${upstream.url}/v1/models`, method: "GET", agent });
        send(response, answer.status, answer.text, "application/json");
      },
      "GET /metrics": metrics,
      "GET /health/live": (_request, response) => sendJson(response, 200, { status: "live" }),
      "GET /health/ready": (_request, response) => {
        const ready = upstreams.some((upstream) => upstream.ready);
        sendJson(response, ready ? 200 : 503, {
          status: ready ? "ready" : "not ready",
          ...(ready ? {} : { reason: upstreams.map(({ reason }) => reason).find((reason) => reason) }),
          upstreams: upstreams.map(({ url, labels, ready, reason }) => ({ url, ...labels, ready, reason })),
        });
      },
      ...forwardedScenarioRoutes(options.upstreams),
    },
    log,
  );
  const port = await listen(server, options.host, options.port);
  await probeAll();
  const timer = setInterval(() => void probeAll(), PROBE_EVERY_MS);
  log.info({ port, upstreams: options.upstreams }, "listening");
  return {
    port,
    async stop() {
      clearInterval(timer);
      await close(server);
      agent.destroy();
    },
  };
}
