import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { requestJson, withQuery } from "@/lib/api/client";
import type { BacktestInput, BacktestView } from "./backtest/schema";
import type { FolderFileView } from "./folder/schema";
import type { ApplyCorrection, appliedCorrectionSchema, LintInput, LintReport } from "./lint/schema";
import type { Review } from "./review/schema";
import type { HandedOver, ImportReport } from "./rule-file/schema";
import type { RuleSignalInput, RuleSignalView } from "./rule-signal/schema";
import type { AlertRuleView, RuleInput, RulePatch, RulePreview, RuleRevision } from "./rules/schema";
import type { AlertDetail, AlertView, alertCountsSchema, bulkResultSchema } from "./schema";
import type {
  ConnectedAlertmanager,
  SilenceMatcher,
  SilenceView,
  silencePreviewSchema,
} from "./silences/schema";
import type { Takeover } from "./takeovers/schema";
import type { unitTestResultSchema } from "./unit-test/schema";
import type { AcceptUsual, acceptedUsualSchema, UsualRules } from "./usual/schema";

/** The key of alerts; events of type `alert` make it stale. */
export const alertsKey = ["alerts"] as const;
/** The key of rules; events of type `alert_rule` make it stale. */
export const alertRulesKey = ["alert-rules"] as const;
/** The key of silences; events of type `silence` make it stale. */
export const silencesKey = ["silences"] as const;

type Page<Item> = { items: Item[]; nextCursor: string | null };

/** Values move with each evaluation, which announces only what began or ended. */
const REFRESH_MS = 15_000;

/** The filters of the list of alerts as they stand in the URL; empty for none. */
export type AlertListFilters = {
  q: string;
  state: string;
  severity: string;
  service: string;
  handling: string;
  origin: string;
};

