import type { BacktestView } from "./backtest/schema";
import type { FolderFileView } from "./folder/schema";
import type { FindingView } from "./lint/schema";
import type { Review } from "./review/schema";
import type { ImportReport } from "./rule-file/schema";
import type { AlertRuleView, RuleInput } from "./rules/schema";
import type { AlertDetail, AlertView } from "./schema";
import type { ConnectedAlertmanager, SilenceView } from "./silences/schema";
import type { Takeover } from "./takeovers/schema";
import type { UsualRules } from "./usual/schema";

/** A rule as it is given to the API. */
export const exampleRuleInput = {
  name: "HighErrorRate",
  expr: "sum by (service) (rate(llm_errors_total[5m])) / sum by (service) (rate(llm_requests_total[5m]))",
  comparison: ">",
  levels: [
    { severity: "warning", threshold: 0.01 },
    { severity: "critical", threshold: 0.05 },
  ],
  for: "5m",
  annotations: {
    summary: "{{ $value | humanizePercentage }} of the requests of {{ $labels.service }} fail",
    runbook_url: "https://runbooks.example.com/high-error-rate",
  },
  services: ["chat-api"],
  owner: "LLM platform",
  group: "chat-api",
} satisfies RuleInput;

/** The same as the API answers it. */
export const exampleRule = {
  id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d48",
  kind: "alerting",
  name: exampleRuleInput.name,
  expr: exampleRuleInput.expr,
  comparison: ">",
  levels: exampleRuleInput.levels,
  promql: [
    { severity: "warning", expr: `${exampleRuleInput.expr} > 0.01` },
    { severity: "critical", expr: `${exampleRuleInput.expr} > 0.05` },
  ],
  signal: null,
  for: 300,
  keepFiringFor: 0,
  labels: {},
  annotations: exampleRuleInput.annotations,
  owner: exampleRuleInput.owner,
  services: exampleRuleInput.services,
  mode: "enforce",
  alertsOnNoData: false,
  alertsOnError: false,
  group: {
    id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d49",
    name: "chat-api",
    file: "console",
    origin: "console",
    interval: 60,
    queryOffset: 0,
    limit: 1000,
    source: "prod-eu",
  },
  isReadOnly: false,
  status: {
    evaluatedFor: "2026-03-04T14:03:12.480Z",
    evaluatedAt: "2026-03-04T14:03:12.571Z",
    lateSeconds: 0.091,
    dueAt: "2026-03-04T14:04:12.480Z",
    overdueSeconds: null,
    seconds: 0.034,
    health: "ok",
    lastError: null,
    series: 1,
    noDataSince: null,
  },
  pending: 0,
  firing: 1,
  version: 1,
  changedAt: "2026-03-02T09:00:00.000Z",
  deletedAt: null,
  actions: ["edit", "delete", "test"],
} satisfies AlertRuleView;

export const exampleAlert = {
  id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d50",
  name: exampleRule.name,
  state: "firing",
  severity: "critical",
  service: "chat-api",
  labels: { alertname: exampleRule.name, service: "chat-api", severity: "critical" },
  annotations: {
    summary: "7.2% of the requests of chat-api fail",
    runbook_url: exampleRule.annotations.runbook_url,
  },
  value: 0.072,
  origin: "console",
  source: "prod-eu",
  ruleId: exampleRule.id,
  fingerprint: "a4f5e1c09b2d7738",
  activeAt: "2026-03-04T13:52:12.480Z",
  firedAt: "2026-03-04T13:57:12.480Z",
  resolvedAt: null,
  seenAt: "2026-03-04T14:03:12.480Z",
  for: 300,
  isEnforced: true,
  isFlapping: false,
  acknowledgement: null,
  assignee: null,
  snoozedUntil: null,
  silencedBy: [],
  silences: [],
  generatorUrl: null,
  version: 1,
  actions: ["acknowledge", "assign", "snooze", "comment", "silence"],
} satisfies AlertView;

