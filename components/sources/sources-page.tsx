"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, PencilLine, Plug, Plus, Trash2, Undo2 } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo, useState } from "react";
import { Badge } from "@/components/ui/badge";
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
import { ApiError, errorFacts } from "@/lib/api/client";
import { removeSource, restoreSource, sourcesKey, sourcesQuery, testSource } from "@/lib/sources/client";
import { type SourceKind, type SourceView, sourceKindFacts, sourceKinds } from "@/lib/sources/schema";
import { SourceForm } from "./source-form";
import { emptyForm, formOf } from "./source-form-state";
import { sourceState } from "./source-state";

/** `?source=` opens the form: an id, or `new` and `new-jaeger`, so that other pages can link to it. */
const NEW = "new";
const kindOfNew = (value: string): SourceKind =>
  sourceKinds.find((kind) => value === `${NEW}-${kind}`) ?? "prometheus";

const docs = { href: "/docs/data-sources", label: "How to connect a source" };

/** The data sources of the team: what each is, whether it answers, and for administrators all changes of them. */
export function SourcesPage({ canEdit }: { canEdit: boolean }) {
  const queries = useQueryClient();
  const sources = useQuery(sourcesQuery());
  const removed = useQuery({ ...sourcesQuery({ removed: true }), enabled: canEdit });
  const [open, setOpen] = useQueryState("source", parseAsString.withOptions({ history: "push" }));
  const [removing, setRemoving] = useState<SourceView | null>(null);
  const items = sources.data?.items ?? [];
  const editing = open === null || open.startsWith(NEW) ? null : items.find(({ id }) => id === open);
  const isOpen = canEdit && open !== null && (open.startsWith(NEW) || editing !== undefined);
  const refresh = () => queries.invalidateQueries({ queryKey: sourcesKey });

  async function restore(source: SourceView) {
    try {
      await restoreSource(source.id);
      toast(`${source.name} is read again`, { state: "ok" });
    } catch (error) {
      toast(`${source.name} could not be restored`, {
        state: "failed",
        description: errorFacts(error).detail,
      });
    }
    await refresh();
  }

  async function test(source: SourceView) {
    toast(`Asking ${source.name} …`, { durationMs: 2_000 });
    try {
      const result = await testSource({
        kind: source.kind,
        url: source.url,
        authentication: { type: source.authentication },
        headers: source.headers.map((name) => ({ name })),
        ca: source.ca,
        sourceId: source.id,
      });
      if (result.reachable) toast(`${source.name} answers`, { state: "ok", description: result.found });
      else
        toast(`${source.name} does not answer as it should`, {
          state: "failed",
          description: result.problem,
          durationMs: 20_000,
        });
    } catch (error) {
      const detail =
        error instanceof ApiError && error.more.fields?.length
          ? error.more.fields.map(({ message }) => message).join(". ")
          : errorFacts(error).detail;
      toast(`${source.name} could not be tested`, {
        state: "failed",
        description: detail,
        durationMs: 20_000,
      });
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers only close over stable setters
  const columns = useMemo<DataColumn<SourceView>[]>(
    () => [
      {
        id: "state",
        header: "State",
        value: (source) => sourceState(source).words,
        compare: (a, b) => compareStates(sourceState(a).state, sourceState(b).state),
        cell: (source) => {
          const { state, words } = sourceState(source);
          return <StateBadge state={state}>{words}</StateBadge>;
        },
      },
      {
        id: "name",
        header: "Name",
        value: ({ name }) => name,
        cell: (source) => (
          <span className="grid py-1.5">
            {canEdit ? (
              <a
                href={`?source=${source.id}`}
                className="justify-self-start text-link text-strong hover:underline"
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey) return;
                  event.preventDefault();
                  void setOpen(source.id);
                }}
              >
                {source.name}
              </a>
            ) : (
              <span className="text-strong">{source.name}</span>
            )}
            <span className="whitespace-normal text-caption text-secondary [overflow-wrap:anywhere] md:hidden">
              {source.reachable === false ? source.problem : source.url}
            </span>
          </span>
        ),
      },
      {
        id: "kind",
        header: "Kind",
        className: "max-md:hidden",
        value: ({ kind }) => sourceKindFacts[kind].name,
      },
      {
        id: "url",
        header: "URL",
        className: "max-md:hidden",
        value: ({ url }) => url,
        cell: (source) => (
          <span className="inline-flex items-center gap-2">
            <span className="inline-block max-w-[36ch] truncate align-bottom text-mono" title={source.url}>
              {source.url}
            </span>
            {source.fromEnvironment ? <Badge>{sourceKindFacts[source.kind].variable}</Badge> : null}
          </span>
        ),
      },
      {
        id: "found",
        header: "What answers",
        className: "max-md:hidden",
        value: (source) => (source.reachable === false ? source.problem : source.found),
        cell: (source) =>
          source.reachable === false ? (
            <span
              className="inline-block max-w-[52ch] whitespace-normal py-1.5"
              title={source.problem ?? undefined}
            >
              {source.problem}
            </span>
          ) : (
            (source.found ?? "–")
          ),
      },
      {
        id: "checkedAt",
        header: "Checked",
        className: "max-md:hidden",
        descendingFirst: true,
        value: ({ checkedAt }) => checkedAt,
        cell: ({ checkedAt }) =>
          checkedAt === null ? "–" : <RelativeTime time={checkedAt} className="text-secondary" />,
      },
      ...(canEdit
        ? [
            {
              id: "actions",
              header: "",
              className: "w-12 text-right",
              cell: (source: SourceView) => (
                <Menu>
                  <MenuTrigger asChild>
                    <IconButton label={`Actions for ${source.name}`} size="sm">
                      <Ellipsis />
                    </IconButton>
                  </MenuTrigger>
                  <MenuContent align="end">
                    <MenuItem onSelect={() => void test(source)}>
                      <Plug />
                      Test
                    </MenuItem>
                    <MenuItem onSelect={() => void setOpen(source.id)}>
                      <PencilLine />
                      Edit
                    </MenuItem>
                    {source.actions.includes("remove") ? (
                      <MenuItem destructive onSelect={() => setRemoving(source)}>
                        <Trash2 />
                        Remove …
                      </MenuItem>
                    ) : null}
                  </MenuContent>
                </Menu>
              ),
            },
          ]
        : []),
    ],
    [canEdit],
  );

  const add = canEdit ? (
    <Button variant="primary" onClick={() => void setOpen(NEW)}>
      <Plus aria-hidden />
      Add source
    </Button>
  ) : null;

  return (
    <div className="grid gap-6">
      {sources.isError && sources.data === undefined ? (
        <ErrorState
          title="The data sources could not be read"
          error={errorFacts(sources.error)}
          onRetry={() => void sources.refetch()}
          retrying={sources.isFetching}
        />
      ) : (
        <DataTable
          label="Data sources"
          columns={columns}
          rows={items}
          rowKey={({ id }) => id}
          initialSort="name"
          filter="Search sources"
          toolbar={add}
          loading={sources.isPending}
          empty={
            <EmptyState title="No data source yet" action={add} docs={docs}>
              A data source is a server that the console reads: Prometheus for metrics, Jaeger for traces,
              Alertmanager for alerts.{canEdit ? "" : " An administrator can add one."}
            </EmptyState>
          }
        />
      )}
      {removed.data && removed.data.items.length > 0 ? (
        <RemovedSources sources={removed.data.items} onRestore={restore} />
      ) : null}
      <Dialog open={isOpen} onOpenChange={(next) => (next ? undefined : void setOpen(null))}>
        {isOpen && open !== null ? (
          <SheetContent
            title={editing ? `Edit ${editing.name}` : "Add a data source"}
            description={editing ? sourceKindFacts[editing.kind].name : undefined}
            className="w-[min(560px,calc(100vw-32px))]"
          >
            <SourceForm
              // A later version is another form; the background refresh of the same one is not.
              key={editing ? editing.id : open}
              source={editing ?? null}
              initial={editing ? formOf(editing) : emptyForm(kindOfNew(open))}
              onCancel={() => void setOpen(null)}
              onSaved={(saved) => {
                void setOpen(null);
                toast(editing ? `${saved.name} was saved` : `${saved.name} was added`, { state: "ok" });
                void refresh();
              }}
            />
          </SheetContent>
        ) : null}
      </Dialog>
      <RemoveSource
        source={removing}
        onClose={() => setRemoving(null)}
        onRemoved={(source) => {
          setRemoving(null);
          toast(`${source.name} was removed`, {
            action: { label: "Undo", onClick: () => void restore(source) },
          });
          void refresh();
        }}
      />
    </div>
  );
}

