import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type {
  ChannelInput,
  ChannelPatch,
  ChannelView,
  MessageFilter,
  MessageView,
  PolicyTreeInput,
  PolicyView,
  Preview,
  TestAlertInput,
  TestAlertView,
} from "./schema";
import type { WatchdogInput, WatchdogView } from "./watchdog/schema";

/** The key of channels; events of type `notification_channel` make it stale. */
export const channelsKey = ["notification-channels"] as const;
/** The key of the policy; events of type `notification_policy` make it stale. */
export const policyKey = ["notification-policies"] as const;
/** The key of messages; events of type `notification` make it stale. */
export const messagesKey = ["notifications"] as const;

/** The key of the heartbeat; events of type `notification_watchdog` make it stale. */
export const watchdogKey = ["notification-watchdogs"] as const;

/** The team's channels, or the removed ones. */
export const channelsQuery = (filter: { removed?: boolean } = {}) =>
  queryOptions({
    queryKey: [...channelsKey, "list", filter],
    queryFn: ({ signal }) =>
      requestJson<{ items: ChannelView[]; nextCursor: null }>(
        withQuery("/api/v1/notification-channels", { removed: filter.removed || undefined }),
        { signal },
      ),
  });

export const policyQuery = () =>
  queryOptions({
    queryKey: [...policyKey, "current"],
    queryFn: ({ signal }) => requestJson<PolicyView>("/api/v1/notification-policy", { signal }),
  });

/** Messages, newest first. */
export const messagesQuery = (filter: MessageFilter & { cursor?: string; limit?: number }) =>
  queryOptions({
    queryKey: [...messagesKey, "list", filter],
    queryFn: ({ signal }) =>
      requestJson<{ items: MessageView[]; nextCursor: string | null }>(
        withQuery("/api/v1/notifications", filter),
        { signal },
      ),
  });

const path = (id: string) => `/api/v1/notification-channels/${encodeURIComponent(id)}`;

export const addChannel = (input: ChannelInput) =>
  requestJson<ChannelView>("/api/v1/notification-channels", { method: "POST", body: input });

export const editChannel = ({ id, version }: ChannelView, patch: ChannelPatch) =>
  requestJson<ChannelView>(path(id), { method: "PATCH", body: patch, ifMatch: version });

export const removeChannel = ({ id, version }: ChannelView) =>
  requestJson<ChannelView>(path(id), { method: "DELETE", ifMatch: version });

export const restoreChannel = (id: string) =>
  requestJson<ChannelView>(`${path(id)}/restore`, { method: "POST" });

/** Sends a test alert, and says what came back. */
export const testChannel = (id: string) => requestJson<MessageView>(`${path(id)}/test`, { method: "POST" });

/** Sends a test alert of a rule to everyone who would be told of a real one, and says what came back. */
export const testAlertRule = (id: string, input: TestAlertInput) =>
  requestJson<TestAlertView>(`/api/v1/alert-rules/${encodeURIComponent(id)}/test-alert`, {
    method: "POST",
    body: input,
  });

export const putPolicy = (tree: PolicyTreeInput, version: number) =>
  requestJson<PolicyView>("/api/v1/notification-policy", { method: "PUT", body: tree, ifMatch: version });

export const previewPolicy = (input: { labels: Record<string, string>; policy?: PolicyTreeInput }) =>
  requestJson<Preview>("/api/v1/notification-policy/preview", { method: "POST", body: input });

export const retryMessage = (id: string) =>
  requestJson<MessageView>(`/api/v1/notifications/${encodeURIComponent(id)}/retry`, { method: "POST" });

/** The alert that always fires. Asked again, since its messages announce nothing of it. */
export const watchdogQuery = () =>
  queryOptions({
    queryKey: [...watchdogKey, "current"],
    queryFn: ({ signal }) => requestJson<WatchdogView>("/api/v1/notification-watchdog", { signal }),
    refetchInterval: 30_000,
  });

export const putWatchdog = (input: WatchdogInput, version: number) =>
  requestJson<WatchdogView>("/api/v1/notification-watchdog", {
    method: "PUT",
    body: input,
    ifMatch: version,
  });
