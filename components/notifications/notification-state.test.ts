import { describe, expect, it } from "vitest";
import { exampleChannel, exampleMessage } from "@/lib/notifications/example";
import { channelState, messageState, responseText } from "./notification-state";

describe("the state of a channel", () => {
  it.each([
    [{}, "Delivers"],
    [{ lastDeliveredAt: null }, "Nothing sent yet"],
    [{ waiting: 2 }, "2 waiting"],
    [{ waiting: 2, failed: 1 }, "1 not delivered"],
    [{ failed: 1, problem: "There is no mail server." }, "Cannot send"],
    [{ problem: "There is no mail server.", validTo: "2026-03-05T09:00:00.000Z" }, "Removed"],
  ])("of %o is %s", (given, words) => {
    expect(channelState({ ...exampleChannel, ...given }).words).toBe(words);
  });
});

describe("a message", () => {
  it("that waits after a try says how often it was tried", () => {
    const waiting = { ...exampleMessage, state: "waiting" as const };
    expect([0, 1, 3].map((attempts) => messageState({ ...waiting, attempts }).words)).toEqual([
      "Waiting",
      "Tried once",
      "Tried 3 times",
    ]);
  });

  it.each([
    [null, null],
    [{ status: 204, body: null, error: null }, "204"],
    [{ status: 250, body: "250 OK: queued", error: null }, "250 OK: queued"],
    [
      { status: 503, body: "busy", error: "It answered with status 503." },
      "503 It answered with status 503.",
    ],
    [{ status: null, body: null, error: "Nothing listens there." }, "Nothing listens there."],
  ])("with %o says %s", (response, text) => {
    const at = "2026-03-04T14:00:30.000Z";
    expect(
      responseText({ ...exampleMessage, response: response === null ? null : { ...response, at } }),
    ).toBe(text);
  });
});
