import { describe, expect, it } from "vitest";
import { browserSafe } from "./browser-safe";
import { colours } from "./colours";
import { cycles } from "./cycles";
import { databaseWrites, modelsIn } from "./database-writes";
import { layerProblem } from "./layers";
import { pureTime } from "./pure-time";
import { parseSource, type Source } from "./source";
import { withoutSuppressed } from "./suppressions";

const sourcesOf = (files: Record<string, string>): Source[] =>
  Object.entries(files).map(([file, text]) => parseSource(file, text, (candidate) => candidate in files));

describe("layers", () => {
  it.each([
    ["lib/alerts/queries.ts", "app/page.tsx", "Nothing imports app/"],
    ["lib/alerts/queries.ts", "components/ui/button.tsx", "lib/ imports lib/ only"],
    ["lib/alerts/queries.ts", "testing/users.ts", "Only tests import testing/"],
    ["lib/alerts/queries.ts", "lib/rollouts/state.ts", "only through its queries, commands or schema"],
    ["lib/statistics/welch.ts", "lib/errors/codes.ts", "pure"],
    ["lib/prometheus/client.ts", "lib/signals/catalogue.ts", "only talks to its system"],
    ["lib/db/command.ts", "lib/alerts/state.ts", "stands under the features"],
    ["components/ui/button.tsx", "lib/alerts/schema.ts", "knows nothing of the domain"],
    ["components/ui/button.tsx", "components/charts/sparkline.tsx", "knows nothing of the domain"],
    ["app/page.tsx", "stack/trace-store/main.ts", "app/ imports components/ and lib/ only"],
    ["stack/llm-server/main.ts", "components/ui/button.tsx", "does not draw"],
  ])("%s may not import %s", (from, to, why) => {
    expect(layerProblem(from, to)).toContain(why);
  });

  it.each([
    ["app/page.tsx", "lib/alerts/queries.ts"],
    ["app/(console)/page.tsx", "app/layout.tsx"],
    ["components/alerts/list.tsx", "lib/alerts/schema.ts"],
    ["components/charts/bars.tsx", "components/ui/panel.tsx"],
    ["components/charts/bars.tsx", "lib/units/format.ts"],
    ["lib/alerts/job.ts", "lib/alerts/state.ts"],
    ["lib/alerts/job.ts", "lib/rollouts/queries.ts"],
    ["lib/alerts/job.ts", "lib/prometheus/client.ts"],
    ["lib/alerts/job.ts", "lib/signals/profiles/vllm.ts"],
    ["lib/prometheus/client.ts", "lib/upstream/fetch.ts"],
    ["lib/alerts/queries.db.test.ts", "testing/database.ts"],
    ["lib/jobs/registry.ts", "lib/alerts/job.ts"],
    ["lib/alerts/job.ts", "lib/sources/targets.ts"],
    ["lib/alerts/state.test.ts", "lib/rollouts/state.ts"],
    ["scripts/start.ts", "lib/config/schema.ts"],
  ])("%s may import %s", (from, to) => {
    expect(layerProblem(from, to)).toBeUndefined();
  });
});

describe("cycles", () => {
  it("names the files of a circle in order, once", () => {
    const sources = sourcesOf({
      "lib/a/a.ts": 'import { b } from "./b"; export const a = b;',
      "lib/a/b.ts": 'export * from "@/lib/a/c"; export const b = 1;',
      "lib/a/c.ts": 'export const c = () => import("./a");',
      "lib/a/d.ts": 'import "./a";',
    });
    expect(cycles(sources).map(({ file, message }) => [file, message.split(". ")[0]])).toEqual([
      ["lib/a/a.ts", "These files import each other: lib/a/a.ts → lib/a/b.ts → lib/a/c.ts → lib/a/a.ts"],
    ]);
  });

  it("lets types point back", () => {
    const sources = sourcesOf({
      "lib/a/a.ts": 'import type { B } from "./b"; export interface A { b: B }',
      "lib/a/b.ts": 'import { type A } from "./a"; export interface B { a: A }',
    });
    expect(cycles(sources)).toEqual([]);
  });
});

describe("browser-safe", () => {
  it("shows the way from a component to what browsers cannot have", () => {
    const sources = sourcesOf({
      "components/alerts/list.tsx":
        'import { state } from "@/lib/alerts/state"; export const List = () => <p>{state}</p>;',
      "lib/alerts/state.ts": 'import { rows } from "./rows"; export const state = rows;',
      "lib/alerts/rows.ts": 'import "server-only"; export const rows = 1;',
    });
    expect(browserSafe(sources).map(({ file, message }) => `${file} ${message}`)).toEqual([
      expect.stringContaining(
        "components/alerts/list.tsx → lib/alerts/state.ts → lib/alerts/rows.ts → server-only",
      ),
      expect.stringContaining("lib/alerts/state.ts → lib/alerts/rows.ts → server-only"),
    ]);
  });

  it("minds Node's modules, and neither types nor the clients of other systems", () => {
    const sources = sourcesOf({
      "lib/alerts/schema.ts": 'import { createHash } from "node:crypto"; export { createHash };',
      "lib/alerts/client.ts": 'import type { Row } from "./queries"; export type R = Row;',
      "lib/alerts/queries.ts": 'import "server-only"; export interface Row { id: string }',
      "lib/prometheus/client.ts": 'import "server-only";',
    });
    expect(browserSafe(sources).map(({ file }) => file)).toEqual(["lib/alerts/schema.ts"]);
  });

  it("asks files that read or write data to say so", () => {
    const sources = sourcesOf({ "lib/alerts/commands.ts": "export const x = 1;" });
    expect(browserSafe(sources)[0]?.message).toContain('Begin it with `import "server-only";`');
  });
});

