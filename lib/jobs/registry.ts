import "server-only";
import { externalAlertsLoop } from "@/lib/alerts/external/job";
import { ruleFolderLoop } from "@/lib/alerts/folder/job";
import { alertHistoryLoop } from "@/lib/alerts/history/job";
import { alertEvaluationLoops } from "@/lib/alerts/job";
import { alertRetentionJob } from "@/lib/alerts/retention/job";
import { flushLoop } from "@/lib/notifications/groups/job";
import { notificationUpkeepJob } from "@/lib/notifications/job";
import { deliveryLoop } from "@/lib/notifications/messages/job";
import { watchdogLoop } from "@/lib/notifications/watchdog/job";
import { discoverSourceJob, discoveryLoop } from "@/lib/services/job";
import { checkSourceJob, reencryptSecretsJob, sourceCheckLoop } from "@/lib/sources/job";
import type { JobDefinition, LoopDefinition } from "./definition";
import { retentionJob } from "./retention";

/** Every queue that workers serve. */
export const jobs: readonly JobDefinition<never>[] = [
  retentionJob,
  alertRetentionJob,
  reencryptSecretsJob,
  checkSourceJob,
  discoverSourceJob,
  notificationUpkeepJob,
];

/** Everything that comes round on the second. */
export const loops: readonly LoopDefinition[] = [
  sourceCheckLoop,
  discoveryLoop,
  ...alertEvaluationLoops,
  externalAlertsLoop,
  alertHistoryLoop,
  ruleFolderLoop,
  flushLoop,
  deliveryLoop,
  watchdogLoop,
];

/** Sent whenever a worker starts: what a changed configuration may call for. */
export const jobsAtStart: readonly JobDefinition[] = [reencryptSecretsJob, notificationUpkeepJob];