export const exampleAcknowledgedAlert = {
  ...exampleAlert,
  version: 2,
  acknowledgement: {
    id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d51",
    actor: { id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d52", name: "operator@example.com" },
    note: "Looking at the upstream",
    at: "2026-03-04T14:03:40.000Z",
    until: "2026-03-04T15:00:00.000Z",
    endedAt: null,
    endedBy: null,
  },
  actions: ["undo_acknowledgement", "assign", "snooze", "comment", "silence"],
} satisfies AlertView;

export const exampleTakeover = {
  id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d5a",
  kind: "taken_over",
  alert: { id: exampleAlert.id, name: exampleAlert.name, state: "firing" },
  by: { id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d5b", name: "sam@example.com" },
  note: "I am at my desk already",
  at: "2026-03-04T14:20:00.000Z",
} satisfies Takeover;

export const exampleAlertDetail = {
  ...exampleAlert,
  transitions: [
    {
      at: "2026-03-04T13:52:12.480Z",
      from: "inactive",
      to: "pending",
      value: 0.061,
      isReplayed: false,
      within: null,
    },
    {
      at: "2026-03-04T13:57:12.480Z",
      from: "pending",
      to: "firing",
      value: 0.069,
      isReplayed: false,
      within: null,
    },
  ],
  acknowledgements: [],
  remarks: [],
  query: {
    expr: exampleRule.expr,
    compared: exampleRule.expr,
    comparison: ">",
    thresholds: exampleRule.levels,
    ruleLabels: [...Object.keys(exampleRule.labels), "severity"],
    interval: 60,
  },
  measures: { unit: "ratio", factor: 1 },
  earlier: [],
  meanwhile: [],
  runbook: exampleRule.annotations.runbook_url,
} satisfies AlertDetail;

export const exampleSilence = {
  id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d53",
  origin: "console",
  sources: [],
  matchers: [{ name: "service", value: "chat-api", isRegex: false, isEqual: true }],
  startsAt: "2026-03-04T14:00:00.000Z",
  endsAt: "2026-03-04T16:00:00.000Z",
  comment: "Planned restart of the GPU nodes",
  createdBy: "operator@example.com",
  state: "active",
  covers: 1,
  problem: null,
  version: 1,
  actions: ["edit", "expire"],
} satisfies SilenceView;

/** The same, made in an Alertmanager of a cluster of two. */
export const exampleExternalSilence = {
  ...exampleSilence,
  id: "0d5b2c1e-6a0f-4a53-9b7e-5a1c4f0e2d11",
  origin: "alertmanager",
  sources: ["alertmanager-0", "alertmanager-1"],
  version: 1772632800000,
} satisfies SilenceView;

export const exampleAlertmanager = {
  name: "alertmanager-0",
  cluster: ["alertmanager-0", "alertmanager-1"],
  problem: null,
  readAt: "2026-03-04T14:03:12.480Z",
} satisfies ConnectedAlertmanager;

export const exampleBacktest = {
  alerts: [
    {
      labels: { alertname: exampleRule.name, service: "chat-api" },
      pendingAt: "2026-03-01T02:11:00.000Z",
      firingAt: "2026-03-01T02:16:00.000Z",
      resolvedAt: "2026-03-01T02:31:00.000Z",
    },
  ],
  evaluations: 10081,
  completeFrom: "2026-02-25T14:00:00.000Z",
  noise: { pages: 1, pagesPerWeek: 1, shareShort: 0, shareAtNight: 1, firingSeconds: 900 },
  overlap: {
    share: 0.4,
    from: "2026-02-25T14:00:00.000Z",
    rules: [{ ruleId: exampleRule.id, name: exampleRule.name, share: 0.4 }],
  },
  bounds: null,
  unit: "ratio",
  series: 1,
  suggestions: [{ threshold: 0.06, for: 300, pagesPerWeek: 0 }],
  notes: [],
} satisfies BacktestView;

export const exampleImportReport = {
  groups: 1,
  alerting: 4,
  recording: 1,
  added: 5,
  changed: 0,
  removed: 0,
  unchanged: 0,
  mode: "observe",
  problems: [],
  notes: ["The Prometheus prod-eu evaluates HighErrorRate itself; the imported rules only observe."],
  recorded: [
    {
      name: "job:llm_errors:rate5m",
      group: "llm",
      file: "llm.yaml",
      alerts: ["HighErrorRate"],
      exists: false,
    },
  ],
} satisfies ImportReport;

export const exampleFolderFile = {
  path: "/etc/inferscope/rules/llm.yml",
  groups: 2,
  rules: 14,
  readAt: "2026-03-04T14:00:00.000Z",
  loadedAt: "2026-03-03T09:12:00.000Z",
  problem: "Line 7, column 9: unknown function with name 'rates'",
} satisfies FolderFileView;

export const exampleReview = {
  start: "2026-02-25T14:00:00.000Z",
  end: "2026-03-04T14:00:00.000Z",
  fired: 12,
  acknowledged: 9,
  resolved: 11,
  meanTimeToAcknowledge: 214,
  meanTimeToResolve: 1830,
  noisiest: [
    { ruleId: exampleRule.id, name: exampleRule.name, fired: 7, firingSeconds: 5400, acknowledged: 6 },
  ],
  neverFired: [],
  neverActedOn: [],
} satisfies Review;

const { id, name, expr, comparison, keepFiringFor, labels, annotations } = exampleRule;

/** Lint of a rule in the field's textbook way. */
export const exampleFinding = {
  id: "severity-contradicts",
  severity: "warning",
  rules: [{ id, name, version: 1 }],
  text: "Error rate above 5 % is warning here, and critical in the usual set: warning above 1 %, critical above 5 %.",
  corrected: [
    {
      title: "Warn above 1 %, critical above 5 %",
      rules: [
        {
          id,
          name,
          expr,
          comparison,
          levels: exampleRule.levels,
          for: exampleRule.for,
          keepFiringFor,
          labels,
          annotations,
        },
      ],
    },
  ],
} satisfies FindingView;

export const exampleUsualRules = {
  service: "chat-api",
  source: "prod-eu",
  start: "2026-02-25T14:00:00.000Z",
  end: "2026-03-04T14:00:00.000Z",
  items: [
    {
      key: "queue-depth",
      name: "LLMLongQueue",
      summary: "chat-api: Requests that wait for a place in the batch: {{ $value | humanize }}.",
      expr: 'sum(vllm:num_requests_waiting{job="chat-api"})',
      comparison: ">",
      levels: [
        { severity: "warning", threshold: 100 },
        { severity: "critical", threshold: 500 },
      ],
      unit: "count",
      for: 300,
      promql: [
        { severity: "warning", expr: 'sum(vllm:num_requests_waiting{job="chat-api"}) > 100' },
        { severity: "critical", expr: 'sum(vllm:num_requests_waiting{job="chat-api"}) > 500' },
      ],
      mode: "enforce",
      note: null,
      backtest: {
        pagesPerWeek: 1,
        firesNow: false,
        pages: 1,
        completeFrom: "2026-02-25T14:00:00.000Z",
        reason: null,
      },
      isTicked: true,
      ruleId: null,
    },
  ],
} satisfies UsualRules;
