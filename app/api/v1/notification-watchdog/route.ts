import { Answer, route } from "@/lib/api/route";
import { exampleWatchdog } from "@/lib/notifications/example";
import { setWatchdog } from "@/lib/notifications/watchdog/commands";
import { watchdogOf } from "@/lib/notifications/watchdog/queries";
import { watchdogInputSchema, watchdogSchema } from "@/lib/notifications/watchdog/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/notification-watchdog",
  tag: "Notifications",
  summary: "Get the heartbeat",
  description:
    "The alert `Watchdog`, which always fires, so that its absence tells that nobody watches: where it goes, and what became of it last.",
  access: "notifications:read",
  response: watchdogSchema,
  example: { response: exampleWatchdog },
  handler: async ({ actor }) => {
    const watchdog = await watchdogOf(actor);
    return new Answer(watchdog, { etag: watchdog.version });
  },
});

export const PUT = route({
  method: "PUT",
  path: "/api/v1/notification-watchdog",
  tag: "Notifications",
  summary: "Set the heartbeat",
  description: 'Send If-Match with the version that was read, `"0"` where it was never set.',
  access: "notifications:write",
  body: watchdogInputSchema,
  response: watchdogSchema,
  example: {
    body: { channel: exampleWatchdog.channel.id, interval: exampleWatchdog.interval },
    response: exampleWatchdog,
  },
  ifMatch: "required",
  handler: async ({ actor, body, ifMatch, requestId, now }) => {
    const watchdog = await setWatchdog(actor, { ...body, ifMatch: ifMatch!, now }, { requestId });
    return new Answer(watchdog, { etag: watchdog.version });
  },
});
