import { describe, expect, it } from "vitest";
import { isAnchored, reachOf } from "./windows";

describe("reachOf", () => {
  it.each([
    ["up", 0],
    ["rate(a_total[5m])", 300],
    ["rate(a_total[ 1h30m ])", 5400],
    ["rate(a[5m]) / rate(b[1m])", 360],
    ["max_over_time(rate(a[5m])[1h:1m])", 3900],
    ["max_over_time(rate(a[5m])[1h:])", 3900],
    ['a{path="[5m]"}', 0],
    ["rate(a[5m]) # not [7d]", 300],
    ["a{b=~'x[0-9]'}", 0],
  ])("of %s is %d", (expr, seconds) => {
    expect(reachOf(expr)).toBe(seconds);
  });
});

describe("isAnchored", () => {
  it.each([
    ["a @ end()", true],
    ["rate(a[5m] @start ())", true],
    ["a @ 1760000400", false],
    ['a{b="@ end()"}', false],
    ["end", false],
  ])("of %s is %s", (expr, expected) => {
    expect(isAnchored(expr)).toBe(expected);
  });
});
