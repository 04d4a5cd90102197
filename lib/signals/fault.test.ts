import { describe, expect, it } from "vitest";
import { errorGuidance } from "./error-guidance";
import { clientNames, clientStatuses } from "./failures";
import { profiles } from "./profiles";
import { spellingsOf } from "./spoken";

/* Whose fault an error is: the rates, which ask PromQL, and the table of types must say the same. */

/** As RE2 takes the whole value of a label. */
const matches = (patterns: readonly string[], type: string): boolean => {
  const text = patterns.join("|");
  return new RegExp(`^(?:${text.replace("(?i)", "")})$`, text.includes("(?i)") ? "i" : "").test(type);
};
const isOfCaller = (type: string): boolean => errorGuidance(type).side === "client";

const statuses = Array.from({ length: 200 }, (_, index) => String(400 + index));
const names = [
  ...["timeout", "oom", "rate_limit", "RateLimitError", "too_many_requests", "overloaded", "queue_full"],
  ...["model_error", "internal", "exception", "unavailable", "server_error", "5xx", "backend", "incomplete"],
  ...[
    "input_validation",
    "validation",
    "ValidationError",
    "invalid_request",
    "bad_request",
    "BadRequestError",
  ],
  ...["authentication", "AuthenticationError", "unauthorized", "forbidden", "permission_denied", "not_found"],
  ...["model_not_found", "cancelled", "canceled", "abort", "client_disconnect", "quota_exceeded", "4xx"],
  ...["Azure.BadRequestError", "openai.APITimeoutError", "Openai.RateLimitError"],
  ...["insufficient_quota", "BudgetExceededError", "context_length_exceeded", "ContextWindowExceededError"],
];

describe("whose fault an error is", () => {
  it.each(statuses)("of status %s is the same in rates and in the table", (status) => {
    expect(matches(clientStatuses, status)).toBe(isOfCaller(status));
  });

  it.each(names)("of %s is the same in rates and in the table", (name) => {
    expect(matches([...clientNames, "4xx", ...clientStatuses], name)).toBe(isOfCaller(name));
  });

  it("of the types that each profile blames on callers is the caller's in the table too", () => {
    const blamed = profiles.flatMap((profile) =>
      spellingsOf(profile, "client_error_rate").flatMap((spelling) =>
        spelling.kind === "failures" ? (spelling.clientTypes ?? []) : [],
      ),
    );
    const words = [...new Set(blamed)].filter((type) => /^[a-zA-Z_]+$/.test(type));
    expect(words).toContain("CANCELED");
    for (const type of words) expect([type, errorGuidance(type).side]).toEqual([type, "client"]);
  });

  it("of too many requests is ours, as of anything that capacity mends", () => {
    for (const type of ["429", "rate_limit", "408", "timeout", "overloaded"])
      expect([type, errorGuidance(type).side]).toEqual([type, "ours"]);
  });
});
