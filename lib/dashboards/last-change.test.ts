import { expect, it } from "vitest";
import { exampleAnnotation } from "@/lib/annotations/example";
import { changeRanges, lastChange } from "./last-change";

const mark = (start: string, text: string, more: object = {}) => ({
  ...exampleAnnotation,
  service: "chat",
  isComputed: true,
  start,
  text,
  ...more,
});

it("looks closely at the last hours, and at the week only every quarter of an hour", () => {
  const now = 1_767_225_630;
  const { recent, long } = changeRanges(now);
  expect([now - recent.start, recent.end]).toEqual([6 * 3_600, now]);
  expect(long.end - long.start).toBe(7 * 86_400);
  expect(long).toEqual(changeRanges(now + 30).long);
});

it("takes a change and its time from where they are told truly", () => {
  // A service that changes every three minutes, as points 15 minutes apart show it.
  const long = [mark("2026-03-04T13:45:00Z", "Version v1.0 first seen")];
  const recent = [
    mark("2026-03-04T13:48:00Z", "Version v9 → v10", { service: "other" }),
    mark("2026-03-04T13:45:30Z", "Back to version v2.0 from v1.0"),
    mark("2026-03-04T13:42:30Z", "Back to version v1.0 from v2.0"),
  ];
  expect(lastChange("chat", { recent, long }, 900)).toEqual({
    text: "Back to version v2.0 from v1.0",
    at: "2026-03-04T13:45:30Z",
    within: null,
  });
});

it("says how far the time of an older change is known, and of a note that it is exact", () => {
  const older = mark("2026-03-02T08:00:00Z", "Version v1 → v2");
  expect(lastChange("chat", { recent: [], long: [older] }, 900)?.within).toBe(900);
  expect(lastChange("chat", { recent: [], long: [{ ...older, isComputed: false }] }, 900)?.within).toBeNull();
  expect(lastChange("mute", { recent: [], long: [older] }, 900)).toBeUndefined();
});
