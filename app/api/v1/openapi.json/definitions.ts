import type { Definition } from "@/lib/api/route";
import * as accountPassword from "../account/password/route";
import * as accountPasswordReset from "../account/password-reset/route";
import * as account from "../account/route";
import * as accountSessions from "../account/sessions/route";
import * as accountSetUp from "../account/set-up/route";
import * as alertReview from "../alert-review/route";
import * as alertRulesRuleRestore from "../alert-rules/[rule]/restore/route";
import * as alertRulesRuleRevisionsRevisionRestore from "../alert-rules/[rule]/revisions/[revision]/restore/route";
import * as alertRulesRuleRevisions from "../alert-rules/[rule]/revisions/route";
import * as alertRulesRule from "../alert-rules/[rule]/route";
import * as alertRulesRuleTestAlert from "../alert-rules/[rule]/test-alert/route";
import * as alertRulesBacktest from "../alert-rules/backtest/route";
import * as alertRulesCorrections from "../alert-rules/corrections/route";
import * as alertRulesExport from "../alert-rules/export/route";
import * as alertRulesFolder from "../alert-rules/folder/route";
import * as alertRulesImport from "../alert-rules/import/route";
import * as alertRulesLint from "../alert-rules/lint/route";
import * as alertRulesPreview from "../alert-rules/preview/route";
import * as alertRules from "../alert-rules/route";
import * as alertRulesRuler from "../alert-rules/ruler/route";
import * as alertRulesSignal from "../alert-rules/signal/route";
import * as alertRulesUnitTest from "../alert-rules/unit-test/route";
import * as alertsAlertAcknowledgement from "../alerts/[alert]/acknowledgement/route";
import * as alertsAlertAssignment from "../alerts/[alert]/assignment/route";
import * as alertsAlertCommentsComment from "../alerts/[alert]/comments/[comment]/route";
import * as alertsAlertComments from "../alerts/[alert]/comments/route";
import * as alertsAlert from "../alerts/[alert]/route";
import * as alertsAlertSnooze from "../alerts/[alert]/snooze/route";
import * as alertsBulk from "../alerts/bulk/route";
import * as alertsCounts from "../alerts/counts/route";
import * as alerts from "../alerts/route";
import * as alertsTakeoversTakeover from "../alerts/takeovers/[takeover]/route";
import * as alertsTakeovers from "../alerts/takeovers/route";
import * as alertsWebhook from "../alerts/webhook/route";
import * as annotationsAnnotationRestore from "../annotations/[annotation]/restore/route";
import * as annotationsAnnotation from "../annotations/[annotation]/route";
import * as annotations from "../annotations/route";
import * as apiKeysApikey from "../api-keys/[apiKey]/route";
import * as apiKeys from "../api-keys/route";
import * as auditEventsEvent from "../audit-events/[event]/route";
import * as auditEvents from "../audit-events/route";
import * as discovery from "../discovery/route";
import * as doctorServicesService from "../doctor/services/[service]/route";
import * as doctorSourcesSource from "../doctor/sources/[source]/route";
import * as events from "../events/route";
import * as gpuModels from "../gpu-models/route";
import * as gpuPrices from "../gpu-prices/route";
import * as jobsJobRetry from "../jobs/[job]/retry/route";
import * as jobsLoops from "../jobs/loops/route";
import * as jobsQueuesQueueRun from "../jobs/queues/[queue]/run/route";
import * as jobsQueues from "../jobs/queues/route";
import * as jobs from "../jobs/route";
import * as jobsWorkers from "../jobs/workers/route";
import * as notificationChannelsChannelRestore from "../notification-channels/[channel]/restore/route";
import * as notificationChannelsChannel from "../notification-channels/[channel]/route";
import * as notificationChannelsChannelTest from "../notification-channels/[channel]/test/route";
import * as notificationChannels from "../notification-channels/route";
import * as notificationPolicyPreview from "../notification-policy/preview/route";
import * as notificationPolicy from "../notification-policy/route";
import * as notificationWatchdog from "../notification-watchdog/route";
import * as notificationsNotificationRetry from "../notifications/[notification]/retry/route";
import * as notificationsNotification from "../notifications/[notification]/route";
import * as notifications from "../notifications/route";
import * as query from "../query/route";
import * as queryUsage from "../query-usage/route";
import * as revisions from "../revisions/route";
import * as servicesServiceCost from "../services/[service]/cost/route";
import * as servicesServiceExemplars from "../services/[service]/exemplars/route";
import * as servicesServiceGaps from "../services/[service]/gaps/route";
import * as servicesServiceHeadroom from "../services/[service]/headroom/route";
import * as servicesServiceLabels from "../services/[service]/labels/route";
import * as servicesService from "../services/[service]/route";
import * as servicesServiceSignals from "../services/[service]/signals/route";
import * as servicesServiceUsualRules from "../services/[service]/usual-rules/route";
import * as services from "../services/route";
import * as signInLinks from "../sign-in-links/route";
import * as signalsQuery from "../signals/query/route";
import * as silencesSilence from "../silences/[silence]/route";
import * as silencesPreview from "../silences/preview/route";
import * as silences from "../silences/route";
import * as sourcesSourceRestore from "../sources/[source]/restore/route";
import * as sourcesSource from "../sources/[source]/route";
import * as sourcesSourceTest from "../sources/[source]/test/route";
import * as sources from "../sources/route";
import * as sourcesTest from "../sources/test/route";
import * as tracesTrace from "../traces/[trace]/route";
import * as tracesOperations from "../traces/operations/route";
import * as traces from "../traces/route";
import * as tracesServices from "../traces/services/route";
import * as usersUserPasswordLink from "../users/[user]/password-link/route";
import * as usersUser from "../users/[user]/route";
import * as usersUserSessions from "../users/[user]/sessions/route";
import * as users from "../users/route";

