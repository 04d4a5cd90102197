import "server-only";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { command } from "@/lib/db/command";
import { problem } from "@/lib/errors";
import { upstreamTarget } from "@/lib/sources/targets";
import { writeUpstream } from "@/lib/upstream/send";
import { isUpstreamError } from "@/lib/upstream/upstream-error";
import { printRuleFile } from "../rule-file/print";
import type { RuleFileGroup } from "../rule-file/rule-file";
import { type HandedOver, handedOverSchema, type rulerInputSchema } from "../rule-file/schema";
import { ruleFileGroups, ruleSource } from "../rules/queries";

/** One group as a ruler takes it: without the list around it. */
function yamlOf(group: RuleFileGroup): string {
  const { text } = printRuleFile([group], { target: { kind: "prometheus" } });
  const { groups } = parse(text) as { groups: unknown[] };
  return stringify(groups[0], { lineWidth: 0 });
}

/**
 * Hands the recording rules of a group to the ruler of a source, by the API of Mimir and Cortex; its alerts stay here. A
 * group of the same name in the namespace is replaced, so that it may be done again. Throws `not_found` where there is no
 * such group or it records nothing, `conflict` where the source has no ruler, and UpstreamError as `writeUpstream` does.
 */
export async function handToRuler(
  actor: Actor,
  { file, group: name, source: wanted, namespace }: z.output<typeof rulerInputSchema>,
  { requestId, signal }: { requestId?: string; signal?: AbortSignal } = {},
): Promise<HandedOver> {
  const source = await ruleSource(actor, wanted);
  const [group] = await ruleFileGroups(actor, { file, group: name, source: source.name, kind: "recording" });
  if (group === undefined)
    throw problem(
      "not_found",
      `There is no group ${name} of ${file} with recording rules for ${source.name}.`,
    );
  try {
    await writeUpstream(await upstreamTarget(source.id), {
      method: "POST",
      path: `/config/v1/rules/${encodeURIComponent(namespace)}`,
      yaml: yamlOf(group),
      signal,
    });
  } catch (error) {
    if (isUpstreamError(error) && (error.upstreamStatus === 404 || error.upstreamStatus === 405))
      throw problem(
        "conflict",
        `${source.name} has no ruler that takes rules. Download the group, and give the file to your Prometheus.`,
      );
    throw error;
  }
  const result = { source: source.name, namespace, group: name, rules: group.rules.length };
  return recordHandedOver(actor, { ...result, file }, { requestId });
}

const recordHandedOver = command({
  permission: "alert_rules:write",
  input: handedOverSchema.extend({ file: z.string() }),
  run: async (_tx, _actor, { file, ...result }) => ({
    result,
    changes: [
      {
        type: "rule_group",
        id: `${file}/${result.group}`,
        name: result.group,
        action: "alert_rules:hand_to_ruler",
        before: null,
        after: { file, ...result },
        revision: false as const,
      },
    ],
  }),
});
