import { describe, expect, it } from "vitest";
import {
  formatTime,
  goJson,
  parseBool,
  parseDuration,
  parseInteger,
  parseStringMap,
  parseTime,
  parseTraceId,
} from "./go-syntax";

const MESSAGE = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
};

describe("parseDuration", () => {
  // Values of Go's time.ParseDuration.
  it.each([
    ["0", 0n],
    ["1s", 1_000_000_000n],
    ["1.5s", 1_500_000_000n],
    [".5ms", 500_000n],
    ["100us", 100_000n],
    ["100µs", 100_000n],
    ["1h2m3s", 3_723_000_000_000n],
    ["-3ns", -3n],
    ["+1m", 60_000_000_000n],
  ])("reads %s", (text, nano) => {
    expect(parseDuration(text)).toBe(nano);
  });

  it.each([
    ["", 'time: invalid duration ""'],
    ["fast", 'time: invalid duration "fast"'],
    ["20", 'time: missing unit in duration "20"'],
    ["5x", 'time: unknown unit "x" in duration "5x"'],
    ["1s2", 'time: missing unit in duration "1s2"'],
    ["9999999999h", 'time: invalid duration "9999999999h"'],
  ])("refuses %j in Go's words", (text, message) => {
    expect(MESSAGE(() => parseDuration(text))).toBe(message);
  });
});

describe("parseTime", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0n],
    ["2025-10-09T08:53:20Z", 1_760_000_000_000_000_000n],
    ["2025-10-09T08:53:20.123456789Z", 1_760_000_000_123_456_789n],
    ["2025-10-09T10:53:20.5+02:00", 1_760_000_000_500_000_000n],
    ["1969-12-31T23:59:59.999999999Z", -1n],
  ])("reads %s", (text, nano) => {
    expect(parseTime(text)).toBe(nano);
  });

  it.each([
    ["soon", 'parsing time "soon" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse "soon" as "2006"'],
    ["2025-13-01T00:00:00Z", 'parsing time "2025-13-01T00:00:00Z": month out of range'],
    ["2025-02-30T00:00:00Z", 'parsing time "2025-02-30T00:00:00Z": day out of range'],
    [
      "2025-10-09T08:53:20",
      'parsing time "2025-10-09T08:53:20" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse "" as "Z07:00"',
    ],
    ["2025-10-09T08:53:20Zz", 'parsing time "2025-10-09T08:53:20Zz": extra text: "z"'],
  ])("refuses %s in Go's words", (text, message) => {
    expect(MESSAGE(() => parseTime(text))).toBe(message);
  });
});

describe("parseInteger and parseBool", () => {
  it("keeps to 32 or 64 bits", () => {
    expect(parseInteger("-9223372036854775808")).toBe(-9_223_372_036_854_775_808n);
    expect(MESSAGE(() => parseInteger("9223372036854775808"))).toBe(
      'strconv.ParseInt: parsing "9223372036854775808": value out of range',
    );
    expect(MESSAGE(() => parseInteger("2147483648", { bits: 32 }))).toBe(
      'strconv.ParseInt: parsing "2147483648": value out of range',
    );
    expect(MESSAGE(() => parseInteger("1e3"))).toBe('strconv.ParseInt: parsing "1e3": invalid syntax');
  });

  it("knows Go's spellings of true", () => {
    expect(["1", "t", "True", "TRUE"].every(parseBool)).toBe(true);
    expect(parseBool("F")).toBe(false);
    expect(MESSAGE(() => parseBool("yes"))).toBe('strconv.ParseBool: parsing "yes": invalid syntax');
  });
});

describe("parseTraceId", () => {
  it("pads, lowers, and takes base64", () => {
    expect(parseTraceId("ABC")).toBe("00000000000000000000000000000abc");
    expect(parseTraceId("g6nv0VwcmKl34HEcyT7iiw==")).toBe("83a9efd15c1c98a977e0711cc93ee28b");
  });

  it.each([
    ["xyz", 'strconv.ParseUint: parsing "xyz": invalid syntax'],
    ["0".repeat(33), `TraceID cannot be longer than 32 hex characters: ${"0".repeat(33)}`],
  ])("refuses %s", (text, message) => {
    expect(MESSAGE(() => parseTraceId(text))).toBe(message);
  });
});

describe("parseStringMap", () => {
  it("reads a flat object of strings only", () => {
    expect([...parseStringMap('{"a":"b","c":"d"}')]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(parseStringMap("null").size).toBe(0);
    expect(MESSAGE(() => parseStringMap("x"))).toBe("invalid character 'x' looking for beginning of value");
    expect(MESSAGE(() => parseStringMap('{"a":'))).toBe("unexpected end of JSON input");
    expect(MESSAGE(() => parseStringMap("[]"))).toBe(
      "json: cannot unmarshal array into Go value of type map[string]string",
    );
    expect(MESSAGE(() => parseStringMap('{"a":1}'))).toBe(
      "json: cannot unmarshal number into Go value of type string",
    );
  });
});

describe("output", () => {
  it("prints time and JSON as Go does", () => {
    expect(formatTime(1_760_000_000_500_000_000n)).toBe("2025-10-09 08:53:20.5 +0000 UTC");
    expect(goJson({ name: "<b>&</b>" })).toBe('{"name":"\\u003cb\\u003e\\u0026\\u003c/b\\u003e"}');
  });
});
