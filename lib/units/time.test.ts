import { describe, expect, it } from "vitest";
import { formatAgo, formatTime } from "./time";

const at = new Date("2026-03-01T14:03:27Z");

describe("formatTime", () => {
  it("leaves the date out on the day of now", () => {
    expect(formatTime(at, { timeZone: "UTC", now: new Date("2026-03-01T23:00:00Z") })).toBe("14:03:27");
    expect(formatTime(at, { timeZone: "UTC", now: new Date("2026-03-02T00:00:00Z") })).toBe(
      "2026-03-01 14:03:27",
    );
    expect(formatTime(at, { timeZone: "UTC" })).toBe("2026-03-01 14:03:27");
  });

  it("judges the day in the zone that it shows", () => {
    const now = new Date("2026-03-01T15:30:00Z");
    expect(formatTime(at, { timeZone: "Asia/Tokyo", now })).toBe("2026-03-01 23:03:27");
    expect(formatTime(at, { timeZone: "Europe/Berlin", now })).toBe("15:03:27");
  });

  it("takes unix seconds, and writes midnight as 00", () => {
    expect(formatTime(at.getTime() / 1000, { timeZone: "UTC" })).toBe("2026-03-01 14:03:27");
    expect(formatTime(new Date("2026-03-01T00:00:00Z"), { timeZone: "UTC", seconds: false })).toBe(
      "2026-03-01 00:00",
    );
    expect(formatTime(Number.NaN)).toBe("–");
  });
});

describe("formatAgo", () => {
  it.each([
    [0, "now"],
    [5, "5 s ago"],
    [200, "3 min ago"],
    [7300, "2 h ago"],
    [200_000, "2 d ago"],
    [-300, "in 5 min"],
  ])("%d seconds before now is %s", (seconds, text) => {
    expect(formatAgo(at.getTime() / 1000 - seconds, at).replaceAll("\u2009", " ")).toBe(text);
  });
});
