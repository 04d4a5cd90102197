import { z } from "zod";
import { text } from "../fields";

const labelsSchema = z.record(text(1_000), text(20_000));

/**
 * What Alertmanager posts to a webhook. Source: Alertmanager 0.34, template/template.go and notify/webhook/webhook.go,
 * version 4 of the message. Fields that are not read here may be anything.
 */
export const postedAlertsSchema = z.looseObject({
  version: z.literal("4", { error: "The message of an Alertmanager's webhook, version 4" }),
  truncatedAlerts: z.number().int().default(0),
  alerts: z
    .array(
      z.looseObject({
        status: z.enum(["firing", "resolved"]),
        labels: labelsSchema,
        annotations: labelsSchema.default({}),
        startsAt: z.iso.datetime({ offset: true }),
        generatorURL: text(20_000).optional(),
      }),
    )
    .max(10_000),
});
export type PostedAlerts = z.output<typeof postedAlertsSchema>;

export const postedAlertsQuerySchema = z.object({
  source: text(200)
    .optional()
    .describe("The connected Alertmanager that posts; absent, it is not connected."),
});

export const takenUpSchema = z.object({
  changed: z.number().int().describe("How many alerts began, changed or ended by it."),
  notes: z.array(z.string()),
});