const modules: Record<string, unknown>[] = [
  accountPasswordReset,
  accountPassword,
  account,
  accountSessions,
  accountSetUp,
  alertRules,
  alertRulesRule,
  alertRulesRuleRestore,
  alertRulesRuleRevisions,
  alertRulesRuleRevisionsRevisionRestore,
  alertRulesRuleTestAlert,
  alertReview,
  alertRulesBacktest,
  alertRulesExport,
  alertRulesFolder,
  alertRulesImport,
  alertRulesRuler,
  alertRulesUnitTest,
  alertRulesPreview,
  alertRulesSignal,
  alertRulesLint,
  alertRulesCorrections,
  alerts,
  alertsAlert,
  alertsAlertAcknowledgement,
  alertsAlertAssignment,
  alertsAlertComments,
  alertsAlertCommentsComment,
  alertsAlertSnooze,
  alertsBulk,
  alertsCounts,
  alertsTakeovers,
  alertsTakeoversTakeover,
  alertsWebhook,
  silences,
  silencesSilence,
  silencesPreview,
  annotationsAnnotationRestore,
  annotationsAnnotation,
  annotations,
  apiKeysApikey,
  apiKeys,
  auditEventsEvent,
  auditEvents,
  discovery,
  doctorServicesService,
  doctorSourcesSource,
  events,
  gpuModels,
  gpuPrices,
  jobsJobRetry,
  jobsLoops,
  jobsQueuesQueueRun,
  jobsQueues,
  jobs,
  jobsWorkers,
  notificationChannelsChannelRestore,
  notificationChannelsChannel,
  notificationChannelsChannelTest,
  notificationChannels,
  notificationPolicyPreview,
  notificationPolicy,
  notificationWatchdog,
  notificationsNotificationRetry,
  notificationsNotification,
  notifications,
  query,
  queryUsage,
  revisions,
  servicesServiceExemplars,
  servicesServiceGaps,
  servicesServiceLabels,
  servicesService,
  servicesServiceCost,
  servicesServiceHeadroom,
  servicesServiceSignals,
  servicesServiceUsualRules,
  services,
  signInLinks,
  signalsQuery,
  sourcesSourceRestore,
  sourcesSourceTest,
  sourcesSource,
  sources,
  sourcesTest,
  traces,
  tracesOperations,
  tracesServices,
  tracesTrace,
  usersUserPasswordLink,
  usersUser,
  usersUserSessions,
  users,
];

const hasDefinition = (value: unknown): value is { definition: Definition } =>
  typeof value === "function" && "definition" in value;

/** What every endpoint under /api/v1 declares. A test holds this list to the folder. */
export const definitions: Definition[] = modules.flatMap((module) =>
  Object.values(module)
    .filter(hasDefinition)
    .map(({ definition }) => definition),
);
