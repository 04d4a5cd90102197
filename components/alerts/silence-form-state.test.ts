import { describe, expect, it } from "vitest";
import { localInputValue } from "@/components/annotations/note-form-state";
import { exampleAlertmanager, exampleExternalSilence } from "@/lib/alerts/example";
import {
  bodyOf,
  changesOf,
  fieldOf,
  matchersOf,
  newSilence,
  placesOf,
  silenceFormOf,
  withRow,
} from "./silence-form-state";

const now = new Date("2026-03-04T14:00:00.000Z");
const local = (time: string) => localInputValue(Date.parse(time) / 1000);

describe("a new silence", () => {
  const form = newSilence({ alertname: "High", service: "chat", gpu: "1" }, null, now);

  it("selects by name, service and severity, from now, for an hour, here", () => {
    expect(bodyOf({ ...form, comment: "Why" }, now)).toEqual({
      body: {
        matchers: [
          { name: "alertname", value: "High", isRegex: false, isEqual: true },
          { name: "service", value: "chat", isRegex: false, isEqual: true },
        ],
        startsAt: null,
        endsAt: "2026-03-04T15:00:00.000Z",
        comment: "Why",
        source: null,
      },
    });
  });

  it("may begin and end at times, and counts its span from its start", () => {
    const start = local("2026-03-04T20:00:00Z");
    expect(bodyOf({ ...form, begins: "at", start, source: "am-1" }, now)).toMatchObject({
      body: { startsAt: "2026-03-04T20:00:00.000Z", endsAt: "2026-03-04T21:00:00.000Z", source: "am-1" },
    });
    expect(
      bodyOf({ ...form, begins: "at", start, span: "until", end: local("2026-03-04T23:30:00Z") }, now),
    ).toMatchObject({ body: { endsAt: "2026-03-04T23:30:00.000Z" } });
  });

  it.each([
    [{ begins: "at" as const, start: "" }, "start"],
    [{ span: "until", end: "" }, "end"],
    [
      {
        begins: "at" as const,
        start: local("2026-03-04T20:00:00Z"),
        span: "until",
        end: local("2026-03-04T19:00:00Z"),
      },
      "end",
    ],
  ])("%j is wrong at the %s", (patch, field) => {
    expect(bodyOf({ ...form, ...patch }, now)).toMatchObject({ problems: [{ field }] });
  });

  it("leaves rows without a name out", () => {
    expect(matchersOf({ rows: withRow(form.rows) })).toHaveLength(2);
    expect(withRow([])).toEqual([{ id: 0, name: "", operator: "=", value: "" }]);
  });
});

describe("a silence that is changed", () => {
  const silence = {
    ...exampleExternalSilence,
    matchers: [{ name: "service", value: "chat-.*", isRegex: true, isEqual: false }],
    startsAt: "2026-03-04T13:00:00.123Z",
    endsAt: "2026-03-04T16:00:00.456Z",
  };
  const before = silenceFormOf(silence);

  it("has what it had, and nothing to send", () => {
    expect(matchersOf(before)).toEqual(silence.matchers);
    expect(changesOf(before, before, now)).toEqual({ body: {} });
  });

  it("sends what was typed anew, and counts a span from now where it has begun", () => {
    expect(changesOf({ ...before, span: "4h", comment: "Longer" }, before, now)).toEqual({
      body: { endsAt: "2026-03-04T18:00:00.000Z", comment: "Longer" },
    });
    const rows = before.rows.map((row) => ({ ...row, operator: "=~" as const }));
    expect(changesOf({ ...before, rows }, before, now)).toEqual({
      body: { matchers: [{ name: "service", value: "chat-.*", isRegex: true, isEqual: true }] },
    });
  });
});

it("knows the field that the API means", () => {
  expect(["matchers.0.value", "endsAt", "source", "version"].map(fieldOf)).toEqual([
    "matchers",
    "end",
    "source",
    null,
  ]);
});

it("offers each cluster once, and says where none answers", () => {
  const problem = "Nothing listens";
  const one = { ...exampleAlertmanager, problem };
  const other = { ...exampleAlertmanager, name: "alertmanager-1" };
  const alone = { ...exampleAlertmanager, name: "lab", cluster: ["lab"], problem };
  expect(placesOf([one, other, alone])).toEqual([
    {
      value: "alertmanager-0",
      label: "The cluster of alertmanager-0 and alertmanager-1",
      members: ["alertmanager-0", "alertmanager-1"],
    },
    { value: "lab", label: "lab (does not answer)", members: ["lab"] },
  ]);
});
