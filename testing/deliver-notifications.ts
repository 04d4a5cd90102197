/*
 * A worker that delivers what is due and ends: `node --conditions=react-server --import tsx testing/deliver-notifications.ts
 * TEAM`. Tests kill it in the middle.
 */
import { closeDatabase } from "@/lib/db/client";
import { deliverDue } from "@/lib/notifications/messages/job";

await deliverDue(new AbortController().signal, { teamId: process.argv[2] });
await closeDatabase();
