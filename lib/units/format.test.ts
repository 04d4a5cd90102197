import { describe, expect, it } from "vitest";
import { format, formatExact, formatMoney, formatParts } from "./format";
import { parse } from "./parse";
import { UNITS, type Unit } from "./unit";

/** Tables are written with plain spaces; the thin space is asserted once, below. */
const plain = (text: string) => text.replaceAll("\u2009", " ");

const TABLE: [number, Unit, string][] = [
  [0, "seconds", "0 s"],
  [4.2e-8, "seconds", "42.0 ns"],
  [0.000842, "seconds", "842 µs"],
  [0.0384, "seconds", "38.4 ms"],
  [0.0009996, "seconds", "1.00 ms"],
  [0.9996, "seconds", "1.00 s"],
  [0.9994, "seconds", "999 ms"],
  [1.214, "seconds", "1.21 s"],
  [59.94, "seconds", "59.9 s"],
  [59.96, "seconds", "1 min"],
  [60, "seconds", "1 min"],
  [200, "seconds", "3 min 20 s"],
  [239.7, "seconds", "4 min"],
  [3599.7, "seconds", "1 h"],
  [5400, "seconds", "1 h 30 min"],
  [86_399, "seconds", "1 d"],
  [187_200, "seconds", "2 d 4 h"],
  [-0.0384, "seconds", "−38.4 ms"],
  [412, "tokens_per_second", "412 tok/s"],
  [1200, "tokens_per_second", "1.20 k tok/s"],
  [999.7, "tokens_per_second", "1.00 k tok/s"],
  [38.2, "requests_per_second", "38.2 req/s"],
  [0.0423, "requests_per_second", "0.0423 req/s"],
  [4.2e-7, "requests_per_second", "4.20e-7 req/s"],
  [0, "requests_per_second", "0 req/s"],
  [1.076e304, "tokens_per_second", "1.08e292 T tok/s"],
  [1e308, "seconds", "1.16e303 d"],
  [2.5, "events_per_second", "2.50 events/s"],
  [0, "ratio", "0 %"],
  [0.0431, "ratio", "4.31 %"],
  [0.0004, "ratio", "0.0400 %"],
  [0.5, "ratio", "50.0 %"],
  [0.99, "ratio", "99.0 %"],
  [0.992, "ratio", "99.2 %"],
  [0.995, "ratio", "99.5 %"],
  [0.999, "ratio", "99.9 %"],
  [0.9995, "ratio", "99.95 %"],
  [0.9996, "ratio", "99.96 %"],
  [0.99954, "ratio", "99.954 %"],
  [0.99999, "ratio", "99.999 %"],
  [1 - 1e-10, "ratio", "99.99999999 %"],
  [1 - Number.EPSILON, "ratio", "99.99999999 %"],
  [1, "ratio", "100 %"],
  [1.0004, "ratio", "100.04 %"],
  [1.5, "ratio", "150 %"],
  [512, "bytes", "512 B"],
  [7, "bytes", "7 B"],
  [1024, "bytes", "1.00 KiB"],
  [1023 * 1024, "bytes", "1,023 KiB"],
  [1023.9 * 1024, "bytes", "1.00 MiB"],
  [38.4 * 1024 ** 3, "bytes", "38.4 GiB"],
  [80 * 1024 ** 3, "bytes", "80.0 GiB"],
  [12_400_000, "bytes_per_second", "12.4 MB/s"],
  [5, "count", "5"],
  [9999, "count", "9,999"],
  [10_000, "count", "10 k"],
  [12_431, "count", "12.4 k"],
  [3_100_000, "count", "3.1 M"],
  [999_960, "count", "1 M"],
  [3.42, "count", "3.42"],
  [3.5, "count", "3.5"],
  [1234, "requests", "1,234 req"],
  [12_431, "tokens", "12.4 k tok"],
  [312, "watts", "312 W"],
  [1200, "watts", "1.20 kW"],
  [64, "celsius", "64 °C"],
  [64.5, "celsius", "64.5 °C"],
  [1_410_000_000, "hertz", "1.41 GHz"],
  [2500, "joules", "2.50 kJ"],
];

