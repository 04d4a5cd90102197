import { describe, expect, it } from "vitest";
import { buildTrace, type Span } from "@/lib/jaeger/trace";
import { traceView } from "./model";
import { redactTrace } from "./redaction";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const T0 = 1_760_000_000_000_000;

/** A span from `start` to `end`, ms after T0. */
function span(
  spanId: string,
  parentSpanId: string | null,
  start: number,
  end: number,
  more: Partial<Span> = {},
): Span {
  return {
    traceId,
    spanId,
    parentSpanId,
    name: spanId,
    kind: "internal",
    serviceName: "api",
    start: T0 + start * 1000,
    duration: (end - start) * 1000,
    status: { code: "unset", message: "" },
    attributes: {},
    events: [],
    links: [],
    resource: {},
    scope: { name: "", version: "" },
    warnings: [],
    ...more,
  };
}
const view = (spans: Span[]) => traceView(redactTrace(buildTrace(traceId, spans)));
const byId = (spans: Span[]) => {
  const { spans: shown } = view(spans);
  return Object.fromEntries(shown.map((each) => [each.spanId, each]));
};
const rows = (spans: Span[]) =>
  view(spans).spans.map(({ spanId, depth }) => `${"  ".repeat(depth)}${spanId}`);
const ms = (value: number) => value / 1000;
const at = (time: number) => (time - T0) / 1000;

describe("a plain trace", () => {
  const plain = [
    span("a", null, 0, 100),
    span("b", "a", 10, 40),
    span("c", "a", 30, 60),
    span("d", "b", 12, 20),
    span("e", "a", 70, 90),
  ];

  it("is a tree in the order of its rows", () => {
    expect(rows(plain)).toEqual(["a", "  b", "    d", "  c", "  e"]);
    expect(view(plain).warnings).toEqual([]);
    expect(view(plain)).toMatchObject({ start: T0, duration: 100_000, redacted: 0 });
  });

  it("has as self time what no child covers, overlaps counted once", () => {
    const found = byId(plain);
    expect(ms(found.a!.selfTime)).toBe(30);
    expect(ms(found.b!.selfTime)).toBe(22);
    expect(ms(found.d!.selfTime)).toBe(8);
  });

  it("has a critical path that goes back from the end, and adds up to the whole", () => {
    const found = byId(plain);
    const stretches = (id: string) => found[id]!.criticalPath.map(([from, to]) => [at(from), at(to)]);
    expect(stretches("a")).toEqual([
      [0, 30],
      [60, 70],
      [90, 100],
    ]);
    expect(stretches("c")).toEqual([[30, 60]]);
    expect(stretches("e")).toEqual([[70, 90]]);
    // It ended while c was already running: nothing waited for it.
    expect([found.b!.onCriticalPath, found.d!.onCriticalPath]).toEqual([false, false]);
    const sum = view(plain).spans.flatMap(({ criticalPath }) => criticalPath.map(([from, to]) => to - from));
    expect(sum.reduce((all, each) => all + each, 0)).toBe(100_000);
  });
});

