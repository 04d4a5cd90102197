import { z } from "zod";
import { channelKinds, messageStates, sinkResponseSchema } from "../schema";

const between = "From 30s to 1d, such as 5m";

export const watchdogInputSchema = z.object({
  channel: z.uuid({ error: "The id of a channel" }).nullable().describe("Null turns it off."),
  interval: z
    .number({ error: between })
    .min(30, { error: between })
    .max(86_400, { error: between })
    .default(300)
    .describe("Seconds between two messages."),
});
export type WatchdogInput = z.input<typeof watchdogInputSchema>;

export const watchdogSchema = z.object({
  channel: z
    .object({ id: z.string(), name: z.string(), kind: z.enum(channelKinds) })
    .nullable()
    .describe("Null while it is off."),
  interval: z.number().describe("Seconds."),
  sentAt: z.iso.datetime().nullable().describe("When a message was last written."),
  problem: z.string().nullable().describe("Why it is held back."),
  last: z
    .object({
      state: z.enum(messageStates),
      createdAt: z.iso.datetime(),
      deliveredAt: z.iso.datetime().nullable(),
      response: sinkResponseSchema.nullable(),
    })
    .nullable()
    .describe("What became of the last message."),
  version: z.number().int().describe("For If-Match; 0 while it was never set."),
  actions: z.array(z.enum(["edit"])),
});
export type WatchdogView = z.infer<typeof watchdogSchema>;
