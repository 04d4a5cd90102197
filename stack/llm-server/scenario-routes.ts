import type http from "node:http";
import { callText, clock, HttpFault, type Routes, readJson, sendJson, sendProblem } from "./http";
import {
  type Scenario,
  type ScenarioBook,
  type ScenarioRequest,
  scenarioFaults,
  scenarioSchema,
} from "./scenario";

/** What one process says of the scenarios in force in it. */
export type ScenarioNode = {
  instance: string;
  version?: string;
  /** Of a POST: whether this process is one that the scenario concerns. */
  applied?: boolean;
  active: (Omit<Scenario, "startedAt"> & { started_at: string; ends_at: string })[];
};

async function parseScenario(
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<ScenarioRequest | null> {
  const parsed = scenarioSchema.safeParse(await readJson(request));
  if (parsed.success) return parsed.data;
  const errors = scenarioFaults(parsed.error);
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join("; ");
  sendProblem(response, 400, `${detail}.`, { errors });
  return null;
}

function nodeOf(book: ScenarioBook, instance: string, version?: string): ScenarioNode {
  return {
    instance,
    ...(version ? { version } : {}),
    active: book.active(clock()).map(({ startedAt, endsAt, ...scenario }) => ({
      ...scenario,
      started_at: new Date(startedAt * 1000).toISOString(),
      ends_at: new Date(endsAt * 1000).toISOString(),
    })),
  };
}

/** `GET` and `POST /scenario` of a process that misbehaves itself; `concerns` says by which scenarios. */
export function scenarioRoutes(
  book: ScenarioBook,
  self: { instance: string; version?: string },
  concerns: (scenario: Scenario) => boolean,
  applied: () => void,
): Routes {
  return {
    "GET /scenario": (_request, response) =>
      sendJson(response, 200, { items: [nodeOf(book, self.instance, self.version)] }),
    "POST /scenario": async (request, response) => {
      const scenario = await parseScenario(request, response);
      if (!scenario) return;
      const mine = scenario.kind === "reset" || concerns(scenario);
      if (mine) {
        book.apply(scenario, clock());
        applied();
      }
      sendJson(response, 200, { items: [{ ...nodeOf(book, self.instance, self.version), applied: mine }] });
    },
  };
}

/** `GET` and `POST /scenario` of a process that passes them on to those at `urls`. */
export function forwardedScenarioRoutes(urls: readonly string[]): Routes {
  const ask = async (method: string, body?: string): Promise<ScenarioNode[]> => {
    const answers = await Promise.all(
      urls.map(async (url) => {
        const headers = body ? { "content-type": "application/json" } : {};
        const call = { url: `${url}/scenario`, method, headers, timeoutMs: 3000, ...(body ? { body } : {}) };
        const { status, text } = await callText(call).catch((error: Error) => {
          throw new HttpFault(502, `${url} does not answer: ${error.message}.`);
        });
        const parsed = JSON.parse(text);
        // One that concerns nobody behind this URL may concern somebody behind another.
        if (status === 404) return [];
        if (status !== 200) throw new HttpFault(502, `${url} answered ${status}: ${parsed.detail}`);
        return parsed.items as ScenarioNode[];
      }),
    );
    return answers.flat();
  };
  return {
    "GET /scenario": async (_request, response) => sendJson(response, 200, { items: await ask("GET") }),
    "POST /scenario": async (request, response) => {
      const scenario = await parseScenario(request, response);
      if (!scenario) return;
      const items = await ask("POST", JSON.stringify(scenario));
      if (items.some(({ applied }) => applied)) sendJson(response, 200, { items });
      else sendProblem(response, 404, `No process here is concerned by ${JSON.stringify(scenario)}.`);
    },
  };
}
