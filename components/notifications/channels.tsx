"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, PencilLine, Plus, Send, Trash2, Undo2 } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo, useState } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { Dialog, SheetContent } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { RelativeTime } from "@/components/ui/relative-time";
import { compareStates } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { errorFacts } from "@/lib/api/client";
import {
  channelsKey,
  channelsQuery,
  messagesKey,
  removeChannel,
  restoreChannel,
  testChannel,
} from "@/lib/notifications/client";
import { type ChannelView, channelKindFacts } from "@/lib/notifications/schema";
import { ChannelForm } from "./channel-form";
import { channelState } from "./notification-state";
import { Section } from "./section";

const NEW = "new";
const docs = { href: "/docs/notifications", label: "How notifications work" };

const targetOf = (channel: ChannelView): string =>
  channel.url ??
  (channel.to.length > 0
    ? channel.to.join(", ")
    : channel.kind === "alertmanager"
      ? `${channel.sourceIds.length} ${channel.sourceIds.length === 1 ? "member" : "members"}`
      : "an URL that is not shown");

/** The channels: what each is, whether it works, and for administrators its changes and a test. */
export function Channels({ canEdit }: { canEdit: boolean }) {
  const queries = useQueryClient();
  const channels = useQuery(channelsQuery());
  const removed = useQuery({ ...channelsQuery({ removed: true }), enabled: canEdit });
  const [open, setOpen] = useQueryState("channel", parseAsString.withOptions({ history: "push" }));
  const [removing, setRemoving] = useState<ChannelView | null>(null);
  const [testing, setTesting] = useState<string | null>(null);
  const items = channels.data?.items ?? [];
  const editing = open === null || open === NEW ? null : items.find(({ id }) => id === open);
  const isOpen = canEdit && open !== null && (open === NEW || editing !== undefined);
  const refresh = () => queries.invalidateQueries({ queryKey: channelsKey });

  async function restore(channel: ChannelView) {
    try {
      await restoreChannel(channel.id);
      toast(`${channel.name} is back`, { state: "ok" });
    } catch (error) {
      toast(`${channel.name} could not be restored`, {
        state: "failed",
        description: errorFacts(error).detail,
      });
    }
    await refresh();
  }

  async function test(channel: ChannelView) {
    setTesting(channel.id);
    try {
      const { state, response } = await testChannel(channel.id);
      if (state === "delivered")
        toast(`${channel.name} took the test alert`, { state: "ok", description: response?.body });
      else
        toast(`${channel.name} did not take the test alert`, {
          state: "failed",
          description: [response?.error, response?.body].filter(Boolean).join(" "),
          durationMs: 20_000,
        });
    } catch (error) {
      toast(`${channel.name} could not be tested`, {
        state: "failed",
        description: errorFacts(error).detail,
        durationMs: 20_000,
      });
    } finally {
      setTesting(null);
    }
    await queries.invalidateQueries({ queryKey: messagesKey });
    await refresh();
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers only close over stable setters
  const columns = useMemo<DataColumn<ChannelView>[]>(
    () => [
      {
        id: "state",
        header: "State",
        className: "max-md:hidden",
        value: (channel) => channelState(channel).words,
        compare: (a, b) => compareStates(channelState(a).state, channelState(b).state),
        cell: (channel) => {
          const { state, words } = channelState(channel);
          return <StateBadge state={state}>{words}</StateBadge>;
        },
      },
      {
        id: "name",
        header: "Name",
        value: ({ name }) => name,
        cell: (channel) => (
          <span className="grid min-w-0 py-1.5 max-md:whitespace-normal max-md:[overflow-wrap:anywhere]">
            <span className="flex flex-wrap items-center gap-2">
              <span className="text-strong">{channel.name}</span>
              <span className="md:hidden">
                <StateBadge state={channelState(channel).state}>{channelState(channel).words}</StateBadge>
              </span>
            </span>
            {channel.problem === null ? null : (
              <span className="max-w-[60ch] whitespace-normal text-caption text-secondary">
                {channel.problem}
              </span>
            )}
            <span className="whitespace-normal text-caption text-secondary [overflow-wrap:anywhere] md:hidden">
              {channelKindFacts[channel.kind].name}, {targetOf(channel)}
            </span>
          </span>
        ),
      },
      {
        id: "kind",
        header: "Kind",
        className: "max-md:hidden",
        value: ({ kind }) => channelKindFacts[kind].name,
      },
      {
        id: "target",
        header: "To",
        className: "max-md:hidden",
        value: targetOf,
        cell: (channel) => (
          <span
            className="inline-block max-w-[44ch] truncate align-bottom text-mono"
            title={targetOf(channel)}
          >
            {targetOf(channel)}
          </span>
        ),
      },
      {
        id: "lastDeliveredAt",
        header: "Last delivered",
        className: "max-md:hidden",
        descendingFirst: true,
        value: ({ lastDeliveredAt }) => lastDeliveredAt,
        cell: ({ lastDeliveredAt }) =>
          lastDeliveredAt === null ? "–" : <RelativeTime time={lastDeliveredAt} className="text-secondary" />,
      },
      ...(canEdit
        ? [
            {
              id: "actions",
              header: "",
              className: "text-right",
              cell: (channel: ChannelView) => (
                <span className="inline-flex items-center gap-1">
                  <Button
                    size="sm"
                    aria-label={`Send a test alert to ${channel.name}`}
                    loading={testing === channel.id}
                    onClick={() => void test(channel)}
                  >
                    {testing === channel.id ? null : <Send aria-hidden />}
                    Test
                  </Button>
                  <Menu>
                    <MenuTrigger asChild>
                      <IconButton label={`Actions for ${channel.name}`} size="sm">
                        <Ellipsis />
                      </IconButton>
                    </MenuTrigger>
                    <MenuContent align="end">
                      <MenuItem onSelect={() => void setOpen(channel.id)}>
                        <PencilLine />
                        Edit
                      </MenuItem>
                      <MenuItem destructive onSelect={() => setRemoving(channel)}>
                        <Trash2 />
                        Remove …
                      </MenuItem>
                    </MenuContent>
                  </Menu>
                </span>
              ),
            },
          ]
        : []),
    ],
    [canEdit, testing],
  );

  const add = canEdit ? (
    <Button variant="primary" onClick={() => void setOpen(NEW)}>
      <Plus aria-hidden />
      Add channel
    </Button>
  ) : null;

  return (
    <Section
      title="Channels"
      says="Where notifications go. A channel tells nobody until the policy names it."
      action={items.length > 0 ? add : null}
    >
      {channels.isError && channels.data === undefined ? (
        <ErrorState
          title="The channels could not be read"
          error={errorFacts(channels.error)}
          onRetry={() => void channels.refetch()}
          retrying={channels.isFetching}
        />
      ) : (
        <DataTable
          label="Notification channels"
          columns={columns}
          rows={items}
          rowKey={({ id }) => id}
          initialSort="name"
          urlKey="channels-"
          loading={channels.isPending}
          empty={
            <EmptyState title="No channel yet" action={add} docs={docs}>
              A channel is where alerts are told: a webhook, e-mail, Slack or an Alertmanager.
              {canEdit ? "" : " An administrator can add one."}
            </EmptyState>
          }
        />
      )}
      {removed.data && removed.data.items.length > 0 ? (
        <details className="rounded-panel border bg-surface-panel">
          <summary className="px-4 py-2 text-secondary hover:text-primary">
            {removed.data.items.length === 1
              ? "1 removed channel"
              : `${removed.data.items.length} removed channels`}
          </summary>
          <ul className="border-t">
            {removed.data.items.map((channel) => (
              <li
                key={channel.id}
                className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-4 py-2 last:border-b-0"
              >
                <span className="text-strong">{channel.name}</span>
                <span className="text-secondary">{channelKindFacts[channel.kind].name}</span>
                <Button size="sm" className="ml-auto" onClick={() => void restore(channel)}>
                  <Undo2 aria-hidden />
                  Restore
                </Button>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      <Dialog open={isOpen} onOpenChange={(next) => (next ? undefined : void setOpen(null))}>
        {isOpen && open !== null ? (
          <SheetContent
            title={editing ? `Edit ${editing.name}` : "Add a channel"}
            description={editing ? channelKindFacts[editing.kind].name : undefined}
            className="w-[min(560px,calc(100vw-32px))]"
          >
            <ChannelForm
              key={open}
              channel={editing ?? null}
              onCancel={() => void setOpen(null)}
              onSaved={(saved) => {
                void setOpen(null);
                toast(editing ? `${saved.name} was saved` : `${saved.name} was added`, {
                  state: "ok",
                  description: editing ? undefined : "Name it in the policy below, so that it is told.",
                  action: { label: "Test", onClick: () => void test(saved) },
                });
                void refresh();
              }}
            />
          </SheetContent>
        ) : null}
      </Dialog>
      <RemoveChannel
        channel={removing}
        onClose={() => setRemoving(null)}
        onRemoved={(channel) => {
          setRemoving(null);
          toast(`${channel.name} was removed`, {
            action: { label: "Undo", onClick: () => void restore(channel) },
          });
          void refresh();
        }}
      />
    </Section>
  );
}

function RemoveChannel({
  channel,
  onClose,
  onRemoved,
}: {
  channel: ChannelView | null;
  onClose: () => void;
  onRemoved: (channel: ChannelView) => void;
}) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (channel === null) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => {
        if (open) return;
        setError(null);
        onClose();
      }}
      title={`Remove ${channel.name}?`}
      verb="Remove"
      destructive
      pending={pending}
      error={error}
      onConfirm={async () => {
        setPending(true);
        setError(null);
        try {
          await removeChannel(channel);
          onRemoved(channel);
        } catch (thrown) {
          setError(errorFacts(thrown).detail);
        } finally {
          setPending(false);
        }
      }}
    >
      {channel.waiting === 0
        ? "Nothing is sent through it from now on."
        : `Nothing is sent through it from now on, nor ${channel.waiting === 1 ? "the message that waits" : `the ${channel.waiting} messages that wait`}.`}{" "}
      It can be restored below the list.
    </ConfirmDialog>
  );
}
