"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { parseAsString, parseAsStringEnum, useQueryStates } from "nuqs";
import { useMemo } from "react";
import { Button } from "@/components/ui/button";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { FilterSelect } from "@/components/ui/filter-select";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { RelativeTime } from "@/components/ui/relative-time";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { errorFacts } from "@/lib/api/client";
import { channelsQuery, messagesKey, messagesQuery, retryMessage } from "@/lib/notifications/client";
import { type MessageState, type MessageView, messageStates } from "@/lib/notifications/schema";
import { messageState, messageStateWords, responseText } from "./notification-state";
import { Section } from "./section";

/** Every message: what it told, to whom, what became of it, and what came back. */
export function Deliveries({ canEdit }: { canEdit: boolean }) {
  const queries = useQueryClient();
  const [filter, setFilter] = useQueryStates(
    {
      sent: parseAsStringEnum<MessageState>([...messageStates]),
      to: parseAsString,
    },
    { history: "replace" },
  );
  const pages = useCursorPages(JSON.stringify(filter));
  const channels = useQuery(channelsQuery());
  const messages = useQuery(
    messagesQuery({
      state: filter.sent ?? undefined,
      channel: filter.to ?? undefined,
      cursor: pages.cursor ?? undefined,
      limit: 50,
    }),
  );
  const items = messages.data?.items ?? [];

  async function retry(message: MessageView) {
    try {
      await retryMessage(message.id);
      toast("It is sent in a moment", { state: "info" });
    } catch (error) {
      toast("It could not be sent again", { state: "failed", description: errorFacts(error).detail });
    }
    await queries.invalidateQueries({ queryKey: messagesKey });
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers only close over stable setters
  const columns = useMemo<DataColumn<MessageView>[]>(
    () => [
      {
        id: "state",
        header: "State",
        className: "max-md:hidden",
        cell: (message) => {
          const { state, words } = messageState(message);
          return <StateBadge state={state}>{words}</StateBadge>;
        },
      },
      {
        id: "subject",
        header: "Notification",
        cell: (message) => (
          <span className="grid max-w-[60ch] gap-0.5 whitespace-normal py-1.5 [overflow-wrap:anywhere]">
            <span className="flex flex-wrap items-center gap-2 md:hidden">
              <StateBadge state={messageState(message).state}>{messageState(message).words}</StateBadge>
              <RelativeTime time={message.createdAt} className="text-caption text-secondary" />
            </span>
            {message.alertIds.length === 1 ? (
              <a className="text-link text-strong hover:underline" href={`/alerts/${message.alertIds[0]}`}>
                {message.subject}
              </a>
            ) : (
              <span className="text-strong">{message.subject}</span>
            )}
            <span className="text-caption text-secondary md:hidden">
              {message.channel.name}, {responseText(message) ?? "nothing came back yet"}
            </span>
          </span>
        ),
      },
      {
        id: "channel",
        header: "Channel",
        className: "max-md:hidden",
        cell: ({ channel }) => channel.name,
      },
      {
        id: "response",
        header: "What came back",
        className: "max-md:hidden",
        cell: (message) => (
          <span
            className="block max-w-[56ch] whitespace-normal py-1.5 text-secondary [overflow-wrap:anywhere]"
            title={message.response?.body ?? undefined}
          >
            {responseText(message) ?? "–"}
          </span>
        ),
      },
      {
        id: "createdAt",
        header: "Written",
        className: "max-md:hidden",
        cell: ({ createdAt }) => <RelativeTime time={createdAt} className="text-secondary" />,
      },
      ...(canEdit
        ? [
            {
              id: "actions",
              header: "",
              className: "text-right",
              cell: (message: MessageView) =>
                message.actions.includes("retry") ? (
                  <Button
                    size="sm"
                    variant="ghost"
                    aria-label={`Send ${message.subject} again now`}
                    onClick={() => void retry(message)}
                  >
                    <RotateCw aria-hidden />
                    Retry
                  </Button>
                ) : null,
            },
          ]
        : []),
    ],
    [canEdit],
  );

  const isFiltered = filter.sent !== null || filter.to !== null;
  return (
    <Section
      title="Deliveries"
      says="Each message is sent at least once, in order, and again until it arrives; after a day it is given up."
    >
      {messages.isError && messages.data === undefined ? (
        <ErrorState
          title="The deliveries could not be read"
          error={errorFacts(messages.error)}
          onRetry={() => void messages.refetch()}
          retrying={messages.isFetching}
        />
      ) : (
        <>
          <div className="flex flex-wrap gap-2">
            <FilterSelect
              aria-label="State"
              size="sm"
              className="w-auto"
              all="Every state"
              values={messageStates.map((state) => ({ value: state, label: messageStateWords[state].words }))}
              value={filter.sent ?? ""}
              onValueChange={(state) => void setFilter({ sent: (state || null) as MessageState | null })}
            />
            <FilterSelect
              aria-label="Channel"
              size="sm"
              className="w-auto"
              all="Every channel"
              values={(channels.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              value={filter.to ?? ""}
              onValueChange={(id) => void setFilter({ to: id || null })}
            />
          </div>
          <DataTable
            label="Deliveries"
            columns={columns}
            rows={items}
            rowKey={({ id }) => id}
            urlKey="deliveries-"
            loading={messages.isPending}
            empty={
              isFiltered ? (
                <EmptyState title="None like that">No message has this state and channel.</EmptyState>
              ) : (
                <EmptyState title="Nothing was told yet">
                  Messages stand here once an alert fires whose route names a channel, and when a channel is
                  tested.
                </EmptyState>
              )
            }
          />
          {items.length > 0 ? (
            <Pagination
              nextCursor={messages.data?.nextCursor ?? null}
              canGoBack={pages.canGoBack}
              onNext={pages.next}
              onBack={pages.back}
              shown={items.length}
              noun="messages"
              loading={messages.isFetching}
            />
          ) : null}
        </>
      )}
    </Section>
  );
}
