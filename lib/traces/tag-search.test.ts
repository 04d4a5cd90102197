import { expect, it } from "vitest";
import { parseDurationText } from "./duration-text";
import { parseTagSearch, tagText } from "./tag-search";

const terms = (text: string) => {
  const parsed = parseTagSearch(text);
  if (parsed.kind === "refused") throw new Error(parsed.reason);
  return parsed.search.map((alternative) =>
    alternative.map(({ key, value, not }) => `${not ? "not " : ""}${key}|${value}`),
  );
};

it.each([
  ["", []],
  ["error=true", [["error|true"]]],
  ["error=true  http.status_code=500", [["error|true", "http.status_code|500"]]],
  ['model="a b" x="say \\"hi\\""', [["model|a b", 'x|say "hi"']]],
  ['"my key"=1', [["my key|1"]]],
  ["empty=", [["empty|"]]],
  ["url=http://x/?a=b", [["url|http://x/?a=b"]]],
  ["a=1 OR b=2 c=3", [["a|1"], ["b|2", "c|3"]]],
  ["a=1 AND NOT b=2 -c=3", [["a|1", "not b|2", "not c|3"]]],
])("%s", (text, expected) => expect(terms(text)).toEqual(expected));

it.each([
  ["error", "error is not key=value"],
  ["=x", "=x is not key=value"],
  ["a=1 OR", "OR stands between two alternatives"],
  ["OR a=1", "OR stands between two alternatives"],
  ["NOT", "NOT stands before one key=value"],
  ["gen_ai.prompt=hello", "gen_ai.prompt carries content, which cannot be searched by"],
  ["-exception.message=x", "exception.message carries content, which cannot be searched by"],
  ["a=1 OR b=1 OR c=1 OR d=1 OR e=1 OR f=1", "At most 5 alternatives"],
])("refuses %s", (text, reason) => expect(parseTagSearch(text)).toEqual({ kind: "refused", reason }));

it.each([
  ["model", "a b"],
  ["my key", 'say "hi" \\ x'],
  ["k", ""],
  ["k=v", "x"],
])("writes %s=%s so that it is read again", (key, value) =>
  expect(terms(tagText(key, value))).toEqual([[`${key}|${value}`]]),
);

it.each([
  ["250ms", 0.25],
  ["1.5s", 1.5],
  ["1m30s", 90],
  ["500us", 0.0005],
  ["500 µs", 0.0005],
  ["5", null],
  ["-1s", null],
  ["fast", null],
])("a duration of %s", (text, seconds) => {
  if (seconds === null) expect(parseDurationText(text)).toBeNull();
  else expect(parseDurationText(text)).toBeCloseTo(seconds, 9);
});
