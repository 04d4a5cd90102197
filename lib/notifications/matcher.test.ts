import { describe, expect, it } from "vitest";
import { formatMatchers, matchesAll, parseMatchers } from "./matcher";

describe("matchers as text", () => {
  it.each([
    ['severity="critical"', '{severity="critical"}'],
    ["severity=critical", '{severity="critical"}'],
    ['{ b !~ "x.*" , a!=1 }', '{a!="1",b!~"x.*"}'],
    ['a="say \\"hi\\", \\\\ and\\nbye"', '{a="say \\"hi\\", \\\\ and\\nbye"}'],
    ["", "{}"],
    ["{}", "{}"],
    ['a="1",', '{a="1"}'],
  ])("%s is read and written as %s", (text, written) => {
    const parsed = parseMatchers(text);
    expect(parsed.ok && formatMatchers(parsed.matchers)).toBe(written);
  });

  it.each([
    ["severity", 0],
    ['a="1" b="2"', 6],
    ['{a="1"', 6],
    ['a="1', 0],
    ['a="1", =2', 7],
    ["1a=2", 0],
  ])("%s is refused at %i", (text, at) => {
    expect(parseMatchers(text)).toMatchObject({ ok: false, at });
  });
});

describe("matching", () => {
  it.each([
    ["a=1", { a: "1" }, true],
    ["a=1", { a: "2" }, false],
    ["a!=1", {}, true],
    ['a=""', {}, true],
    ['a=~".+"', {}, false],
    ['a=~"x|y"', { a: "xy" }, false],
    ['a!~"x|y"', { a: "x" }, false],
    ['a=~"(?=x).*"', { a: "x" }, false],
    ['toString=""', {}, true],
  ])("%s of %o is %s", (text, labels, expected) => {
    const parsed = parseMatchers(text);
    if (!parsed.ok) throw new Error(parsed.message);
    expect(matchesAll(labels as Record<string, string>, parsed.matchers)).toBe(expected);
  });
});
