import "server-only";
import { z } from "zod";
import { command } from "@/lib/db/command";
import { invalidFields } from "@/lib/errors";
import { addRule } from "../rules/commands";
import { levelsProblem, ruleInputSchema } from "../rules/schema";
import type { UsualKey } from "../usual-keys";
import { modeOf, presentRules, serviceOf, setOf } from "./queries";
import { type acceptedUsualSchema, acceptUsualSchema } from "./schema";

/**
 * Makes rules of the usual set of a service, as they are or adjusted, all or none. Those that are there stay as they are.
 * Throws `not_found` for a service that does not exist, and `invalid_request` for a key that it has not or levels that do
 * not fit.
 */
export const acceptUsualRules = command({
  permission: "alert_rules:write",
  input: acceptUsualSchema.extend({ service: z.string(), now: z.date() }),
  run: async (tx, actor, { service: id, keys, adjust, now }) => {
    const service = await serviceOf(actor, id);
    // Who accepts twice at once shall not have every rule twice.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`usual-rules:${actor.teamId}:${id}`}))`;
    const present = await presentRules(actor, id);
    const set = setOf(service);
    const result: z.infer<typeof acceptedUsualSchema> = { items: [], kept: [] };
    for (const key of new Set<UsualKey>(keys)) {
      const rule = set.find((each) => each.key === key);
      const wrong = (path: string, message: string) => invalidFields([{ path, message }]);
      if (rule === undefined) throw wrong("keys", `${id} shows nothing to make "${key}" of`);
      if (present.has(rule.name)) {
        result.kept.push(key);
        continue;
      }
      const { levels = [...rule.levels], for: held = rule.for, mode = modeOf(rule) } = adjust[key] ?? {};
      const unfit = levelsProblem({ comparison: rule.comparison, levels });
      if (unfit !== null) throw wrong(`adjust.${key}.${unfit.path}`, unfit.message);
      const input = ruleInputSchema.parse({
        name: rule.name,
        expr: rule.expr,
        comparison: rule.comparison,
        levels,
        signal: rule.signal,
        for: held,
        keepFiringFor: rule.keepFiringFor,
        labels: rule.labels,
        annotations: rule.annotations,
        services: [id],
        mode,
        source: service.sourceName,
        group: id,
      });
      result.items.push(await addRule(actor, { rule: input, now }));
    }
    return { result, changes: [] };
  },
});
