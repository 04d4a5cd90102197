import { describe, expect, it } from "vitest";
import { arrivalRate, type ClientRequest, Traffic } from "./arrivals";

const HOUR = 3600;
// A midnight in UTC.
const MIDNIGHT = 1_750_032_000;
const options = { seed: 5, rate: 5 };

function requests(from: number, seconds: number, seed = options.seed): ClientRequest[] {
  const traffic = new Traffic({ ...options, seed }, from);
  const drawn: ClientRequest[] = [];
  for (let next = traffic.next(); next.at <= from + seconds; next = traffic.next()) drawn.push(next);
  return drawn;
}

describe("Traffic", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(requests(MIDNIGHT, 60)).toEqual(requests(MIDNIGHT, 60));
    expect(requests(MIDNIGHT, 60)).not.toEqual(requests(MIDNIGHT, 60, 6));
  });

  it("arrives at the rate that is expected", () => {
    const rateAt = arrivalRate(options);
    const seconds = 4 * HOUR;
    let expected = 0;
    for (let at = 0; at < seconds; at++) expected += rateAt(MIDNIGHT + at + 0.5);
    const drawn = requests(MIDNIGHT, seconds);
    // A Poisson count has the variance of its mean.
    expect(Math.abs(drawn.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
    expect(drawn.every(({ at }, i) => i === 0 || at > drawn[i - 1]!.at)).toBe(true);
  });

  it("has its busiest hour in the afternoon and its quietest at night", () => {
    const rateAt = arrivalRate(options);
    const hourly = Array.from({ length: 24 }, (_, hour) => {
      let sum = 0;
      for (let at = 0; at < HOUR; at += 10) sum += rateAt(MIDNIGHT + hour * HOUR + at);
      return sum;
    });
    const busiest = hourly.indexOf(Math.max(...hourly));
    const quietest = hourly.indexOf(Math.min(...hourly));
    expect(busiest).toBeGreaterThanOrEqual(11);
    expect(busiest).toBeLessThanOrEqual(17);
    expect([22, 23, 0, 1, 2, 3, 4, 5]).toContain(quietest);
    expect(hourly[busiest]! / hourly[quietest]!).toBeGreaterThan(1.5);
  });

  it("has surges of minutes", () => {
    const rateAt = arrivalRate(options);
    let steepest = 0;
    for (let at = 0; at < 12 * HOUR; at += 5) {
      steepest = Math.max(steepest, rateAt(MIDNIGHT + at + 60) / rateAt(MIDNIGHT + at));
    }
    expect(steepest).toBeGreaterThan(1.2);
  });

  it("comes from few heavy users and many light ones", () => {
    const counts = new Map<string, number>();
    for (const { user } of requests(MIDNIGHT, HOUR)) counts.set(user, (counts.get(user) ?? 0) + 1);
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const total = sorted.reduce((sum, count) => sum + count, 0);
    expect(sorted.length).toBeGreaterThan(300);
    expect(sorted.slice(0, 50).reduce((sum, count) => sum + count, 0) / total).toBeGreaterThan(0.4);
  });

  it("has prompts with a long tail, longer by the factor that is set", () => {
    const drawn = requests(MIDNIGHT, HOUR).map(({ promptTokens }) => promptTokens);
    const sorted = drawn.toSorted((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.floor(q * sorted.length)]!;
    expect(quantile(0.99) / quantile(0.5)).toBeGreaterThan(3);
    const traffic = new Traffic(options, MIDNIGHT);
    traffic.promptFactor = 3;
    const longer = drawn.map(() => traffic.next().promptTokens);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(longer) / mean(drawn)).toBeGreaterThan(2);
  });
});