describe("format", () => {
  it.each(TABLE)("writes %d %s as %s", (value, unit, text) => {
    expect(plain(format(value, unit))).toBe(text);
  });

  it("puts a thin space between number and unit", () => {
    expect(format(0.0384, "seconds")).toBe("38.4\u2009ms");
    expect(format(1200, "tokens_per_second")).toBe("1.20\u2009k\u2009tok/s");
    expect(format(200, "seconds")).toBe("3\u2009min 20\u2009s");
  });

  it.each([null, undefined, Number.NaN])("writes %s as a dash, without a unit", (value) => {
    for (const unit of UNITS) expect(format(value, unit)).toBe("–");
  });

  it("writes infinity", () => {
    expect(plain(format(Number.POSITIVE_INFINITY, "seconds"))).toBe("∞ s");
    expect(plain(format(Number.NEGATIVE_INFINITY, "count"))).toBe("−∞");
  });

  it("never says 100 % for less", () => {
    for (let missing = 0.3; missing > 1e-16; missing /= 1.7) {
      expect(plain(format(1 - missing, "ratio"))).not.toBe("100 %");
    }
  });

  it("gives the parts that it joins", () => {
    for (const [value, unit] of TABLE) {
      const { number, unit: label } = formatParts(value, unit);
      expect(format(value, unit)).toBe(label === "" ? number : `${number}\u2009${label}`);
    }
    expect(formatParts(null, "seconds")).toEqual({ number: "–", unit: "" });
  });
});

describe("parse", () => {
  it.each(TABLE)("reads back what %d %s was written as, to three digits", (value, unit, text) => {
    const back = parse(text, unit);
    // Compound durations keep two units, everything else three digits: at most half a unit of the last.
    const slack = unit === "seconds" && Math.abs(value) >= 59 ? 0.02 : 0.005;
    expect(Math.abs(back! - value)).toBeLessThanOrEqual(slack * Math.abs(value));
    expect(parse(format(value, unit), unit)).toBe(back);
  });

  it("is exact where no digit was left out", () => {
    expect(parse("3 min 20 s", "seconds")).toBe(200);
    expect(parse("12.4 k", "count")).toBe(12_400);
    expect(parse("9,999", "count")).toBe(9999);
    expect(parse("38.4GiB", "bytes")).toBe(38.4 * 1024 ** 3);
    expect(parse("+0.5 %", "ratio")).toBeCloseTo(0.005, 15);
    expect(parse("-2 ms", "seconds")).toBe(-0.002);
    expect(parse("250 us", "seconds")).toBeCloseTo(0.00025, 15);
    expect(parse("90", "seconds")).toBe(90);
    expect(parse("∞ s", "seconds")).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    ["–", "seconds"],
    ["", "count"],
    ["fast", "seconds"],
    ["5 GiB", "seconds"],
    ["5 s", "bytes"],
    ["1 k 2", "count"],
    ["5 s later", "seconds"],
  ] as [string, Unit][])("reads no number in %j as %s", (text, unit) => {
    expect(parse(text, unit)).toBeNull();
  });
});

describe("formatExact", () => {
  it("keeps every digit", () => {
    expect(plain(formatExact(12_431, "tokens"))).toBe("12,431 tok");
    expect(plain(formatExact(0.0384127, "seconds"))).toBe("0.0384127 s");
    expect(plain(formatExact(0.1 + 0.2, "count"))).toBe("0.3");
    expect(plain(formatExact(0.99954, "ratio"))).toBe("99.954 %");
    expect(plain(formatExact(-3, "count"))).toBe("−3");
    expect(formatExact(Number.NaN, "count")).toBe("–");
  });
});

describe("formatMoney", () => {
  it.each([
    [0.0042, "USD", "$0.0042"],
    [12.4, "USD", "$12.40"],
    [12_345.67, "USD", "$12,345.67"],
    [-0.5, "USD", "−$0.5000"],
    [500, "JPY", "¥500"],
    [0, "EUR", "€0.00"],
  ])("writes %d %s as %s", (amount, currency, text) => {
    expect(formatMoney(amount, currency)).toBe(text);
  });

  it("has no amount for none", () => {
    expect(formatMoney(null, "USD")).toBe("–");
  });
});
