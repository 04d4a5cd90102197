import { describe, expect, it } from "vitest";
import { fillTemplate, matchersText, oneOf, promDuration, rateOf, selector } from "./promql";

describe("selectors", () => {
  it("escapes quotes, backslashes and line breaks in values", () => {
    expect(matchersText([{ label: "job", op: "=", value: 'a"b\\c\nd' }])).toBe('job="a\\"b\\\\c\\nd"');
  });

  it("escapes what means something in a regular expression, twice where PromQL reads it first", () => {
    expect(matchersText([oneOf("instance", ["10.0.0.1:8000", "a|b"])])).toBe(
      'instance=~"10\\\\.0\\\\.0\\\\.1:8000|a\\\\|b"',
    );
  });

  it("takes an equality for one value", () => {
    expect(oneOf("job", ["chat.api"])).toEqual({ label: "job", op: "=", value: "chat.api" });
  });

  it("quotes names that are not classic ones", () => {
    expect(selector("gen_ai.client.token.usage", [{ label: "service.name", op: "=", value: "x" }])).toBe(
      '{"gen_ai.client.token.usage","service.name"="x"}',
    );
    expect(selector("vllm:num_requests_running", [])).toBe("vllm:num_requests_running");
  });
});

describe("templates", () => {
  it("fills selector, window and grouping, and leaves values that look like them alone", () => {
    const filled = fillTemplate('1 - avg$by(rate(cpu{$selector,mode="idle"}[$window]))', {
      matchers: [{ label: "job", op: "=", value: "$window" }],
      window: 60,
      by: ["instance"],
    });
    expect(filled).toBe('1 - avg by (instance) (rate(cpu{job="$window",mode="idle"}[1m]))');
  });

  it("drops the comma beside an empty selector", () => {
    expect(
      fillTemplate('a{$selector} + b{$selector,mode="idle"} + c{x="y",$selector}', {
        matchers: [],
        window: 60,
        by: [],
      }),
    ).toBe('a + b{mode="idle"} + c{x="y"}');
  });

  it("joins spellings inside the sum, so that each target gives the one it has", () => {
    expect(
      rateOf([{ metric: "new_total" }, { metric: "old_total", matchers: 'mode="x"' }], {
        matchers: [{ label: "job", op: "=", value: "a" }],
        window: 90,
        by: [],
      }),
    ).toBe(
      'sum(rate(new_total{job="a"}[90s]) or on (instance, exported_instance, pod) rate(old_total{job="a",mode="x"}[90s]))',
    );
  });
});

it("writes durations in their largest whole unit", () => {
  expect([0.25, 30, 90, 300, 21_600, 604_800].map(promDuration)).toEqual([
    "250ms",
    "30s",
    "90s",
    "5m",
    "6h",
    "7d",
  ]);
});
