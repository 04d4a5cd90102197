import { describe, expect, it } from "vitest";
import { findGaps, type GapEvidence } from "./gaps";

const all = (value: number | null) => Array<number | null>(10).fill(value);
const but = (value: number | null, instead: Record<number, number | null>) =>
  all(value).map((usual, index) => (index in instead ? instead[index]! : usual));

const healthy: GapEvidence = {
  service: "chat-api",
  start: 1000,
  end: 1090,
  step: 10,
  scraped: all(2),
  answered: all(2),
  down: [],
  present: { metric: "vllm:num_requests_running", values: all(2) },
  restarts: [],
  requests: all(3.5),
};

const told = (evidence: Partial<GapEvidence>) =>
  findGaps({ ...healthy, ...evidence }).gaps.map(({ kind, start, end }) => [kind, start, end]);

it("says nothing where nothing is missing", () => {
  expect(findGaps(healthy)).toEqual({ gaps: [], notes: [] });
});

describe("no scrape", () => {
  it("reaches from the last point with a sample to its own last, and hides what follows from it", () => {
    const holes = { 3: null, 4: null, 5: null };
    expect(
      told({ scraped: but(2, holes), answered: but(2, holes), requests: but(1, { 3: 0, 4: 0, 5: null }) }),
    ).toEqual([["no_scrape", 1020, 1050]]);
  });

  it("begins with the range where that has no sample yet", () => {
    expect(told({ scraped: but(2, { 0: null, 1: null }) })).toEqual([["no_scrape", 1000, 1010]]);
  });

  it("is told from the metric itself where there is no up, and says that more cannot be", () => {
    const { gaps, notes } = findGaps({
      ...healthy,
      scraped: all(null),
      answered: all(null),
      present: { metric: "vllm:num_requests_running", values: but(2, { 7: null }) },
    });
    expect(gaps).toEqual([
      {
        kind: "no_scrape",
        start: 1060,
        end: 1070,
        text: "No sample of vllm:num_requests_running arrived. There is no up of chat-api, so whether a target was down cannot be said.",
      },
    ]);
    expect(notes).toEqual(["There is no up of chat-api: whether a target was down cannot be said."]);
  });
});

describe("target down", () => {
  it("is told apart from a part of the targets, which are named", () => {
    const { gaps } = findGaps({
      ...healthy,
      answered: but(2, { 2: 1, 3: 0, 4: 0 }),
      down: [{ target: "chat-api-v2-0", values: but(null, { 2: 0, 3: 0, 4: 0 }) }],
    });
    expect(gaps.map(({ start, end, text }) => [start, end, text])).toEqual([
      [
        1010,
        1020,
        "chat-api-v2-0 did not answer the scrape, of 2 targets of chat-api; the numbers are those of the others.",
      ],
      [1020, 1040, "None of the 2 targets of chat-api answered the scrape."],
    ]);
  });

  it("counts the targets past three", () => {
    const down = ["a", "b", "c", "d"].map((target) => ({ target, values: but(null, { 5: 0 }) }));
    const [gap] = findGaps({ ...healthy, scraped: all(9), answered: but(9, { 5: 5 }), down }).gaps;
    expect(gap?.text).toMatch(/^4 targets did not answer the scrape, of 9 targets/);
  });

  it("says so of an only target", () => {
    const [gap] = findGaps({ ...healthy, scraped: all(1), answered: but(1, { 5: 0 }) }).gaps;
    expect(gap?.text).toBe("The one target of chat-api did not answer the scrape.");
  });
});

describe("restart", () => {
  it("reaches from the process's own start to the point that shows it", () => {
    const restarts = [{ target: "chat-api-v1-0", values: but(null, { 4: 1034, 5: 1034 }) }];
    expect(told({ restarts })).toEqual([["restart", 1034, 1040]]);
  });

  it("gathers replicas that are rolled one after the other, and names them", () => {
    const { gaps } = findGaps({
      ...healthy,
      restarts: [
        { target: "a", values: but(null, { 3: 1025 }) },
        { target: "b", values: but(null, { 5: 1041 }) },
        { target: "c", values: but(null, { 9: 1081 }) },
      ],
    });
    expect(gaps.map(({ start, end, text }) => [start, end, text.split(" started")[0]])).toEqual([
      [1025, 1050, "a and b"],
      [1081, 1090, "c"],
    ]);
  });

  it("tells a process that restarts twice twice, and is not turned around by a clock ahead", () => {
    const restarts = [{ target: "a", values: but(null, { 1: 1004, 2: 1004, 8: 1200 }) }];
    expect(told({ restarts })).toEqual([
      ["restart", 1004, 1010],
      ["restart", 1080, 1080],
    ]);
  });
});

describe("no traffic", () => {
  it("is a counted zero, not a missing count", () => {
    expect(told({ requests: but(2, { 4: 0, 5: 0, 7: null }) })).toEqual([["no_traffic", 1030, 1050]]);
  });

  it("cannot be told where requests are not counted", () => {
    expect(findGaps({ ...healthy, requests: undefined, restarts: undefined }).notes).toEqual([
      "chat-api does not say when its processes began: whether one restarted cannot be said.",
      "Requests of chat-api are not counted: whether there were any cannot be said.",
    ]);
  });
});