function RemoveSource({
  source,
  onClose,
  onRemoved,
}: {
  source: SourceView | null;
  onClose: () => void;
  onRemoved: (source: SourceView) => void;
}) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (source === null) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => {
        if (open) return;
        setError(null);
        onClose();
      }}
      title={`Remove ${source.name}?`}
      verb="Remove"
      destructive
      pending={pending}
      error={error}
      onConfirm={async () => {
        setPending(true);
        setError(null);
        try {
          await removeSource(source);
          onRemoved(source);
        } catch (thrown) {
          setError(errorFacts(thrown).detail);
        } finally {
          setPending(false);
        }
      }}
    >
      Nothing is read from {source.url} from now on, and the services found there stop being updated. What was
      decided about them stays, and the source can be restored below the list.
    </ConfirmDialog>
  );
}

function RemovedSources({
  sources,
  onRestore,
}: {
  sources: SourceView[];
  onRestore: (source: SourceView) => void;
}) {
  return (
    <details className="rounded-panel border bg-surface-panel">
      <summary className="px-4 py-2 text-secondary hover:text-primary">
        {sources.length === 1 ? "1 removed source" : `${sources.length} removed sources`}
      </summary>
      <ul className="border-t">
        {sources.map((source) => (
          <li
            key={source.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-4 py-2 last:border-b-0"
          >
            <span className="text-strong">{source.name}</span>
            <span className="text-secondary">{sourceKindFacts[source.kind].name}</span>
            <span className="min-w-0 truncate text-mono text-secondary">{source.url}</span>
            {source.validTo === null ? null : (
              <span className="text-secondary">
                removed <RelativeTime time={source.validTo} />
              </span>
            )}
            <Button size="sm" className="ml-auto" onClick={() => onRestore(source)}>
              <Undo2 aria-hidden />
              Restore
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
