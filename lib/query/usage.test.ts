import { describe, expect, it } from "vitest";
import { UsageTally } from "./usage";

const ada = {
  sourceId: "s",
  actorType: "user",
  actorId: "ada",
  actorName: "ada@example.com",
  teamId: "default",
} as const;
const at = (text: string) => new Date(`2026-03-04T${text}Z`);

describe("UsageTally", () => {
  it("adds up by hour, source and caller", () => {
    const tally = new UsageTally();
    tally.add(ada, { queries: 1, seconds: 0.5, bytes: 100 }, at("14:00:00"));
    tally.add(ada, { series: 3, points: 30 }, at("14:59:59"));
    tally.add(ada, { queries: 1, seconds: 0.25, failed: 1 }, at("14:30:00"));
    tally.add(ada, { queries: 1 }, at("15:00:00"));
    tally.add({ ...ada, sourceId: "t" }, { queries: 1 }, at("14:00:00"));
    tally.add({ ...ada, actorType: "api_key" }, { rejected: 1 }, at("14:00:00"));
    const rows = tally.take();
    expect(rows).toHaveLength(4);
    expect(rows[0]).toEqual({
      ...ada,
      hour: at("14:00:00"),
      queries: 2,
      failed: 1,
      rejected: 0,
      seconds: 0.75,
      series: 3,
      points: 30,
      bytes: 100,
    });
    expect(tally.take()).toEqual([]);
  });

  it("takes back what could not be written, and loses nothing that came since", () => {
    const tally = new UsageTally();
    tally.add(ada, { queries: 2 }, at("14:00:00"));
    const rows = tally.take();
    tally.add({ ...ada, actorName: "new@example.com" }, { queries: 3 }, at("14:10:00"));
    tally.restore(rows);
    expect(tally.take()).toEqual([expect.objectContaining({ queries: 5 })]);
  });
});