describe("colours", () => {
  it.each([
    ['export const x = "#ff0000";', "#ff0000"],
    ['export const X = () => <p className="bg-[#fff] p-2" />;', "#fff"],
    ["export const x = `1px solid #12345678`;", "#12345678"],
    ['export const x = "rgb(1 2 3)";', "rgb("],
  ])("%s is refused", (text, shown) => {
    expect(colours(sourcesOf({ "components/alerts/list.tsx": text }))[0]?.message).toContain(
      `${shown} is a colour`,
    );
  });

  it("are refused in style sheets, but for the tokens", () => {
    const files = {
      "app/print.css": "p { color: #000; }",
      "components/ui/tokens.css": ":root { --ink: #000; }",
    };
    expect(colours(sourcesOf(files)).map(({ file, line, column }) => [file, line, column])).toEqual([
      ["app/print.css", 1, 12],
    ]);
  });

  it.each([
    'export const x = "#add-rule";',
    'export const x = "/docs#face";',
    "// #fff\nexport const x = 1;",
    'export const x = "var(--accent)";',
  ])("%s is none", (text) => {
    expect(colours(sourcesOf({ "components/alerts/list.tsx": text }))).toEqual([]);
  });
});

describe("database writes", () => {
  const models = modelsIn("model ApiKey {\n}\nmodel User {\n}\n");
  const found = (file: string, text: string) =>
    databaseWrites(sourcesOf({ [file]: text }), models).map(({ message }) => message.split(".")[0]);

  it("reads the models' names from the schema", () => {
    expect([...models]).toEqual(["apiKey", "user"]);
  });
  it.each(["db().user.update({})", "db().apiKey.createMany({})", "db().$executeRaw`delete from x`"])(
    "refuses %s outside commands.ts",
    (call) => {
      expect(found("lib/users/queries.ts", `export const f = () => ${call};`)).toEqual([
        "This writes to the database outside command()",
      ]);
      expect(found("app/api/v1/users/route.ts", `export const f = () => ${call};`)).toEqual([
        "This writes to the database outside command()",
      ]);
    },
  );
  it("refuses a write beside the command's transaction", () => {
    expect(found("lib/users/commands.ts", "export const f = () => db().user.delete({});")).toEqual([
      "This writes outside the command's transaction",
    ]);
  });
  it.each([
    ["lib/users/commands.ts", "export const f = (tx) => tx.user.delete({});"],
    ["lib/users/queries.ts", "export const f = () => db().user.findMany({});"],
    ["lib/users/queries.ts", "export const f = (cache) => cache.entry.delete(1);"],
    ["lib/users/queries.db.test.ts", "db().user.create({});"],
  ])("lets %s do %s", (file, text) => {
    expect(found(file, text)).toEqual([]);
  });
});

describe("pure time", () => {
  it.each(["Date.now()", "Math.random()", "new Date()"])("%s is refused in a pure file", (call) => {
    expect(
      pureTime(sourcesOf({ "lib/alerts/state.ts": `export const f = () => ${call};` }))[0]?.message,
    ).toContain(`${call} in a pure file`);
  });
  it.each([
    ["lib/alerts/job.ts", "export const f = () => Date.now();"],
    ["lib/alerts/queries.ts", 'import "server-only"; export const f = () => Date.now();'],
    ["lib/alerts/state.ts", "export const f = (seconds: number) => new Date(seconds * 1000);"],
    ["app/page.tsx", "export const f = () => Date.now();"],
  ])("lets %s have %s", (file, text) => {
    expect(pureTime(sourcesOf({ [file]: text }))).toEqual([]);
  });
});

describe("suppressions", () => {
  const judge = (text: string) => {
    const sources = sourcesOf({ "lib/alerts/state.ts": text });
    return withoutSuppressed(sources, pureTime(sources)).map(
      ({ rule, line, message }) => `${line} ${rule} ${message.split(":")[0]}`,
    );
  };
  it("take a problem away when they say why", () => {
    expect(judge("// house-ignore pure-time: seeds the demo\nexport const a = Date.now();")).toEqual([]);
  });
  it("are a problem without a reason, and where there is nothing to suppress", () => {
    expect(judge("// house-ignore pure-time\nexport const a = Date.now();")).toEqual([
      "1 suppressions Say why",
    ]);
    expect(judge("// house-ignore pure-time: was once\nexport const a = 1;")).toEqual([
      expect.stringContaining("1 suppressions There is no pure-time problem"),
    ]);
  });
});
