import type { ChannelView, MessageView, PolicyView, Preview } from "./schema";
import type { WatchdogView } from "./watchdog/schema";

/** What the API's documentation shows. */
export const exampleChannel = {
  id: "019a1c3e-9999-7c41-9d0e-3b6a2f8c1d47",
  kind: "webhook",
  name: "On call",
  url: "https://hooks.example.com/alerts",
  to: [],
  sourceIds: [],
  hasSecret: true,
  problem: null,
  lastDeliveredAt: "2026-03-04T14:00:31.000Z",
  waiting: 0,
  failed: 0,
  version: 1,
  validTo: null,
  actions: ["edit", "test", "remove"],
} satisfies ChannelView;

export const exampleTree = {
  channels: [exampleChannel.id],
  groupBy: ["alertname", "service"],
  groupWait: 30,
  groupInterval: 300,
  repeatInterval: 14_400,
  tellsExternal: false,
  routes: [
    {
      matchers: [{ name: "severity", value: "info", isRegex: false, isEqual: true }],
      continue: false,
      channels: [],
      routes: [],
    },
  ],
};

export const examplePolicy = {
  ...exampleTree,
  version: 2,
  validFrom: "2026-03-01T09:12:00.000Z",
  actions: ["edit"],
} satisfies PolicyView;

export const examplePreview = {
  routes: [
    {
      path: [],
      key: '{}:{alertname="HighLatency", service="chat-api"}',
      channels: [{ id: exampleChannel.id, name: exampleChannel.name, kind: exampleChannel.kind }],
      groupLabels: { alertname: "HighLatency", service: "chat-api" },
      firstAfter: 30,
      changesEvery: 300,
      repeatedEvery: 14_400,
      says: "On call is told after 30s, with others of the same alertname and service; of changes every 5m; again every 4h while it fires.",
    },
  ],
  silencedBy: [],
} satisfies Preview;

export const exampleMessage = {
  id: "019a1c3e-aaaa-7c41-9d0e-3b6a2f8c1d47",
  channel: { id: exampleChannel.id, name: exampleChannel.name, kind: exampleChannel.kind },
  key: '{}:{alertname="HighLatency", service="chat-api"}',
  reason: "change",
  subject: "[FIRING:1] HighLatency chat-api critical",
  firing: 1,
  resolved: 0,
  alertIds: ["019a1c3e-bbbb-7c41-9d0e-3b6a2f8c1d47"],
  state: "delivered",
  attempts: 1,
  createdAt: "2026-03-04T14:00:30.000Z",
  nextAt: null,
  deliveredAt: "2026-03-04T14:00:31.000Z",
  response: { status: 204, body: null, error: null, at: "2026-03-04T14:00:30.000Z" },
  actions: [],
} satisfies MessageView;

export const exampleWatchdog = {
  channel: { id: exampleChannel.id, name: exampleChannel.name, kind: exampleChannel.kind },
  interval: 300,
  sentAt: "2026-03-04T14:00:30.000Z",
  problem: null,
  last: {
    state: "delivered",
    createdAt: "2026-03-04T14:00:30.000Z",
    deliveredAt: "2026-03-04T14:00:31.000Z",
    response: { status: 200, body: "ok", error: null, at: "2026-03-04T14:00:31.000Z" },
  },
  version: 1,
  actions: ["edit"],
} satisfies WatchdogView;
