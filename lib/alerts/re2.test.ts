import { describe, expect, it } from "vitest";
import { compileRe2 } from "./re2";

describe("compileRe2", () => {
  // [pattern, text, whether Go's regexp.MatchString finds it]
  it.each([
    ["a.c", "abc", true],
    ["a.c", "a\nc", false],
    ["(?s)a.c", "a\nc", true],
    ["(?i)VLLM", "vllm", true],
    ["^b$", "a\nb", false],
    ["(?m)^b$", "a\nb", true],
    ["a.c", "a\rc", true],
    ["[[:digit:]]{3}", "a123", true],
    ["[^[:space:]]", " \t", false],
    ["\\d", "٣", false],
    ["\\s", "\u00a0", false],
    ["\\w+$", "é", false],
    ["\\pL", "é", true],
    ["\\p{Greek}", "α", true],
    ["\\P{L}", "a", false],
    ["\\Qa.b\\E+", "a.bb", true],
    ["\\Qa.b", "axb", false],
    ["\\x41\\x{42}", "AB", true],
    ["a{,2}", "a{,2}", true],
    ["x{2", "x{2", true],
    ["]", "]", true],
    ["[]a]", "]", true],
    ["[a\\-z]", "-", true],
    ["[a\\-z]", "m", false],
    ["\\Aab\\z", "ab", true],
    ["(?P<pod>a+)b", "aab", true],
    ["(?:a|b)c", "bc", true],
    ["gpu/[0-9]+", "gpu/7", true],
    ["\\bgpu\\b", "a gpu b", true],
    ["a**", "a", null],
    ["*a", "a", null],
    ["(?=a)", "a", null],
    ["(?<!a)b", "b", null],
    ["(a)\\1", "aa", null],
    ["(a", "a", null],
    ["a)", "a", null],
    ["[a", "a", null],
    ["a{1001}", "a", null],
    ["\\q", "q", null],
  ])("%s on %j: %s", (pattern, text, expected) => {
    if (expected === null) expect(() => compileRe2(pattern)).toThrow(/^error parsing regexp: /);
    else expect(compileRe2(pattern).test(text)).toBe(expected);
  });

  it("anchors a whole alternation", () => {
    expect(compileRe2("a|bc", { isWhole: true }).test("abc")).toBe(false);
    expect(compileRe2("a|bc", { isWhole: true }).test("bc")).toBe(true);
  });
});
