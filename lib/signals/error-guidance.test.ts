import { describe, expect, it } from "vitest";
import { errorGuidance, errorKind } from "./error-guidance";

describe("errorKind", () => {
  it.each([
    ["timeout", "timeout"],
    ["TimeoutError", "timeout"],
    ["APITimeoutError", "timeout"],
    ["504", "timeout"],
    ["oom", "oom"],
    ["OutOfMemoryError", "oom"],
    ["cuda_oom", "oom"],
    ["rate_limit", "rate_limit"],
    ["RateLimitError", "rate_limit"],
    ["Openai.RateLimitError", "rate_limit"],
    ["litellm.exceptions.BadRequestError", "input_validation"],
    ["429", "rate_limit"],
    ["BudgetExceededError", "quota"],
    ["insufficient_quota", "quota"],
    ["model_error", "model_error"],
    ["generation", "model_error"],
    ["BACKEND", "model_error"],
    ["InternalServerError", "model_error"],
    ["input_validation", "input_validation"],
    ["validation", "input_validation"],
    ["BadRequestError", "input_validation"],
    ["ContextWindowExceededError", "input_validation"],
    ["400", "input_validation"],
    ["overloaded", "overloaded"],
    ["REJECTED", "overloaded"],
    ["CANCELED", "cancelled"],
    ["abort", "cancelled"],
    ["AuthenticationError", "authentication"],
    ["404", "not_found"],
    ["503", "unavailable"],
    ["5xx", "server_error"],
    ["OTHER", "server_error"],
    ["4xx", "client_error"],
    ["418", "client_error"],
  ] as const)("takes %s for %s", (type, kind) => expect(errorKind(type)).toBe(kind));

  it.each(["", "my_own_error", "error", "200", "modelling"])("claims nothing of %j", (type) =>
    expect(errorKind(type)).toBeUndefined(),
  );
});

describe("errorGuidance", () => {
  it.each([
    ["timeout", "ours", /Scale out/],
    ["oom", "ours", /Reduce the batch/],
    ["rate_limit", "ours", /queue, or scale out/],
    ["model_error", "ours", /restart/],
    ["input_validation", "client", /400/],
  ] as const)("says of %s whose it is and what to do", (type, side, action) => {
    expect(errorGuidance(type)).toMatchObject({ side, action: expect.stringMatching(action) });
  });

  it("leaves a name that it does not know as it is", () => {
    expect(errorGuidance("shard_lost")).toMatchObject({ title: "shard_lost", side: "unknown" });
    expect(errorGuidance("")).toMatchObject({
      title: "Without a type",
      cause: expect.stringContaining("without saying"),
    });
  });
});
