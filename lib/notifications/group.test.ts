import { describe, expect, it } from "vitest";
import {
  afterInsert,
  type GroupedAlert,
  type GroupMessage,
  type GroupState,
  newGroup,
  stepGroup,
  stepRelay,
} from "./group";

const timing = { groupWait: 30, groupInterval: 300, repeatInterval: 14_400 };
const minutes = (count: number) => count * 60_000;

const alert = (
  fingerprint: string,
  status: GroupedAlert["status"] = "firing",
  more: Partial<GroupedAlert> = {},
): GroupedAlert => ({
  fingerprint,
  status,
  startsAt: 0,
  endsAt: status === "resolved" ? 0 : null,
  muting: null,
  mutedUntil: null,
  ...more,
});
const firing = (name: string) => alert(name);
const resolved = (name: string) => alert(name, "resolved");
const silenced = (name: string, status: GroupedAlert["status"] = "firing") =>
  alert(name, status, { muting: "muted" });
const seenTo = (name: string, mutedUntil: number | null = null) =>
  alert(name, "firing", { muting: "seen_to", mutedUntil });

const told = (
  reason: GroupMessage["reason"],
  firingNames: string[],
  resolvedNames: string[] = [],
): GroupMessage => ({ reason, firing: firingNames, resolved: resolvedNames });

/** Each row: the minute, the alerts that the group then has, what is told. */
type Row = [minute: number, alerts: GroupedAlert[], message: GroupMessage | null];

const courses: Record<string, Row[]> = {
  "fires, stays, is told again after the repeat interval, resolves": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [firing("a")], null],
    [240, [firing("a")], null],
    [245, [firing("a")], told("repeat", ["a"])],
    [250, [resolved("a")], told("change", [], ["a"])],
  ],
  "one more fires": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [firing("a"), firing("b")], told("change", ["a", "b"])],
  ],
  "one of two resolves, and is told once": [
    [0, [firing("a"), firing("b")], told("change", ["a", "b"])],
    [5, [firing("a"), resolved("b")], told("change", ["a"], ["b"])],
    [10, [firing("a")], null],
  ],
  "fires and resolves before the group was looked at": [[0, [resolved("a")], null]],
  "fires and resolves between two looks at a group that has told of all being resolved": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [resolved("a")], told("change", [], ["a"])],
    [10, [resolved("b")], null],
  ],
  "fires again after it resolved": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [resolved("a")], told("change", [], ["a"])],
    [10, [firing("a")], told("change", ["a"])],
  ],
  "a silence begins and ends before the repeat interval: nothing new": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [silenced("a")], null],
    [10, [firing("a")], null],
  ],
  "a silence from the start ends": [
    [0, [silenced("a")], null],
    [5, [firing("a")], told("change", ["a"])],
  ],
  "resolves under a silence, fires again after it": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [silenced("a", "resolved")], null],
    [10, [firing("a")], told("change", ["a"])],
  ],
  "the worse tier takes over, and gives back": [
    [0, [firing("warning")], told("change", ["warning"])],
    [5, [firing("critical"), silenced("warning")], told("change", ["critical"])],
    [10, [resolved("critical"), firing("warning")], told("change", ["warning"], ["critical"])],
    [15, [resolved("warning")], told("change", [], ["warning"])],
  ],
  "acknowledged and then resolved": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [seenTo("a")], null],
    [300, [seenTo("a")], null],
    [305, [resolved("a")], told("change", [], ["a"])],
  ],
  "the acknowledgement runs out: told at once": [
    [0, [firing("a")], told("change", ["a"])],
    [5, [seenTo("a", minutes(12))], null],
    [12, [firing("a")], told("change", ["a"])],
  ],
  "acknowledged before anything was told, and resolved": [
    [0, [seenTo("a")], null],
    [5, [resolved("a")], null],
  ],
  "one of two is acknowledged, and resolves": [
    [0, [firing("a"), firing("b")], told("change", ["a", "b"])],
    [5, [seenTo("a"), firing("b")], null],
    [10, [resolved("a"), firing("b")], told("change", ["b"], ["a"])],
  ],
};

