import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemActor, type UserActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { deleteRule, editRule, restoreRule } from "../rules/commands";
import { importRules } from "../rules/import";
import { listRules } from "../rules/queries";
import { loadRuleFolder } from "./job";
import { folderFiles } from "./queries";

const at = (second: number) => new Date(Date.UTC(2026, 2, 4, 14, 0, second));
const alert = (name: string, expr = "up == 0") => `groups:
  - name: ${name}s
    rules:
      - alert: ${name}
        expr: ${expr}
`;
/** Of the address, whether or not anything answers there. */
const nowhere = "http://127.0.0.1:9";

describe("the folder of rules", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "inferscope-rules-"));
    return () => rm(folder, { recursive: true, force: true });
  });

  /** Writes a file, last changed at that second of the test's clock. */
  async function put(name: string, content: string, second = 0) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await utimes(path, at(second), at(second));
    return path;
  }

  async function scenario(tx: Transaction, sources: Record<string, string> = { "folder-test": nowhere }) {
    await tx.source.updateMany({ where: { kind: "prometheus", validTo: null }, data: { validTo: at(0) } });
    const admin = await asUser(tx, "admin");
    for (const [name, url] of Object.entries(sources))
      await addSource(admin, { kind: "prometheus", name, url });
    return {
      admin,
      load: (second: number, from: string | null = folder) =>
        loadRuleFolder(from, systemActor("rule-folder"), at(second)),
      rules: async () => (await listRules(admin, {}, { limit: 50 }, at(59))).items,
      files: () => folderFiles(admin),
    };
  }

  const named = (rules: { name: string; expr: string }[]) =>
    rules.map(({ name, expr }) => `${name}: ${expr}`);

  it("is taken over, followed as it changes, and ended with its files", () =>
    withTestTransaction(async (tx) => {
      const { load, rules, files } = await scenario(tx);
      const path = await put("llm.yml", alert("Down"));
      await put("notes.txt", "not a rule file");
      await load(10);
      const [down, ...more] = await rules();
      expect(more).toEqual([]);
      expect(down).toMatchObject({
        name: "Down",
        isReadOnly: true,
        mode: "enforce",
        group: { name: "Downs", file: path, origin: "folder", source: "folder-test" },
      });
      expect(await files()).toEqual([
        {
          path,
          groups: 1,
          rules: 1,
          readAt: at(10).toISOString(),
          loadedAt: at(10).toISOString(),
          problem: null,
        },
      ]);

      await put("llm.yml", alert("Down", "up < 1"), 19);
      await load(20);
      expect(named(await rules())).toEqual(["Down: up == 0"]);
      await load(30);
      const [changed] = await rules();
      expect(changed).toMatchObject({ id: down!.id, expr: "up < 1" });

      await put("deep/deeper/lost.yml", alert("Lost"));
      await rm(path);
      await load(40);
      expect(await rules()).toEqual([]);
      expect(await files()).toEqual([]);
    }));

  it("keeps the last good version of a file that Prometheus would refuse, and says so", () =>
    withTestTransaction(async (tx) => {
      const { load, rules, files } = await scenario(tx);
      await put("llm.yml", alert("Down"));
      await load(10);
      await put("llm.yml", alert("Down", "up =="), 15);
      await load(20);
      expect(named(await rules())).toEqual(["Down: up == 0"]);
      const [refused] = await files();
      expect(refused).toMatchObject({ loadedAt: at(10).toISOString(), readAt: at(20).toISOString() });
      expect(refused!.problem).toMatch(/^Line 5, column \d+: /);
      await put("llm.yml", alert("Down", "up < 1"), 25);
      await load(30);
      expect(named(await rules())).toEqual(["Down: up < 1"]);
      expect((await files())[0]!.problem).toBeNull();
    }));

  it("leaves its rules while it cannot be read, and ends them when none is configured any more", () =>
    withTestTransaction(async (tx) => {
      const { load, rules, files } = await scenario(tx);
      await put("llm.yml", alert("Down"));
      await load(10);
      const unmounted = join(folder, "unmounted");
      await load(20, unmounted);
      expect(await rules()).toHaveLength(1);
      expect((await files())[0]).toMatchObject({
        path: unmounted,
        problem: "The folder cannot be read: it does not exist.",
      });
      await load(30);
      expect(await files()).toMatchObject([{ problem: null, rules: 1 }]);
      await load(40, null);
      expect(await rules()).toEqual([]);
    }));

  it("is changed in its files only", () =>
    withTestTransaction(async (tx) => {
      const { admin, load, rules } = await scenario(tx);
      const path = await put("llm.yml", alert("Down"));
      await load(10);
      const { id, actions } = (await rules())[0]!;
      expect(actions).not.toContain("edit");
      const refused = { code: "conflict", detail: `This rule stands in ${path} and is changed there.` };
      await expect(editRule(admin, { id, patch: { for: 60 }, now: at(20) })).rejects.toMatchObject(refused);
      await expect(deleteRule(admin, { id, now: at(20) })).rejects.toMatchObject(refused);
      await expect(take(admin, path)).rejects.toMatchObject({ code: "conflict" });
      await rm(path);
      await load(30);
      await expect(restoreRule(admin, { id, now: at(40) })).rejects.toMatchObject(refused);
    }));

  const take = (actor: UserActor, file: string) =>
    importRules(actor, { content: alert("Other"), file, mode: "enforce", dryRun: false }, { now: at(20) });

  it("says which Prometheus a file is for by the name of its subfolder", () =>
    withTestTransaction(async (tx) => {
      const { load, rules, files } = await scenario(tx, { east: nowhere, west: "http://127.0.0.1:8" });
      await put("west/llm.yml", alert("Down"));
      await put("north/llm.yml", alert("Down"));
      await put("llm.yml", alert("Down"));
      await load(10);
      expect((await rules()).map(({ group }) => group.source)).toEqual(["west"]);
      expect((await files()).map(({ problem }) => problem)).toEqual([
        "Several Prometheus servers are connected: put it into a folder called as one of them, such as east.",
        "There is no Prometheus called north, as its folder is.",
        null,
      ]);
    }));

  describe.skipIf(whyNoPrometheus())("beside a Prometheus", () => {
    let prometheus: RunningPrometheus;
    beforeAll(async () => {
      prometheus = await startPrometheus({ files: { "rules.yml": alert("Down") }, ruleFiles: ["rules.yml"] });
    });
    afterAll(() => prometheus.stop());

    it("only observes what that evaluates itself", () =>
      withTestTransaction(async (tx) => {
        const { load, rules } = await scenario(tx, { here: prometheus.url });
        await put("both.yml", alert("Down"));
        await put("own.yml", alert("Slow"));
        await load(10);
        expect((await rules()).map(({ name, mode }) => [name, mode])).toEqual([
          ["Down", "observe"],
          ["Slow", "enforce"],
        ]);
      }));
  });
});
