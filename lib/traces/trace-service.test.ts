import { expect, it } from "vitest";
import { traceServiceOf } from "./trace-service";

const of = (id: string, name: string, names: string[]) => traceServiceOf({ id, name }, names).service;

it("is the service of the same name", () => expect(of("chat", "chat", ["chat", "Chat"])).toBe("chat"));
it("is what OpenTelemetry made the job of", () =>
  expect(of("prod/chat", "prod/chat", ["chat"])).toBe("chat"));
it("is the only one that differs by case and separators", () =>
  expect(of("chat-api", "chat-api", ["Chat_API", "other"])).toBe("Chat_API"));
it("is none of two that do", () => {
  expect(traceServiceOf({ id: "chat-api", name: "chat-api" }, ["chat_api", "chat.api"])).toEqual({
    service: null,
    reason: "Traces have several services of that name: chat_api, chat.api.",
  });
});
it("is not guessed", () => {
  expect(traceServiceOf({ id: "chat-api", name: "chat-api" }, ["chat", "inference-server"])).toEqual({
    service: null,
    reason: "No service in traces is called chat-api.",
  });
});
