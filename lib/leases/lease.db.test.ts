import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/db/client";
import "@/testing/database";
import { everySeconds, untilNextTick } from "./every-seconds";
import { claimLease, releaseLease } from "./lease";

const made: string[] = [];
const newLease = () => {
  const name = `test-${randomUUID()}`;
  made.push(name, `loop:${name}`);
  return name;
};
const runOut = (name: string) =>
  prisma().lease.update({ where: { name }, data: { expiresAt: new Date(Date.now() - 60_000) } });

// Node 20 has no Promise.withResolvers.
function resolvable() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

afterEach(async () => {
  await prisma().lease.deleteMany({ where: { name: { in: made.splice(0) } } });
});

describe("a lease", () => {
  it("goes to exactly one of twenty holders that race for it", async () => {
    const name = newLease();
    const holders = Array.from({ length: 20 }, (_, index) => `holder-${index}`);
    const won = await Promise.all(holders.map((holder) => claimLease(name, holder)));
    expect(won.filter(Boolean)).toHaveLength(1);
    const row = await prisma().lease.findUniqueOrThrow({ where: { name } });
    expect(row.holder).toBe(holders[won.indexOf(true)]);
  });

  it("goes to exactly one of those that race for it after it ran out", async () => {
    const name = newLease();
    await claimLease(name, "dead");
    await runOut(name);
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, index) => claimLease(name, `holder-${index}`)),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it("is renewed by its holder and refused to others until it runs out", async () => {
    const name = newLease();
    expect(await claimLease(name, "a", 30)).toBe(true);
    const before = await prisma().lease.findUniqueOrThrow({ where: { name } });
    expect(await claimLease(name, "a", 60)).toBe(true);
    const after = await prisma().lease.findUniqueOrThrow({ where: { name } });
    expect(after.expiresAt.getTime()).toBeGreaterThan(before.expiresAt.getTime());
    expect(await claimLease(name, "b")).toBe(false);
    await runOut(name);
    expect(await claimLease(name, "b")).toBe(true);
    expect(await claimLease(name, "a")).toBe(false);
  });

  it("is given up by its holder only", async () => {
    const name = newLease();
    await claimLease(name, "a");
    await releaseLease(name, "b");
    expect(await claimLease(name, "b")).toBe(false);
    await releaseLease(name, "a");
    expect(await claimLease(name, "b")).toBe(true);
  });
});

describe("a loop", () => {
  it("waits for the next whole multiple of its period", () => {
    expect(untilNextTick(60_000, 30)).toBe(30_000);
    expect(untilNextTick(61_250, 30)).toBe(28_750);
    expect(untilNextTick(89_999, 30)).toBe(1);
  });

  it("runs in one of two processes at a time, and in the other once the first ends", async () => {
    const name = newLease();
    const [first, second] = [new AbortController(), new AbortController()];
    let atWork = 0;
    let mostAtWork = 0;
    const runs: string[] = [];
    const reached = resolvable();
    const tookOver = resolvable();
    const runAs = (holder: string) => async () => {
      atWork += 1;
      mostAtWork = Math.max(mostAtWork, atWork);
      runs.push(holder);
      await prisma().$queryRaw`SELECT 1`;
      atWork -= 1;
      if (runs.length === 3) reached.resolve();
      if (runs.length > 3 && runs.at(-1) !== runs[0]) tookOver.resolve();
    };
    const loops = {
      first: everySeconds(name, 0.1, runAs("first"), { holder: "first", signal: first.signal }),
      second: everySeconds(name, 0.1, runAs("second"), { holder: "second", signal: second.signal }),
    };
    await reached.promise;
    expect(new Set(runs.slice(0, 3)).size).toBe(1);
    (runs[0] === "first" ? first : second).abort();
    await tookOver.promise;
    first.abort();
    second.abort();
    await Promise.all([loops.first, loops.second]);
    expect(mostAtWork).toBe(1);
    expect(await prisma().lease.findUnique({ where: { name: `loop:${name}` } })).toBeNull();
  });

  it("takes the lease of one that died the moment it runs out, not at the next multiple", async () => {
    const name = newLease();
    const stop = new AbortController();
    await claimLease(`loop:${name}`, "dead", 0.5);
    const began = performance.now();
    await everySeconds(name, 3_600, async () => stop.abort(), { holder: "alive", signal: stop.signal });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it("tells of a run that failed and runs again", async () => {
    const name = newLease();
    const stop = new AbortController();
    const told: unknown[] = [];
    let runs = 0;
    await everySeconds(
      name,
      0.05,
      async () => {
        runs += 1;
        if (runs === 1) throw new Error("no luck");
      },
      {
        holder: "a",
        signal: stop.signal,
        observer: {
          started: async () => {},
          finished: async (_, error) => {
            told.push(error);
            if (told.length === 2) stop.abort();
          },
        },
      },
    );
    expect(told).toEqual([new Error("no luck"), undefined]);
  });
});