export const alertsQuery = (filters: AlertListFilters, cursor: string | null) =>
  queryOptions({
    queryKey: [...alertsKey, "list", filters, cursor],
    queryFn: ({ signal }) =>
      requestJson<Page<AlertView>>(withQuery("/api/v1/alerts", { ...filters, cursor, limit: 100 }), {
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

export const alertCountsQuery = () =>
  queryOptions({
    queryKey: [...alertsKey, "counts"],
    queryFn: ({ signal }) =>
      requestJson<z.infer<typeof alertCountsSchema>>("/api/v1/alerts/counts", { signal }),
    refetchInterval: REFRESH_MS,
  });

const alertPath = (id: string) => `/api/v1/alerts/${encodeURIComponent(id)}`;

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: [...alertsKey, "one", id],
    queryFn: ({ signal }) => requestJson<AlertDetail>(alertPath(id), { signal }),
    refetchInterval: REFRESH_MS,
  });

export const acknowledgeAlert = (
  id: string,
  body: { note: string | null; until: string | null; takeOver?: boolean },
) => requestJson<AlertView>(`${alertPath(id)}/acknowledgement`, { method: "POST", body });

export const undoAcknowledgement = (id: string) =>
  requestJson<AlertView>(`${alertPath(id)}/acknowledgement`, { method: "DELETE" });

export const assignAlert = (id: string, assignee: string | null) =>
  requestJson<AlertView>(`${alertPath(id)}/assignment`, { method: "PUT", body: { assignee } });

export const snoozeAlert = (id: string, until: string | null) =>
  requestJson<AlertView>(`${alertPath(id)}/snooze`, { method: "PUT", body: { until } });

export const commentOnAlert = (id: string, body: { text: string; kind: "comment" | "resolution" }) =>
  requestJson<void>(`${alertPath(id)}/comments`, { method: "POST", body });

export const deleteComment = (id: string, comment: string) =>
  requestJson<void>(`${alertPath(id)}/comments/${encodeURIComponent(comment)}`, { method: "DELETE" });

/** What others took over from the viewer, not seen yet. Events of type `alert` make it stale. */
export const takeoversQuery = () =>
  queryOptions({
    queryKey: [...alertsKey, "takeovers"],
    queryFn: ({ signal }) => requestJson<{ items: Takeover[] }>("/api/v1/alerts/takeovers", { signal }),
    staleTime: 60_000,
  });

export const seeTakeover = (id: string) =>
  requestJson<void>(`/api/v1/alerts/takeovers/${encodeURIComponent(id)}`, { method: "DELETE" });

export type BulkAction = "acknowledge" | "undo_acknowledgement" | "snooze" | "assign" | "comment";

export const actOnAlerts = (body: {
  ids: string[];
  action: BulkAction;
  note?: string | null;
  until?: string | null;
  assignee?: string | null;
}) => requestJson<z.infer<typeof bulkResultSchema>>("/api/v1/alerts/bulk", { method: "POST", body });

export type RuleListFilters = { q: string; state: string; group: string; source: string; deleted: string };

export const alertRulesQuery = (filters: RuleListFilters, cursor: string | null) =>
  queryOptions({
    queryKey: [...alertRulesKey, "list", filters, cursor],
    queryFn: ({ signal }) =>
      requestJson<Page<AlertRuleView> & { total: number }>(
        withQuery("/api/v1/alert-rules", { ...filters, cursor, limit: 100 }),
        { signal },
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

const rulePath = (id: string) => `/api/v1/alert-rules/${encodeURIComponent(id)}`;

export const alertRuleQuery = (id: string) =>
  queryOptions({
    queryKey: [...alertRulesKey, "one", id],
    queryFn: ({ signal }) => requestJson<AlertRuleView>(rulePath(id), { signal }),
    refetchInterval: REFRESH_MS,
  });

export const ruleRevisionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...alertRulesKey, "revisions", id],
    queryFn: ({ signal }) => requestJson<{ items: RuleRevision[] }>(`${rulePath(id)}/revisions`, { signal }),
  });

type SavedRule = AlertRuleView & { warnings: string[] };

export const addAlertRule = (body: RuleInput) =>
  requestJson<SavedRule>("/api/v1/alert-rules", { method: "POST", body });

export const editAlertRule = ({ id, version }: Pick<AlertRuleView, "id" | "version">, body: RulePatch) =>
  requestJson<SavedRule>(rulePath(id), { method: "PATCH", body, ifMatch: version });

export const deleteAlertRule = (id: string) => requestJson<void>(rulePath(id), { method: "DELETE" });

export const restoreAlertRule = (id: string) =>
  requestJson<AlertRuleView>(`${rulePath(id)}/restore`, { method: "POST" });

export const restoreRuleRevision = (
  { id, version }: Pick<AlertRuleView, "id" | "version">,
  revision: string,
) =>
  requestJson<AlertRuleView>(`${rulePath(id)}/revisions/${encodeURIComponent(revision)}/restore`, {
    method: "POST",
    ifMatch: version,
  });

/** The PromQL that a signal of a service becomes in a rule now. */
export const ruleSignalQuery = (input: RuleSignalInput | null) =>
  queryOptions({
    queryKey: [...alertRulesKey, "signal", input],
    queryFn: ({ signal }) =>
      requestJson<RuleSignalView>("/api/v1/alert-rules/signal", { method: "POST", body: input, signal }),
    enabled: input !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    retry: false,
  });

export const previewAlertRule = (body: RuleInput, signal?: AbortSignal) =>
  requestJson<RulePreview>("/api/v1/alert-rules/preview", { method: "POST", body, signal });

export const backtestQuery = (input: BacktestInput, enabled: boolean) =>
  queryOptions({
    queryKey: ["backtest", input],
    queryFn: ({ signal }) =>
      requestJson<BacktestView>("/api/v1/alert-rules/backtest", { method: "POST", body: input, signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
    enabled,
  });

/** The filters of the list of silences as they stand in the URL; empty for none. */
export type SilenceListFilters = { q: string; origin: string; expired: boolean };

/** What is made in an Alertmanager is announced within 15 seconds; that one went away is not. */
export const silencesQuery = ({ expired, ...filters }: SilenceListFilters, cursor: string | null) =>
  queryOptions({
    queryKey: [...silencesKey, "list", filters, expired, cursor],
    queryFn: ({ signal }) =>
      requestJson<Page<SilenceView> & { alertmanagers: ConnectedAlertmanager[] }>(
        withQuery("/api/v1/silences", { ...filters, expired: expired ? true : null, cursor, limit: 100 }),
        { signal },
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });

/** The Alertmanagers that a silence can be made in. */
export const alertmanagersQuery = () =>
  queryOptions({
    queryKey: [...silencesKey, "alertmanagers"],
    queryFn: async ({ signal }) => {
      const path = withQuery("/api/v1/silences", { limit: 1 });
      return (await requestJson<{ alertmanagers: ConnectedAlertmanager[] }>(path, { signal })).alertmanagers;
    },
  });

export type SilenceBody = {
  matchers: SilenceMatcher[];
  /** Null for now. */
  startsAt: string | null;
  endsAt: string;
  comment: string;
  /** The name of an Alertmanager; null for the console. */
  source: string | null;
};

export const addSilence = (body: SilenceBody) =>
  requestJson<SilenceView>("/api/v1/silences", { method: "POST", body });

const silencePath = (id: string) => `/api/v1/silences/${encodeURIComponent(id)}`;

export const editSilence = (
  { id, version }: Pick<SilenceView, "id" | "version">,
  body: Partial<Omit<SilenceBody, "source" | "startsAt"> & { startsAt: string }>,
) => requestJson<SilenceView>(silencePath(id), { method: "PATCH", body, ifMatch: version });

export const expireSilence = (id: string) => requestJson<void>(silencePath(id), { method: "DELETE" });

export const silencePreviewQuery = (matchers: SilenceMatcher[]) =>
  queryOptions({
    queryKey: [...silencesKey, "preview", matchers],
    queryFn: ({ signal }) =>
      requestJson<z.infer<typeof silencePreviewSchema>>("/api/v1/silences/preview", {
        method: "POST",
        body: { matchers },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export const importRuleFile = (
  content: string,
  options: { file: string; source: string; dryRun: boolean },
): Promise<ImportReport> =>
  requestJson(withQuery("/api/v1/alert-rules/import", options), { method: "POST", yaml: content });

/** Where the recording rules of a group are a rule file. */
export const recordingRulesUrl = ({ file, group, source }: { file: string; group: string; source: string }) =>
  withQuery("/api/v1/alert-rules/export", { target: "prometheus", kind: "recording", file, group, source });

/** Hands the recording rules of a group to the ruler of a source. */
export const handToRuler = (body: { file: string; group: string; source: string }) =>
  requestJson<HandedOver>("/api/v1/alert-rules/ruler", { method: "POST", body });

/** Runs promtool's unit tests, with their rule files within. */
export const runUnitTests = (content: string): Promise<z.infer<typeof unitTestResultSchema>> =>
  requestJson("/api/v1/alert-rules/unit-test", { method: "POST", yaml: content });

/** The files of the folder of rules. Changes of rules make it stale. */
export const folderFilesQuery = () =>
  queryOptions({
    queryKey: [...alertRulesKey, "folder"],
    queryFn: ({ signal }) =>
      requestJson<{ items: FolderFileView[] }>("/api/v1/alert-rules/folder", { signal }),
  });

export const alertReviewQuery = (days: number) =>
  queryOptions({
    queryKey: [...alertsKey, "review", days],
    queryFn: ({ signal }) => requestJson<Review>(withQuery("/api/v1/alert-review", { days }), { signal }),
    placeholderData: keepPreviousData,
  });

/** Lint of a draft, of one rule among the others, or of the whole set. Changes of rules make it stale. */
export const lintQuery = (input: LintInput, enabled = true) =>
  queryOptions({
    queryKey: [...alertRulesKey, "lint", input],
    queryFn: ({ signal }) =>
      requestJson<LintReport>("/api/v1/alert-rules/lint", { method: "POST", body: input, signal }),
    staleTime: 60_000,
    retry: false,
    enabled,
  });

export const applyCorrection = (body: ApplyCorrection) =>
  requestJson<z.infer<typeof appliedCorrectionSchema>>("/api/v1/alert-rules/corrections", {
    method: "POST",
    body,
  });

const usualPath = (service: string) => `/api/v1/services/${encodeURIComponent(service)}/usual-rules`;

/** The usual rules of a service with their backtest, which takes a while. */
export const usualRulesQuery = (service: string) =>
  queryOptions({
    queryKey: ["usual-rules", service],
    queryFn: ({ signal }) => requestJson<UsualRules>(usualPath(service), { signal }),
    staleTime: 300_000,
    retry: false,
    enabled: service !== "",
  });

export const acceptUsualRules = (service: string, body: AcceptUsual) =>
  requestJson<z.infer<typeof acceptedUsualSchema>>(usualPath(service), { method: "POST", body });
