import { expect, it } from "vitest";
import { timeAxisOf } from "./time-axis";

const at = (minute: number) => `2026-03-04T14:${String(minute).padStart(2, "0")}:00Z`;
const unix = (minute: number) => Date.parse(at(minute)) / 1000;

it("marks moments and both ends of a person's range, and hatches only what could not be measured", () => {
  const axis = timeAxisOf(
    [
      { kind: "deployment", text: "v1.3.0", start: at(0), end: null },
      { kind: "note", text: "load test", start: at(5), end: at(10) },
      { kind: "demo_stopped", text: "the demo was stopped", start: at(20), end: at(30) },
    ],
    (text) => `chat-api: ${text}`,
  );
  expect(axis).toEqual({
    marks: [
      { time: unix(0), label: "chat-api: v1.3.0" },
      { time: unix(5), label: "chat-api: load test" },
      { time: unix(10), label: "chat-api: end of load test" },
    ],
    gaps: [{ from: unix(20), to: unix(30), label: "chat-api: the demo was stopped" }],
  });
});