describe("a group", () => {
  it.each(Object.entries(courses))("%s", (_, rows) => {
    let state: GroupState = newGroup;
    for (const [minute, alerts, message] of rows) {
      const step = stepGroup(state, alerts, timing, minutes(minute));
      expect(step.message, `minute ${minute}`).toEqual(message);
      expect(step.dropped).toEqual(
        alerts.filter(({ status }) => status === "resolved").map(({ fingerprint }) => fingerprint),
      );
      state = step.state;
    }
  });

  it("is looked at again after the group interval, at the end of an acknowledgement, and not once it is empty", () => {
    const nextAt = (alerts: GroupedAlert[]) => stepGroup(newGroup, alerts, timing, 1_000).state.nextAt;
    expect(nextAt([firing("a")])).toBe(301_000);
    expect(nextAt([seenTo("a", 61_000), firing("b")])).toBe(61_000);
    expect(nextAt([seenTo("a", 900_000), firing("b")])).toBe(301_000);
    expect(nextAt([resolved("a")])).toBeNull();
  });

  it("that nobody looked at in time tells of what fired then and has resolved since", () => {
    const messageOf = (endsAt: number, more: Partial<GroupState> = {}) =>
      stepGroup(
        { ...newGroup, nextAt: 30_000, ...more },
        [alert("a", "resolved", { endsAt })],
        timing,
        60_000,
      ).message;
    expect(messageOf(20_000)).toBeNull();
    expect(messageOf(40_000)).toEqual(told("change", [], ["a"]));
    expect(messageOf(40_000, { notifiedAt: 0, resolved: ["a"] })).toEqual(told("change", [], ["a"]));
  });

  const inserts: [string, GroupState, number, number | null][] = [
    ["waits before it is first told of", newGroup, 100_000, 130_000],
    ["does not wait for one that has fired for longer", newGroup, 60_000, 100_000],
    ["keeps its time when another comes", { ...newGroup, nextAt: 110_000 }, 100_000, 110_000],
    ["does not hurry once it was looked at", { ...newGroup, nextAt: 400_000, hasFlushed: true }, 0, 400_000],
    ["stays overdue", { ...newGroup, nextAt: 90_000 }, 0, 90_000],
    ["waits anew after it was empty", { ...newGroup, hasFlushed: true }, 100_000, 130_000],
  ];
  it.each(inserts)("%s", (_, state, startsAt, nextAt) => {
    expect(afterInsert(state, { startsAt }, timing, 100_000).nextAt).toBe(nextAt);
  });
});

describe("what an Alertmanager is told", () => {
  it("is everything at once, again every minute, and what resolved for 15 minutes", () => {
    const rows: [second: number, alerts: GroupedAlert[], message: GroupMessage | null][] = [
      [0, [firing("a")], told("change", ["a"])],
      [30, [firing("a")], null],
      [60, [firing("a")], told("repeat", ["a"])],
      [70, [firing("a"), silenced("b")], told("change", ["a", "b"])],
      [100, [alert("a", "resolved", { endsAt: 90_000 }), silenced("b")], told("change", ["b"], ["a"])],
      [160, [alert("a", "resolved", { endsAt: 90_000 }), silenced("b")], told("repeat", ["b"], ["a"])],
      [990, [alert("a", "resolved", { endsAt: 90_000 }), silenced("b")], told("repeat", ["b"])],
    ];
    let state: GroupState = newGroup;
    for (const [second, alerts, message] of rows) {
      const step = stepRelay(state, alerts, 60, second * 1000);
      expect(step.message, `second ${second}`).toEqual(message);
      state = step.state;
    }
    expect(state.nextAt).toBe(1_050_000);
    expect(stepRelay(state, [], 60, 2_000_000).state.nextAt).toBeNull();
  });

  it("tells once of what resolved long before it was known", () => {
    const late = [alert("a", "resolved", { endsAt: 0 })];
    const step = stepRelay({ ...newGroup, firing: ["a"] }, late, 60, minutes(60));
    expect(step).toMatchObject({ message: told("change", [], ["a"]), dropped: [] });
    expect(stepRelay(step.state, late, 60, minutes(61))).toMatchObject({ message: null, dropped: ["a"] });
  });
});
