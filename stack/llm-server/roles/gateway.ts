import type http from "node:http";
import type { Logger } from "pino";
import { callText, close, createServer, HttpFault, listen, send, sendJson } from "../http";
import { forwardedScenarioRoutes } from "../scenario-routes";
import type { Telemetry } from "../telemetry";
import { createAgent, passOn } from "./proxy";
import type { Running } from "./running";

export type GatewayOptions = {
  host: string;
  port: number;
  /** The load balancer. */
  upstream: string;
  /** Load generators, to which scenarios of the traffic go. */
  loads: readonly string[];
  telemetry: Telemetry;
  log: Logger;
};

/** The way in: passes completions, models, metrics and health of what is behind the load balancer, and scenarios. */
export async function startGateway({
  host,
  port,
  upstream,
  loads,
  telemetry,
  log,
}: GatewayOptions): Promise<Running> {
  const tracer = telemetry.tracer("api-gateway");
  const agent = createAgent();
  const hop = { tracer, agent, targets: () => [upstream] };

  const fetched = (path: string) => async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const accept = request.headers.accept;
    const headers = accept ? { accept } : {};
    const answer = await callText({
      url: `${upstream}${path}`,
      method: "GET",
      headers,
      agent,
      timeoutMs: 4000,
    }).catch((error: Error) => {
      throw new HttpFault(
        path === "/health/ready" ? 503 : 502,
        `The load balancer does not answer: ${error.message}.`,
      );
    });
    const type = answer.type ?? "application/json";
    send(response, answer.status, answer.text, type);
  };

  const server = createServer(
    {
      "POST /v1/chat/completions": (request, response) => passOn(hop, request, response),
      "GET /v1/models": fetched("/v1/models"),
      "GET /metrics": fetched("/metrics"),
      "GET /health/live": (_request, response) => sendJson(response, 200, { status: "live" }),
      "GET /health/ready": fetched("/health/ready"),
      ...forwardedScenarioRoutes([upstream, ...loads]),
    },
    log,
  );
  const listening = await listen(server, host, port);
  log.info({ port: listening, upstream }, "listening");
  return {
    port: listening,
    async stop() {
      await close(server);
      agent.destroy();
    },
  };
}
