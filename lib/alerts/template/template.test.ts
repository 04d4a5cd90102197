import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { whyNoPrometheus } from "@/testing/prometheus";
import { expandTemplate, parseTemplate, type TemplateQuery } from "./template";
import vectors from "./testdata/templates.json";

/** What the templates of the vectors see, here and in promtool. */
const labels = { instance: "gpu-1.example.com:9100", job: "vllm", pod: "chat é" };
const value = 1234567.891;
const externalLabels = { region: "eu" };
const others: { labels: Record<string, string>; value: number }[] = [
  { labels: { pod: "b", zone: "z1" }, value: 2 },
  { labels: { pod: "a", zone: "z2" }, value: 1 },
  { labels: { pod: "c" }, value: 3.5 },
];

const answers: Record<string, { labels: Record<string, string>; value: number }[]> = {
  n: others.map((each) => ({ ...each, labels: { __name__: "n", ...each.labels } })),
  "sum(n)": [{ labels: {}, value: 6.5 }],
  "sum by (job) (n)": [{ labels: {}, value: 6.5 }],
  absent_metric: [],
  "1 + 1": [{ labels: {}, value: 2 }],
  "time()": [{ labels: {}, value: 120 }],
};

const query: TemplateQuery = async (expr) => {
  const answer = answers[expr];
  if (answer === undefined) throw new Error("1:5: parse error: unclosed left parenthesis");
  return answer;
};

const expand = (template: string, name = "T") =>
  expandTemplate(
    name,
    template,
    { labels: { __name__: "m", ...labels }, value, externalLabels, externalUrl: "", hasUrlFunctions: false },
    query,
  );

describe("expandTemplate", () => {
  it.each(vectors.expanded)("$template", async ({ template, text }) => {
    expect(await expand(template)).toBe(text);
  });

  it("tells of a text that is no template, and still gives a text", async () => {
    expect(await expand("{{ foo }}", "Slow")).toBe(
      '<error expanding template: error parsing template __alert_Slow: template: __alert_Slow:1: function "foo" not defined>',
    );
  });

  it("gives the URL where there is one", async () => {
    const data = { labels: {}, value: 0, externalLabels: {}, externalUrl: "https://prom.example/base/x?y" };
    expect(
      await expandTemplate("T", "{{ externalURL }} {{ pathPrefix }} {{ $externalURL }}", data, query),
    ).toBe("https://prom.example/base/x?y /base/x https://prom.example/base/x?y");
  });

  it("ends what calls itself, and what writes without end", async () => {
    expect(await expand('{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}')).toMatch(
      /exceeded maximum template depth/,
    );
    const doubled = Array.from({ length: 40 }, (_, at) => `{{ $x${at + 1} := print $x${at} $x${at} }}`).join(
      "",
    );
    expect(await expand(`{{ $x0 := "a" }}${doubled}`)).toMatch(/print gives more than 1000000 characters/);
    expect(await expand(`{{ range query "n" }}{{ printf "%400000d" 1 }}{{ end }}`)).toMatch(
      /writes more than 1000000 characters/,
    );
    const nested = `${'{{ range query "n" }}'.repeat(12)}x${"{{ end }}".repeat(12)}`;
    expect(await expand(nested)).toMatch(/takes more than 200000 steps/);
  });
});

describe("parseTemplate", () => {
  it.each(vectors.refused)("$template: $error", ({ template, error }) => {
    const reason = error
      ?.replace(/^template: __alert_T:\d+: /, "")
      .replace(/ started at __alert_T:(\d+)$/, " started at line $1");
    expect(parseTemplate(template)?.message ?? null).toBe(reason ?? null);
  });

  it.each([
    ["{{ $value | humanize }} of {{ $labels.job }}, {{$value|humanizePercentage}}", null],
    ["{{ $value }} of {{ $labels.job }", 'unexpected "}" in operand'],
    ["{{{ $value }}}", 'unexpected "{" in command'],
    ["{{ $value | humanise }}", 'function "humanise" not defined'],
    ["{{ $label.job }}", 'undefined variable "$label"'],
  ])("knows plain actions from what only looks like them: %s", (template, reason) => {
    expect(parseTemplate(template)?.message ?? null).toBe(reason);
  });

  it("says where", () => {
    expect(parseTemplate("one\n  {{ foo }} two")).toEqual({
      from: 9,
      to: 15,
      line: 2,
      column: 6,
      message: 'function "foo" not defined',
    });
    expect(parseTemplate("{{ $value ")).toMatchObject({ line: 1, message: "unclosed action" });
    expect(parseTemplate("{{ $labels.pod }}")).toBeNull();
  });
});

// The vectors are what promtool says: this holds them to it.
describe.skipIf(whyNoPrometheus())("promtool", () => {
  const run = async (files: Record<string, unknown>, ...args: string[]) => {
    const folder = await mkdtemp(join(tmpdir(), "inferscope-templates-"));
    try {
      for (const [name, content] of Object.entries(files))
        await writeFile(join(folder, name), JSON.stringify(content));
      return await promisify(execFile)("promtool", args, { cwd: folder, maxBuffer: 1e8 }).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  const series = [
    {
      series: `m{${Object.entries(labels).map(([name, each]) => `${name}="${each}"`)}}`,
      values: `${value}x3`,
    },
    ...others.map((each) => ({
      series: `n{${Object.entries(each.labels).map(([name, label]) => `${name}="${label}"`)}}`,
      values: `${each.value}x3`,
    })),
  ];

  it("expands every template to the same text", async () => {
    // One alert name for all: a rule of its own each, told apart by a label.
    const rules = vectors.expanded.map(({ template }, index) => ({
      alert: "T",
      expr: "m",
      labels: { case: String(index) },
      annotations: { text: template },
    }));
    const exp_alerts = vectors.expanded.map(({ text }, index) => ({
      exp_labels: { ...labels, case: String(index) },
      exp_annotations: { text },
    }));
    const { stdout, stderr } = await run(
      {
        "rules.yml": { groups: [{ name: "g", rules }] },
        "test.yml": {
          rule_files: ["rules.yml"],
          tests: [
            {
              interval: "1m",
              external_labels: externalLabels,
              input_series: series,
              alert_rule_test: [{ eval_time: "2m", alertname: "T", exp_alerts }],
            },
          ],
        },
      },
      "test",
      "rules",
      "test.yml",
    );
    expect(stderr).toBe("");
    expect(stdout).toContain("SUCCESS");
  });

  it("refuses what is refused, for the same reason", { timeout: 60_000 }, async () => {
    for (const { template, error } of vectors.refused) {
      const rule = { alert: "T", expr: "m", annotations: { text: template } };
      const { stdout, stderr } = await run(
        { "rules.yml": { groups: [{ name: "g", rules: [rule] }] } },
        "check",
        "rules",
        "rules.yml",
      );
      if (error === null) expect(stdout, template).toContain("SUCCESS");
      else expect(stdout + stderr, template).toContain(`annotation "text": ${error}`);
    }
  });
});
