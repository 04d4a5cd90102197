import "server-only";
import { command } from "@/lib/db/command";
import { gpuPricesView } from "./queries";
import { gpuPricesInputSchema, modelKey } from "./schema";

/** Replaces the team's prices by the given ones; what is left out has no price any more. Returns them as kept. */
export const setGpuPrices = command({
  permission: "gpu_prices:write",
  input: gpuPricesInputSchema,
  run: async (tx, actor, { currency, items }) => {
    const before = await tx.gpuPrice.findMany({
      where: { teamId: actor.teamId },
      orderBy: { gpuModel: "asc" },
    });
    await tx.gpuPrice.deleteMany({ where: { teamId: actor.teamId } });
    const after = await tx.gpuPrice.createManyAndReturn({
      data: items.map(({ gpuModel, pricePerHour }) => ({
        teamId: actor.teamId,
        gpuModel,
        pricePerHour,
        currency,
      })),
    });
    const state = (row: (typeof before)[number] | undefined) =>
      row === undefined
        ? null
        : { gpuModel: row.gpuModel, pricePerHour: Number(row.pricePerHour), currency: row.currency };
    const keys = [...new Set([...before, ...after].map(({ gpuModel }) => modelKey(gpuModel)))];
    return {
      result: gpuPricesView(after),
      changes: keys.map((key) => {
        const [was, is] = [before, after].map((rows) =>
          rows.find(({ gpuModel }) => modelKey(gpuModel) === key),
        );
        return {
          type: "gpu_price",
          id: key,
          name: (is ?? was)!.gpuModel,
          before: state(was),
          after: state(is),
        };
      }),
    };
  },
});
