import { UNTYPED_ERROR } from "./untyped-error";

/** Whose fault an error usually is: ours, the caller's, or not to be told from its name. */
export type ErrorSide = "ours" | "client" | "unknown";

export interface ErrorGuidance {
  /** A heading: the kind of error, or the name that the server gave it. */
  title: string;
  cause: string;
  action: string;
  side: ErrorSide;
}

const kinds = {
  timeout: {
    title: "Timeout",
    cause: "Inference was too slow: the queue is long, or the answers are.",
    action: "Scale out or optimise: more replicas, shorter answers, a faster version.",
    side: "ours",
  },
  oom: {
    title: "Out of memory",
    cause: "The GPU's memory did not suffice for the batch.",
    action: "Reduce the batch or the longest context, or give the engine more memory.",
    side: "ours",
  },
  rate_limit: {
    title: "Rate limit",
    cause: "More requests came than are allowed or can be taken.",
    action: "Let them queue, or scale out; limit a single caller who sends too much.",
    side: "ours",
  },
  quota: {
    title: "Quota",
    cause: "The caller's quota or budget is used up.",
    action: "Raise it, or let the caller wait for the next period.",
    side: "client",
  },
  overloaded: {
    title: "Overloaded",
    cause: "The server took no more requests: its queue was full.",
    action: "Scale out, or let the gateway queue and try again.",
    side: "ours",
  },
  model_error: {
    title: "Model error",
    cause: "The engine or the model failed inside.",
    action: "Read the engine's log, restart the replica, or go back to the version before.",
    side: "ours",
  },
  input_validation: {
    title: "Input validation",
    cause: "The request was malformed, or longer than the model's context.",
    action: "Answer 400 and say what is wrong; the caller has to change the request.",
    side: "client",
  },
  authentication: {
    title: "Authentication",
    cause: "The key was missing, wrong or not allowed to do this.",
    action: "Answer 401 or 403; look for a key that was rotated.",
    side: "client",
  },
  not_found: {
    title: "Not found",
    cause: "The address or the model's name does not exist here.",
    action: "Answer 404; look for a model that was renamed or removed.",
    side: "client",
  },
  cancelled: {
    title: "Cancelled",
    cause: "The caller went away before the answer was complete.",
    action: "Compare with latency: callers leave when it is slow.",
    side: "client",
  },
  unavailable: {
    title: "Unavailable",
    cause: "No replica answered: down, restarting or not ready.",
    action: "Look at restarts, health checks and what was deployed last.",
    side: "ours",
  },
  server_error: {
    title: "Server error",
    cause: "The server failed and did not say how.",
    action: "Read its log at that time.",
    side: "ours",
  },
  client_error: {
    title: "Client error",
    cause: "The server refused the request.",
    action: "Look at what the callers send.",
    side: "client",
  },
} as const satisfies Record<string, ErrorGuidance>;
export type ErrorKind = keyof typeof kinds;

/**
 * What engines, gateways and exceptions call each kind, without case, dashes and underscores, and of exceptions without
 * `Error`; the first that matches. Numbers are HTTP statuses.
 */
const names: [RegExp, ErrorKind][] = [
  [/^(429|ratelimit(ed|exceeded)?|toomanyrequests|throttl(ed|ing))$/, "rate_limit"],
  [/^((insufficient)?quota(exceeded)?|budgetexceeded)$/, "quota"],
  [/^(408|504|(api|request|gateway|read|connect|queue)?timeout|timedout|deadlineexceeded)$/, "timeout"],
  [/^((cuda|gpu)?o(ut)?o(f)?m(emory)?|memory|kvcachefull|cudaoom)$/, "oom"],
  [/^(overload(ed)?|queuefull|rejected|capacity|backpressure|529)$/, "overloaded"],
  [
    /^(400|413|414|415|422|(input|request)?validation|invalid(request|input|argument)?|badrequest|unprocessableentity|contextlength(exceeded)?|contextwindowexceeded|toolong|template|contentpolicyviolation)$/,
    "input_validation",
  ],
  [
    /^(401|403|auth(entication|orization)?|unauthorized|unauthenticated|forbidden|permission(denied)?)$/,
    "authentication",
  ],
  [/^(404|notfound|modelnotfound)$/, "not_found"],
  [/^(499|cancel(l)?ed|abort(ed)?|dropped|clientdisconnect(ed)?|clientclosedrequest)$/, "cancelled"],
  [/^(502|503|unavailable|serviceunavailable|(api)?connection|badgateway|notready)$/, "unavailable"],
  [
    /^(model|generation|inference|backend|engine|incomplete|internal(server)?|exception|nan|corrupted)$/,
    "model_error",
  ],
  [/^(500|5\d\d|5xx|other)$/, "server_error"],
  [/^(4\d\d|4xx)$/, "client_error"],
];

/** The kind of an error by the name that a server gave it; undefined for a name that says nothing to us. */
export function errorKind(type: string): ErrorKind | undefined {
  // Exceptions are qualified by their module, in LiteLLM by the provider: `Openai.RateLimitError`.
  const unqualified = type.slice(type.lastIndexOf(".") + 1);
  const plain = unqualified.toLowerCase().replace(/[^a-z0-9]/g, "");
  const bare = plain.replace(/(errors?|exception)$/, "");
  const candidates = bare === "" ? [plain] : [plain, bare];
  for (const [pattern, kind] of names)
    if (candidates.some((candidate) => pattern.test(candidate))) return kind;
  return undefined;
}

/**
 * Usual cause and action of an error by the name that a server gave it. A name that is not known keeps its name as the
 * title, and nothing is claimed of it.
 */
export function errorGuidance(type: string): ErrorGuidance {
  const kind = errorKind(type);
  if (kind !== undefined) return kinds[kind];
  if (type === "")
    return {
      title: UNTYPED_ERROR,
      cause: "The server counts it without saying what it was.",
      action: "Give its counter a label for the type; until then, read its log at that time.",
      side: "unknown",
    };
  return {
    title: type,
    cause: "The server gave it a name of its own.",
    action: "Look it up in the server's documentation or its log.",
    side: "unknown",
  };
}
