import { describe, expect, it } from "vitest";
import { exampleAlert } from "@/lib/alerts/example";
import type { AlertView } from "@/lib/alerts/schema";
import { alertState } from "./alert-words";
import { countWords, grouped } from "./groups";

const alert = (patch: Partial<AlertView>): AlertView => ({ ...exampleAlert, ...patch });

describe("alerts in groups", () => {
  const all = [
    alert({ id: "1", severity: "warning", service: "chat" }),
    alert({ id: "2", severity: "critical", service: "search" }),
    alert({ id: "3", state: "pending", severity: "critical", service: "chat" }),
    alert({ id: "4", severity: null, service: null, name: "Other" }),
  ];
  const shape = (by: Parameters<typeof grouped>[1]) =>
    grouped(all, by).map(({ title, alerts }) => [title, alerts.map(({ id }) => id).join("")]);

  it("come with the worst severity first, and what is pending after what fires", () => {
    expect(shape("severity")).toEqual([
      ["Critical", "2"],
      ["Warning", "1"],
      ["No severity", "4"],
      ["Pending", "3"],
    ]);
  });

  it("count apart what fires and tells nobody", () => {
    const observing = alert({ id: "5", isEnforced: false });
    const silenced = alert({ id: "6", isEnforced: false, silencedBy: ["x"] });
    expect(countWords(all)).toBe("4");
    expect(countWords([...all, observing, { ...observing, state: "pending" }])).toBe(
      "5, and 1 that only observes",
    );
    expect(countWords([observing, silenced])).toBe("1 that only observes, 1 silenced");
  });

  it("come with the service first that has the worst", () => {
    expect(shape("service")).toEqual([
      ["search", "2"],
      ["chat", "13"],
      ["No service", "4"],
    ]);
  });
});

describe("the state of an alert", () => {
  const now = new Date("2026-03-04T13:54:12.480Z");
  it.each([
    [{}, "critical", "Critical"],
    [{ severity: "warning" }, "warning", "Warning"],
    [{ state: "pending" as const }, "pending", "Pending 2 min of 5 min"],
    [{ state: "inactive" as const }, "resolved", "Resolved"],
    [{ silencedBy: ["x"] }, "silenced", "Silenced"],
    [{ isEnforced: false }, "observe", "Observe only"],
  ])("%j is %s", (patch, state, words) => {
    const told = alertState(alert(patch), now);
    expect(told.state).toBe(state);
    expect(told.words.replaceAll("\u2009", " ")).toBe(words);
  });
});