describe("odd traces", () => {
  it("one span", () => {
    expect(view([span("a", null, 0, 5)]).spans).toMatchObject([
      { depth: 0, selfTime: 5_000, onCriticalPath: true, warnings: [] },
    ]);
  });

  it("no span", () => {
    expect(view([])).toMatchObject({ spans: [], warnings: [], start: 0, duration: 0 });
  });

  it("a parent that is missing", () => {
    const odd = [span("a", null, 0, 10), span("b", "gone", 2, 4), span("c", "b", 3, 4)];
    // What is not hexadecimal is no id, and is shown as such.
    const hex = odd.map((each) => (each.parentSpanId === "gone" ? { ...each, parentSpanId: "f0" } : each));
    expect(rows(hex)).toEqual(["a", "b", "  c"]);
    expect(view(hex).warnings).toEqual([
      expect.stringContaining("1 span names a parent that is not in this trace"),
    ]);
    expect(byId(hex).b!.warnings).toEqual(["Its parent f0 is not in this trace."]);
    expect(byId(hex).b!.parentSpanId).toBe("f0");
  });

  it("nothing but spans whose parents are missing", () => {
    expect(view([span("a", "f0", 0, 10), span("b", "f1", 0, 5)]).warnings.join(" ")).toContain(
      "No span is without a parent",
    );
  });

  it("a circle, of one and of several", () => {
    const odd = [span("a", "c", 5, 9), span("b", "a", 1, 4), span("c", "b", 2, 3), span("d", "d", 0, 1)];
    expect(
      rows(odd)
        .map((row) => row.trim())
        .sort(),
    ).toEqual(["a", "b", "c", "d"]);
    expect(rows(odd)).toEqual(["d", "b", "  c", "    a"]);
    expect(byId(odd).b!.warnings.join()).toContain("go round in a circle");
    expect(byId(odd).d!.warnings).toContain("It names itself as its parent.");
    expect(view(odd).warnings.join()).toContain("The parents of 4 spans go round in a circle");
  });

  it("two roots, of which the longer has the critical path", () => {
    const odd = [span("a", null, 0, 3), span("b", null, 1, 9)];
    expect(view(odd).warnings).toEqual([expect.stringContaining("2 spans have no parent")]);
    expect(byId(odd).a!.onCriticalPath).toBe(false);
    expect(byId(odd).b!.onCriticalPath).toBe(true);
  });

  it("two spans of one id", () => {
    const odd = [span("a", null, 0, 10), span("a", null, 20, 30), span("b", "a", 1, 2)];
    expect(view(odd).spans).toHaveLength(3);
    expect(view(odd).spans.filter(({ warnings }) => warnings.join().includes("same id"))).toHaveLength(2);
  });

  it("a client and a server that share a span, as Zipkin's do", () => {
    const odd = [
      span("a", null, 0, 10, { kind: "client", serviceName: "web" }),
      span("a", null, 2, 8, { kind: "server", serviceName: "api" }),
      span("b", "a", 3, 4, { serviceName: "api" }),
    ];
    expect(view(odd).spans.map(({ service, depth }) => [service, depth])).toEqual([
      ["web", 0],
      ["api", 1],
      ["api", 2],
    ]);
    expect(view(odd).warnings).toEqual([]);
  });

  it("a span that came twice", () => {
    expect(view([span("a", null, 0, 10), span("a", null, 0, 10)])).toMatchObject({
      spans: [{ spanId: "a", warnings: [] }],
      warnings: ["1 span came twice and is shown once."],
    });
  });

  it("a clock that is behind: the span is moved with what is below it, and says so", () => {
    const late = { serviceName: "model", resource: { "host.name": "gpu-1" } };
    const odd = [
      span("a", null, 0, 100, { resource: { "host.name": "web-1" } }),
      span("b", "a", -500, -440, late),
      span("c", "b", -490, -450, late),
    ];
    const found = byId(odd);
    expect([at(found.b!.start), at(found.c!.start)]).toEqual([20, 30]);
    expect(ms(found.b!.duration)).toBe(60);
    expect(found.b!.warnings).toEqual([expect.stringContaining("Moved by +520 ms")]);
    expect(found.c!.warnings).toEqual([expect.stringContaining("Moved by +520 ms")]);
    expect(view(odd).warnings).toEqual([expect.stringContaining("2 spans began before what called them")]);
    expect(view(odd)).toMatchObject({ start: T0, duration: 100_000 });
  });

  it("a child before its parent on one clock: it stays where it is, and says so", () => {
    const host = { resource: { "host.name": "web-1" } };
    const found = byId([
      span("a", null, 0, 10, host),
      span("b", "a", -5, 5, { ...host, serviceName: "other" }),
    ]);
    expect(at(found.b!.start)).toBe(-5);
    expect(found.b!.warnings).toEqual(["It began 5 ms before its parent."]);
    expect(ms(found.a!.selfTime)).toBe(5);
  });

  it("children that end after their parent, or begin after its end", () => {
    const odd = [span("a", null, 0, 10), span("b", "a", 5, 25), span("c", "a", 12, 14)];
    const found = byId(odd);
    expect(found.b!.warnings).toEqual(["It ended 15 ms after its parent."]);
    expect(found.c!.warnings).toEqual(["It began 2 ms after its parent had ended."]);
    expect(ms(found.a!.selfTime)).toBe(5);
    expect(view(odd).duration).toBe(25_000);
    expect(found.c!.onCriticalPath).toBe(false);
  });

  it("a duration of nothing, and one below", () => {
    const found = byId([span("a", null, 0, 10), span("b", "a", 3, 3), span("c", "a", 5, 2)]);
    expect(found.b!).toMatchObject({ duration: 0, selfTime: 0, warnings: [] });
    expect(found.c!).toMatchObject({ duration: 0, selfTime: 0 });
    expect(found.c!.warnings).toEqual(["It ended 3 ms before it began; its duration is not known."]);
    expect(ms(found.a!.selfTime)).toBe(10);
  });

  it("a time in 1970", () => {
    expect(view([span("a", null, 0, 1, { start: 1_000 })]).warnings).toEqual([
      "1 span is dated before 2000: that clock was not set.",
    ]);
  });

  it("ids of 64 bits, binary tags, huge tags, and HTML for names", () => {
    const odd = span("00f067aa0ba902b7", null, 0, 1, {
      name: "<img src=x onerror=alert(1)>",
      attributes: { binary: "AAEC/w==", big: "x".repeat(10_000_000), id: "9223372036854775807" },
    });
    const [shown] = view([odd]).spans;
    expect(shown).toMatchObject({
      operation: "<img src=x onerror=alert(1)>",
      attributes: {
        binary: "AAEC/w==",
        big: "[redacted, 10000000 characters]",
        id: "9223372036854775807",
      },
    });
  });

  it("what the trace store said of a span is kept", () => {
    expect(byId([span("a", null, 0, 1, { warnings: ["clock skew not computed"] })]).a!.warnings).toEqual([
      "clock skew not computed",
    ]);
  });

  it("one that is as deep as it is long", () => {
    const deep = Array.from({ length: 20_000 }, (_, index) =>
      span(index.toString(16), index === 0 ? null : (index - 1).toString(16), 0, 10),
    );
    const { spans, warnings } = view(deep);
    expect(spans.at(-1)).toMatchObject({ depth: 19_999, onCriticalPath: true });
    expect(warnings).toEqual([]);
  });

  it("100,000 children of one span", () => {
    const wide = Array.from({ length: 100_000 }, (_, index) =>
      span((index + 1).toString(16), index === 0 ? null : "1", index / 10, index / 10 + 0.1),
    );
    expect(view(wide).spans).toHaveLength(100_000);
  }, 60_000);
});

it("names each process once", () => {
  const resource = { "service.version": "v1" };
  const { processes, spans } = view([
    span("a", null, 0, 9, { resource }),
    span("b", "a", 1, 2, { resource: { ...resource } }),
    span("c", "a", 3, 4, { serviceName: "other" }),
  ]);
  expect(processes).toEqual([
    { id: "p1", service: "api", attributes: resource },
    { id: "p2", service: "other", attributes: {} },
  ]);
  expect(spans.map(({ process }) => process)).toEqual(["p1", "p1", "p2"]);
});
