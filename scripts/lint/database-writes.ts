import { isTest, type Node, type Problem, problemAt, type Source, walk } from "./source";

const verbs = new Set([
  "create",
  "createMany",
  "createManyAndReturn",
  "update",
  "updateMany",
  "updateManyAndReturn",
  "upsert",
  "delete",
  "deleteMany",
]);
const rawVerbs = new Set(["$executeRaw", "$executeRawUnsafe"]);

/** Under or before `command()`: the audit log itself, leases, jobs, and signing in, which makes the actor a command needs. */
const plumbing = /^lib\/(api|audit|auth|db|events|jobs|leases)\/(?!commands\.ts$)/;
const writers = /\/(commands|job)\.ts$/;

/** The names by which the Prisma client knows the models: `model ApiKey` is `apiKey`. */
export const modelsIn = (schema: string): Set<string> =>
  new Set(
    [...schema.matchAll(/^model (\w)(\w*)/gm)].map(([, first = "", rest = ""]) => first.toLowerCase() + rest),
  );

const nameOf = (node: unknown): string | undefined => {
  const property = node as Node | undefined;
  return property?.type === "Identifier" ? (property.name as string) : undefined;
};

/** What a write is made on: "tx" for `tx.user.update`, undefined when the call is no write. */
function writtenOn(call: Node, models: Set<string>): { on: string | undefined } | undefined {
  const callee = (call.type === "TaggedTemplateExpression" ? call.tag : call.callee) as Node | undefined;
  if (callee?.type !== "MemberExpression") return undefined;
  const verb = nameOf(callee.property);
  if (verb === undefined) return undefined;
  if (rawVerbs.has(verb)) return { on: nameOf(callee.object) };
  const model = callee.object as Node;
  if (!verbs.has(verb) || model.type !== "MemberExpression" || !models.has(nameOf(model.property) ?? ""))
    return undefined;
  return { on: nameOf(model.object) };
}

/** Writes to the database that no `command()` stands behind: nobody's permission was asked, and the audit log misses them. */
export function databaseWrites(sources: Source[], models: Set<string>): Problem[] {
  return sources
    .filter(({ file }) => /^(app|components|lib)\//.test(file) && !isTest(file) && !plumbing.test(file))
    .flatMap((source) => {
      const problems: Problem[] = [];
      if (source.program === undefined) return problems;
      walk(source.program, (node) => {
        if (node.type !== "CallExpression" && node.type !== "TaggedTemplateExpression") return;
        const write = writtenOn(node, models);
        if (write === undefined) return;
        if (!writers.test(source.file))
          problems.push(
            problemAt(
              source,
              node.start,
              "database-writes",
              "This writes to the database outside command(). Move it into the feature's commands.ts (or job.ts), so that it is permitted, audited and announced.",
            ),
          );
        else if (write.on !== "tx" && source.file.endsWith("/commands.ts"))
          problems.push(
            problemAt(
              source,
              node.start,
              "database-writes",
              "This writes outside the command's transaction. Write on the `tx` that command() passes to run().",
            ),
          );
      });
      return problems;
    });
}
