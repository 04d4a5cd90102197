import { describe, expect, it } from "vitest";
import { exampleJob, exampleLoop, exampleQueue, exampleWorker } from "@/lib/jobs/example";
import { jobDuration, jobsSummary, loopState } from "./jobs-state";

describe("the summary of the jobs page", () => {
  const queue = { ...exampleQueue, failed: 0 };

  it("is good when a worker is alive and nothing failed", () => {
    expect(jobsSummary([exampleWorker], [exampleLoop], [queue])).toMatchObject({ state: "ok" });
  });

  it("says first that no worker is alive", () => {
    const dead = { ...exampleWorker, alive: false };
    expect(jobsSummary([dead], [exampleLoop], [exampleQueue])).toEqual({
      state: "critical",
      words: "No worker is alive",
    });
    expect(jobsSummary([], [], [])).toMatchObject({ state: "critical" });
  });

  it("counts what failed", () => {
    const loop = { ...exampleLoop, error: "no luck" };
    expect(jobsSummary([exampleWorker], [loop], [{ ...queue, failed: 2 }, queue])).toEqual({
      state: "warning",
      words: "1 loop is failing, 2 failed jobs",
    });
  });
});

it("tells a loop that nobody runs from one that fails", () => {
  expect(loopState({ ...exampleLoop, holder: null, error: "no luck" }).word).toBe("Runs nowhere");
  expect(loopState({ ...exampleLoop, error: "no luck" }).word).toBe("Failing");
  expect(loopState({ ...exampleLoop, finishedAt: null }).word).toBe("First run");
  expect(loopState(exampleLoop).state).toBe("ok");
});

it("measures a job until it ended, or until now", () => {
  expect(jobDuration(exampleJob, 0)).toBe(171);
  expect(jobDuration({ ...exampleJob, finishedAt: null }, Date.parse("2026-03-04T13:20:42.220Z"))).toBe(
    10_000,
  );
  expect(jobDuration({ ...exampleJob, startedAt: null }, 0)).toBeNull();
});
