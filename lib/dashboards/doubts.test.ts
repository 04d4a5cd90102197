import { describe, expect, it } from "vitest";
import { signalResult } from "@/testing/signal-result";
import { doubtFindings } from "./doubts";
import { homeFindings } from "./home";

const text = "`nv_inference_request_failure` counts no failure while `http_requests_total` counts 16.7 %.";
const doubted = signalResult({
  signal: "availability",
  unit: "ratio",
  better: "higher",
  series: [{ labels: {}, values: [1] }],
  doubts: [{ kind: "disagreement", text, advice: "Find out." }],
});

describe("doubtFindings", () => {
  it("says once what sources disagree on, without the marks of code", () => {
    const results = new Map([
      ["a", doubted],
      ["b", doubted],
    ]);
    expect(doubtFindings(results)).toEqual([{ state: "warning", text: text.replaceAll("`", "") }]);
  });

  it("leaves to the doctor what concerns a number alone", () => {
    const blank = { ...doubted, doubts: [{ kind: "blank" as const, text: "x", advice: "y" }] };
    expect(doubtFindings(new Map([["a", blank]]))).toEqual([]);
  });

  it("keeps a service with 100 % from being called healthy", () => {
    const findings = homeFindings(
      { reachable: true, source: "prometheus" },
      new Map([["availability.course", doubted]]),
    );
    expect(findings[0]).toMatchObject({ state: "warning", text: expect.stringContaining("16.7 %") });
  });
});
