"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "@/components/ui/toaster";
import {
  acknowledgeAlert,
  actOnAlerts,
  alertsKey,
  type BulkAction,
  undoAcknowledgement,
} from "@/lib/alerts/client";
import type { AlertView } from "@/lib/alerts/schema";
import { ApiError } from "@/lib/api/client";

const wordsOf = (error: unknown): string =>
  error instanceof ApiError ? error.detail : error instanceof Error ? error.message : String(error);

/** What a person does to alerts, told in a toast with the way back where there is one. */
export function useAlertActions() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: alertsKey });

  async function run(key: string, work: () => Promise<void>): Promise<boolean> {
    if (busy !== null) return false;
    setBusy(key);
    try {
      await work();
      return true;
    } catch (error) {
      toast("It was not done", { state: "failed", description: wordsOf(error) });
      return false;
    } finally {
      setBusy(null);
      await refresh();
    }
  }

  const undo = (id: string, name: string) =>
    run(`undo ${id}`, async () => {
      await undoAcknowledgement(id);
      toast(`${name} is no longer acknowledged`, { state: "info" });
    });

  const acknowledge = (
    alert: Pick<AlertView, "id" | "name">,
    options: { note?: string | null; until?: string | null; takeOver?: boolean } = {},
  ): Promise<boolean> =>
    run(`acknowledge ${alert.id}`, async () => {
      const { note = null, until = null, takeOver = false } = options;
      try {
        await acknowledgeAlert(alert.id, { note, until, takeOver });
      } catch (error) {
        // Two who act at once: the second sees who was first, and may take it over.
        const current = error instanceof ApiError && error.status === 409 ? error.more.current : undefined;
        const holder = (current as AlertView | undefined)?.acknowledgement?.actor.name;
        if (holder === undefined) throw error;
        toast(`${holder} has acknowledged ${alert.name} already`, {
          state: "info",
          action: {
            label: "Take over",
            onClick: () => void acknowledge(alert, { ...options, takeOver: true }),
          },
        });
        return;
      }
      toast(takeOver ? `You have taken ${alert.name} over` : `${alert.name} is acknowledged`, {
        state: "ok",
        action: { label: "Undo", onClick: () => void undo(alert.id, alert.name) },
      });
    });

  const bulk = (
    ids: string[],
    action: BulkAction,
    options: { note?: string | null; until?: string | null; assignee?: string | null },
    done: string,
  ): Promise<boolean> =>
    run(`bulk ${action}`, async () => {
      const result = await actOnAlerts({ ids, action, ...options });
      const [failed] = result.failed;
      toast(`${result.done.length} of ${ids.length} ${done}`, {
        state: failed === undefined ? "ok" : "warning",
        description: failed?.detail,
        ...(action === "acknowledge" && result.done.length > 0
          ? {
              action: {
                label: "Undo",
                onClick: () =>
                  void bulk(result.done, "undo_acknowledgement", {}, "are no longer acknowledged"),
              },
            }
          : {}),
      });
    });

  return { busy, acknowledge, undo, bulk, run, refresh };
}
