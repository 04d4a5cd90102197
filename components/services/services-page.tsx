"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import { Badge } from "@/components/ui/badge";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { Dialog, SheetContent } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { RelativeTime } from "@/components/ui/relative-time";
import { shortName, visibleName } from "@/components/ui/short-name";
import { compareStates, type State } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { errorFacts } from "@/lib/api/client";
import { allServicesQuery, servicesKey } from "@/lib/services/client";
import type { Service } from "@/lib/services/schema";
import { ServiceDetail } from "./service-detail";

const docs = { href: "/docs/discovery", label: "How services are found" };

/** Whether a service is read, in words. */
export function serviceState(service: Pick<Service, "reachable" | "notes">): { state: State; words: string } {
  if (service.reachable === false) return { state: "cannot_evaluate", words: "Source is down" };
  if (service.notes.length > 0) return { state: "info", words: "Found, with notes" };
  return { state: "ok", words: "Found" };
}

const integer = new Intl.NumberFormat("en");

/** The engines, or what else shows a service where no engine does. */
const kindOf = ({ engines, profiles }: Service): string =>
  (engines.length > 0 ? engines : profiles).join(", ");

/** Every service that was found: by what, where, and which labels tell its versions, models and replicas apart. */
export function ServicesPage({
  initial,
  signalTitles,
  canEdit,
}: {
  initial: Service[];
  signalTitles: Readonly<Record<string, string>>;
  canEdit: boolean;
}) {
  const queries = useQueryClient();
  const services = useQuery({ ...allServicesQuery(), initialData: initial });
  const [open, setOpen] = useQueryState("service", parseAsString.withOptions({ history: "push" }));
  const shown = services.data.find(({ id }) => id === open);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers only close over stable setters
  const columns = useMemo<DataColumn<Service>[]>(
    () => [
      {
        id: "state",
        header: "State",
        value: (service) => serviceState(service).words,
        compare: (a, b) => compareStates(serviceState(a).state, serviceState(b).state),
        cell: (service) => {
          const { state, words } = serviceState(service);
          return <StateBadge state={state}>{words}</StateBadge>;
        },
      },
      {
        id: "service",
        header: "Service",
        value: ({ id, name, namespace }) => `${id} ${name} ${namespace ?? ""}`,
        cell: (service) => (
          // The frame gives the width: a link that is cut has none of its own, and would lie over the next column.
          <span className="grid py-1.5 md:min-w-48 md:max-w-[40ch]">
            <a
              href={`?service=${encodeURIComponent(service.id)}`}
              title={service.id}
              className="max-w-full justify-self-start truncate text-link text-strong hover:underline"
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey) return;
                event.preventDefault();
                void setOpen(service.id);
              }}
            >
              {visibleName(service.id)}
            </a>
            <span className="whitespace-normal text-caption text-secondary md:hidden">{kindOf(service)}</span>
          </span>
        ),
      },
      { id: "kind", header: "Engine", className: "max-md:hidden", value: kindOf },
      {
        id: "models",
        header: "Models",
        className: "max-md:hidden",
        value: ({ models }) => models.join(", "),
        cell: ({ models }) => <Few values={models} />,
      },
      {
        id: "versions",
        header: "Versions",
        className: "max-md:hidden",
        value: ({ versions }) => versions.join(", "),
        cell: ({ versions }) => <Few values={versions} />,
      },
      {
        id: "instances",
        header: "Instances",
        className: "max-md:hidden",
        numeric: true,
        descendingFirst: true,
        value: ({ instanceCount }) => instanceCount,
        cell: ({ instanceCount }) => integer.format(instanceCount),
      },
      {
        id: "gpus",
        header: "GPUs",
        className: "max-md:hidden",
        numeric: true,
        descendingFirst: true,
        value: ({ gpus }) => gpus.length,
        cell: ({ gpus }) => (gpus.length === 0 ? "–" : integer.format(gpus.length)),
      },
      {
        id: "signals",
        header: "Signals",
        className: "max-md:hidden",
        numeric: true,
        descendingFirst: true,
        hint: "How many of the catalogue's signals can be measured of it",
        value: ({ signals }) => signals.length,
      },
      { id: "source", header: "Source", className: "max-md:hidden", value: ({ source }) => source },
      {
        id: "lastSeenAt",
        header: "Last seen",
        className: "max-md:hidden",
        descendingFirst: true,
        value: ({ lastSeenAt }) => lastSeenAt,
        cell: ({ lastSeenAt }) =>
          lastSeenAt === null ? "–" : <RelativeTime time={lastSeenAt} className="text-secondary" />,
      },
    ],
    [],
  );

  return (
    <div className="grid gap-4">
      <p className="max-w-[72ch] text-secondary">
        Services are found by the metrics of the connected Prometheus servers, twice a minute. Open one to see
        by which, and to correct the labels that its versions, models and replicas are told by.
      </p>
      {services.isError && services.data.length === 0 ? (
        <ErrorState
          title="The services could not be read"
          error={errorFacts(services.error)}
          onRetry={() => void services.refetch()}
          retrying={services.isFetching}
        />
      ) : (
        <DataTable
          label="Services"
          columns={columns}
          rows={services.data}
          rowKey={({ id }) => id}
          initialSort="service"
          filter="Search services"
          empty={
            <EmptyState title="No service found yet" docs={docs}>
              A service is found by the metrics of its engine in a connected Prometheus, within a minute.
            </EmptyState>
          }
        />
      )}
      <Dialog open={shown !== undefined} onOpenChange={(next) => (next ? undefined : void setOpen(null))}>
        {shown === undefined ? null : (
          <SheetContent
            title={visibleName(shown.id)}
            description={`Job ${shortName(shown.name)}${shown.namespace === null ? "" : ` in ${shown.namespace}`}, from ${shown.source}`}
            className="w-[min(640px,calc(100vw-32px))]"
          >
            <ServiceDetail
              key={shown.id}
              service={shown}
              signalTitles={signalTitles}
              canEdit={canEdit}
              onCorrected={(saved) => {
                toast(`The labels of ${saved.id} were saved`, {
                  state: "ok",
                  description: "Its versions and models are read anew within a moment.",
                });
                void queries.invalidateQueries({ queryKey: servicesKey });
              }}
            />
          </SheetContent>
        )}
      </Dialog>
    </div>
  );
}

/** The first two of several, and how many more there are. */
function Few({ values }: { values: readonly string[] }) {
  if (values.length === 0) return <>–</>;
  const shown = values
    .slice(0, 2)
    .map((value) => shortName(value))
    .join(", ");
  return (
    <span className="inline-flex items-center gap-2">
      <span
        className="inline-block max-w-[32ch] truncate align-bottom"
        title={values.slice(0, 50).join(", ")}
      >
        {shown}
      </span>
      {values.length > 2 ? <Badge pill>{`${values.length - 2} more`}</Badge> : null}
    </span>
  );
}
