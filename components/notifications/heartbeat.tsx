"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { RelativeTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { errorFacts } from "@/lib/api/client";
import { channelsQuery, putWatchdog, watchdogKey, watchdogQuery } from "@/lib/notifications/client";
import type { WatchdogView } from "@/lib/notifications/watchdog/schema";
import { formatDuration } from "@/lib/units";
import { Section } from "./section";

/** A select has no empty value. */
const OFF = "off";
const intervals = [30, 60, 120, 300, 600, 900, 1_800, 3_600, 21_600, 86_400];

/** Where the alert goes that always fires, so that its absence tells that nobody watches. */
export function Heartbeat({ canEdit }: { canEdit: boolean }) {
  const queries = useQueryClient();
  const watchdog = useQuery(watchdogQuery());
  const channels = useQuery(channelsQuery());
  const save = useMutation({
    mutationFn: ({ set, version }: { set: { channel: string | null; interval: number }; version: number }) =>
      putWatchdog(set, version),
    onSuccess: ({ channel, interval }) =>
      toast(
        channel === null
          ? "The heartbeat is off"
          : `The heartbeat goes to ${channel.name} every ${formatDuration(interval)}`,
        { state: "ok" },
      ),
    onError: (error) =>
      toast("The heartbeat was not changed", { state: "failed", description: errorFacts(error).detail }),
    onSettled: () => queries.invalidateQueries({ queryKey: watchdogKey }),
  });
  const shown = watchdog.data;
  return (
    <Section
      title="Heartbeat"
      says="The alert Watchdog always fires. Send it to a service that calls you when it stops to arrive: then no worker runs, or rules are not evaluated."
    >
      {shown === undefined ? (
        watchdog.isError ? (
          <ErrorState
            title="The heartbeat could not be read"
            error={errorFacts(watchdog.error)}
            onRetry={() => void watchdog.refetch()}
            retrying={watchdog.isFetching}
          />
        ) : (
          <Skeleton className="h-8 w-72" />
        )
      ) : (
        <>
          <div className="flex flex-wrap items-end gap-3">
            <Field label="Channel">
              <Select
                className="w-56"
                disabled={!canEdit || save.isPending}
                value={shown.channel?.id ?? OFF}
                options={[
                  { value: OFF, label: "Off" },
                  ...(channels.data?.items ?? (shown.channel === null ? [] : [shown.channel])).map(
                    ({ id, name }) => ({ value: id, label: name }),
                  ),
                ]}
                onValueChange={(value) =>
                  save.mutate({
                    set: { channel: value === OFF ? null : value, interval: shown.interval },
                    version: shown.version,
                  })
                }
              />
            </Field>
            <Field label="Every">
              <Select
                className="w-32"
                disabled={!canEdit || save.isPending || shown.channel === null}
                value={String(shown.interval)}
                options={[...new Set([...intervals, shown.interval])]
                  .sort((a, b) => a - b)
                  .map((interval) => ({ value: String(interval), label: formatDuration(interval) }))}
                onValueChange={(value) =>
                  save.mutate({
                    set: { channel: shown.channel?.id ?? null, interval: Number(value) },
                    version: shown.version,
                  })
                }
              />
            </Field>
          </div>
          <HeartbeatState watchdog={shown} />
        </>
      )}
    </Section>
  );
}

/** Whether it beats, and if not, why. */
function HeartbeatState({ watchdog: { channel, problem, last } }: { watchdog: WatchdogView }) {
  if (channel === null) return null;
  if (problem !== null)
    return (
      <p role="alert" className="flex flex-wrap items-center gap-x-2 gap-y-1 [overflow-wrap:anywhere]">
        <StateBadge state="failed">Held back</StateBadge>
        <span>{problem}</span>
      </p>
    );
  if (last === null) return <p className="text-secondary">The first is sent within 15 seconds.</p>;
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-secondary [overflow-wrap:anywhere]">
      {last.deliveredAt !== null ? (
        <>
          <StateBadge state="ok">Delivered</StateBadge>
          <RelativeTime time={last.deliveredAt} />
        </>
      ) : last.response?.error ? (
        <>
          <StateBadge state="failed">Not delivered</StateBadge>
          {last.response.error}
        </>
      ) : (
        <>
          <StateBadge state="progress">Waiting</StateBadge>
          <RelativeTime time={last.createdAt} />
        </>
      )}
    </p>
  );
}
