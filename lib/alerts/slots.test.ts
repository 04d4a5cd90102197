import { describe, expect, it } from "vitest";
import { dueSlots, slotAfter, slotBefore } from "./slots";

const group = { name: "chat", file: "chat.yaml", interval: 30 };

describe("slots", () => {
  it("follow each other by the interval, and are the last at their own time", () => {
    const slot = slotBefore(group, 1_760_000_000);
    expect(slot).toBeLessThanOrEqual(1_760_000_000);
    expect(slot).toBeGreaterThan(1_760_000_000 - 30);
    expect(slotBefore(group, slot)).toBe(slot);
    expect(slotAfter(group, slot)).toBeCloseTo(slot + 30, 6);
    expect(slotAfter(group, slot - 0.001)).toBe(slot);
  });

  it("of groups are spread over the interval", () => {
    const offsets = Array.from({ length: 100 }, (_, index) => {
      const slot = slotBefore({ ...group, name: `group ${index}` }, 1_760_000_000);
      return Math.floor((slot % group.interval) / 3);
    });
    expect(new Set(offsets).size).toBeGreaterThanOrEqual(8);
  });

  it("that are due are those after the last, and of a group that is new one", () => {
    const slot = slotBefore(group, 1_760_000_000);
    expect(dueSlots(group, null, slot + 1)).toEqual([slot]);
    expect(dueSlots(group, slot, slot + 29)).toEqual([]);
    expect(dueSlots(group, slot, slot + 61)).toHaveLength(2);
  });
});
