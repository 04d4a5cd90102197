"use client";

import { Plus, Trash2 } from "lucide-react";
import { parseAsBoolean, useQueryState } from "nuqs";
import { type ReactNode, useState } from "react";
import { ChartPanel } from "@/components/chart-actions/chart-panel";
import { GapDialog } from "@/components/chart-actions/gap-dialog";
import { BarChart } from "@/components/charts/bar-chart";
import { ChartDisplayContext, PLAIN_DISPLAY } from "@/components/charts/chart-display";
import { HeatmapChart } from "@/components/charts/heatmap-chart";
import { HistogramChart } from "@/components/charts/histogram-chart";
import { IntervalChart } from "@/components/charts/interval-chart";
import { scaleOf } from "@/components/charts/series";
import { Sparkline } from "@/components/charts/sparkline";
import { StackedBars } from "@/components/charts/stacked-bars";
import { TimeSeriesChart } from "@/components/charts/time-series-chart";
import { PageHeader } from "@/components/shell/page-header";
import { Badge } from "@/components/ui/badge";
import { Button, IconButton } from "@/components/ui/button";
import { Checkbox, Switch } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { Combobox } from "@/components/ui/combobox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { Dialog, DialogTrigger, SheetContent } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { Pagination } from "@/components/ui/pagination";
import { Panel, type PanelState } from "@/components/ui/panel";
import { RelativeTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { StatCard } from "@/components/ui/stat-card";
import { compareStates, STATES, type State } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { TimeRangeControl } from "@/components/ui/time-range-control";
import { toast } from "@/components/ui/toaster";
import { TimeRangeProvider } from "@/components/ui/use-time-range";
import { format, formatParts, scaleFor, type Unit } from "@/lib/units";
import {
  DISTRIBUTION,
  EIGHT,
  ERRORS,
  ERRORS_BEFORE,
  EXEMPLARS,
  EXPLAINED_GAPS,
  GAPPED,
  GPUS,
  GRID,
  HEATMAP,
  INTERVALS,
  LATENCY,
  LATENCY_BEFORE,
  line,
  NATIVE_HEATMAP,
  ONE_POINT,
  QUEUE,
  REQUEST_RATE,
  REQUEST_RATE_BEFORE,
  TWO_HUNDRED,
  VERSIONS,
  WIDE_LATENCY,
  walk,
} from "./fixed-data";

/** All parts in the theme of the document, or in both side by side (`?both=true`). */
export function Gallery() {
  const [both, setBoth] = useQueryState("both", parseAsBoolean.withDefault(false));
  return (
    <TimeRangeProvider now={GRID.end} defaultRefreshSeconds={0}>
      <PageHeader
        title="Gallery"
        actions={
          <>
            <Button aria-pressed={both} onClick={() => void setBoth(!both)}>
              {both ? "One theme" : "Both themes"}
            </Button>
            <TimeRangeControl />
          </>
        }
      />
      {both ? (
        <div className="-mx-6 grid gap-px max-md:-mx-4 2xl:grid-cols-2">
          {(["light", "dark"] as const).map((theme) => (
            <section
              key={theme}
              data-theme={theme}
              aria-label={`${theme} theme`}
              className="grid min-w-0 content-start gap-8 bg-surface-page p-6 max-md:p-4"
            >
              <Parts theme={theme} />
            </section>
          ))}
        </div>
      ) : (
        <div className="grid min-w-0 gap-8">
          <Parts theme="page" />
        </div>
      )}
    </TimeRangeProvider>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-3">
      <h2 className="text-section">{title}</h2>
      {children}
    </section>
  );
}

function Parts({ theme }: { theme: string }) {
  return (
    <>
      <Part title="Numbers">
        <Numbers />
      </Part>
      <Part title="Charts">
        <Charts theme={theme} />
      </Part>
      <Part title="Charts on demand">
        <ChartsOnDemand theme={theme} />
      </Part>
      <Part title="A panel's faces">
        <Faces theme={theme} />
      </Part>
      <Part title="Table">
        <Services theme={theme} />
      </Part>
      <Part title="States">
        <div className="flex flex-wrap gap-2">
          {(Object.keys(STATES) as State[]).map((state) => (
            <StateBadge key={state} state={state} />
          ))}
          <StateBadge state="pending">Pending 2 of 5 min</StateBadge>
          <StateBadge state="no_data">No data for 6 min</StateBadge>
          <StateBadge state="progress">Promoting 25 → 50 %</StateBadge>
        </div>
      </Part>
      <Part title="Controls">
        <Controls theme={theme} />
      </Part>
      <Part title="Empty list page">
        <EmptyState
          title="No alert rules"
          action={<Button variant="primary">Add a rule</Button>}
          docs={{ href: "/docs/alerts", label: "How alerts work" }}
        >
          A rule watches one signal of a service and tells someone when it stays beyond a threshold.
        </EmptyState>
      </Part>
    </>
  );
}

function Numbers() {
  const series = walk(3, 1.3, 0.06, 0.6);
  return (
    <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <StatCard
        large
        name="TTFT p95"
        scope="chat-api"
        window="1 h"
        value={formatParts(1.84, "seconds")}
        change={{ text: "+52.1 % (worse)", direction: "worse" }}
        target={{ text: "under 500 ms", met: false }}
        sparkline={<Sparkline label="TTFT p95 over the last hour" values={series} />}
      />
      <StatCard
        large
        name="ITL p95"
        scope="chat-api"
        window="1 h"
        value={formatParts(0.0384, "seconds")}
        change={{ text: "−3.2 % (better)", direction: "better" }}
        target={{ text: "under 50 ms", met: true }}
        sparkline={<Sparkline label="ITL p95 over the last hour" values={walk(9, 0.038, 0.002)} />}
      />
      <StatCard large name="Availability" scope="chat-api" window="1 h" value={null} absent="No traffic" />
      <StatCard large name="Availability" scope="chat-api" window="1 h" value={null} loading />
    </div>
  );
}

/** The frame of one of the gallery's charts. */
const panelOf =
  (theme: string) =>
  (id: string, title: string, unit: Unit, series: Parameters<typeof scaleOf>[0], value?: number) => ({
    id: `${theme}-${id}`,
    title,
    unit: scaleOf(series, unit).label,
    value: value === undefined ? undefined : format(value, unit),
    promql: [`sum(rate(${id}_total{job="chat-api"}[1m]))`],
  });

function Charts({ theme }: { theme: string }) {
  const shared = { grid: GRID, syncKey: theme };
  const panel = panelOf(theme);
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <ChartPanel {...panel("requests", "Request rate", "requests_per_second", REQUEST_RATE, 41.9)}>
        <TimeSeriesChart title="Request rate" unit="requests_per_second" series={REQUEST_RATE} {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("ttft", "TTFT", "seconds", LATENCY)}>
        <TimeSeriesChart
          title="TTFT"
          unit="seconds"
          series={LATENCY}
          thresholds={[{ value: 2.6, label: "alert: p99 over", tone: "critical" }]}
          {...shared}
        />
      </ChartPanel>
      <ChartPanel {...panel("version", "TTFT p95 by version", "seconds", VERSIONS)}>
        <TimeSeriesChart
          title="TTFT p95 by version"
          unit="seconds"
          series={VERSIONS}
          marks={[
            { time: GRID.start + 1_800, label: "v1.3.0 to 25 %" },
            { time: GRID.start + 2_700, label: "v1.3.0 to 50 %" },
            { time: GRID.start + 2_705, label: "config change" },
          ]}
          {...shared}
        />
      </ChartPanel>
      <ChartPanel {...panel("queue", "Queue depth", "requests", QUEUE)}>
        <TimeSeriesChart
          title="Queue depth"
          unit="requests"
          series={QUEUE}
          levels={[
            { from: 100, to: 500, label: "busy", tone: "warning" },
            { from: 500, to: null, label: "overloaded", tone: "critical" },
          ]}
          {...shared}
        />
      </ChartPanel>
      <ChartPanel {...panel("gpu", "GPU utilization", "ratio", GPUS)}>
        <TimeSeriesChart title="GPU utilization" unit="ratio" max={1} series={GPUS} {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("errors", "Errors by type", "ratio", ERRORS)}>
        <StackedBars title="Errors by type" unit="ratio" series={ERRORS} {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("eight", "Queue depth by replica", "requests", EIGHT)}>
        <TimeSeriesChart title="Queue depth by replica" unit="requests" series={EIGHT} {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("many", "Queue depth, 200 replicas", "requests", TWO_HUNDRED)}>
        <TimeSeriesChart title="Queue depth, 200 replicas" unit="requests" series={TWO_HUNDRED} {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("gaps", "Gaps", "requests_per_second", GAPPED)}>
        <TimeSeriesChart
          title="Gaps"
          unit="requests_per_second"
          series={GAPPED}
          gaps={[{ from: GRID.start + 39 * 30, to: GRID.start + 63 * 30, label: "the demo was stopped" }]}
          {...shared}
        />
      </ChartPanel>
      <ChartPanel {...panel("one", "One point", "requests_per_second", ONE_POINT)}>
        <TimeSeriesChart title="One point" unit="requests_per_second" series={ONE_POINT} {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("heat", "TTFT distribution", "seconds", [{ values: [10] }])}>
        <HeatmapChart
          title="TTFT distribution"
          unit="seconds"
          bounds={DISTRIBUTION.bounds}
          counts={HEATMAP}
          grid={GRID}
        />
      </ChartPanel>
      <ChartPanel id={`${theme}-histogram`} title="TTFT, share of requests by bucket" unit="% over s">
        <HistogramChart
          title="TTFT, share of requests by bucket"
          unit="seconds"
          {...DISTRIBUTION}
          quantiles={[
            { label: "p50", value: 0.46, color: "p50" },
            { label: "p95", value: 1.9, color: "p95" },
            { label: "p99", value: 3.4, color: "p99" },
          ]}
        />
      </ChartPanel>
      <ChartPanel id={`${theme}-bars`} title="Tokens by version" unit="k tok/s">
        <BarChart
          title="Tokens by version"
          unit="tokens_per_second"
          bars={[
            { id: "1", label: "v1.2.0", value: 4_120, color: "reference" },
            { id: "2", label: "v1.3.0", value: 4_890, color: "subject" },
            { id: "3", label: "v1.4.0", value: null },
          ]}
        />
      </ChartPanel>
      <ChartPanel id={`${theme}-intervals`} title="v1.3.0 against v1.2.0" unit="95 % interval">
        <IntervalChart
          title="v1.3.0 against v1.2.0"
          intervals={INTERVALS}
          formatDifference={(value) =>
            `${value > 0 ? "+" : value < 0 ? "−" : ""}${scaleFor(1, "ratio").format(Math.abs(value))} %`
          }
          sides={{ lower: "v1.3.0 lower", higher: "v1.3.0 higher" }}
        />
      </ChartPanel>
    </div>
  );
}

/** What the menu of a panel turns on, and charts of more than usual. */
function ChartsOnDemand({ theme }: { theme: string }) {
  const shared = { grid: GRID, syncKey: theme };
  const panel = panelOf(theme);
  const [isExplaining, setExplaining] = useState(false);
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <ChartPanel {...panel("log", "Log axis", "seconds", WIDE_LATENCY)}>
        <TimeSeriesChart title="Log axis" unit="seconds" series={WIDE_LATENCY} log {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("before", "Compared with the hour before", "requests_per_second", REQUEST_RATE)}>
        <TimeSeriesChart
          title="Compared with the hour before"
          unit="requests_per_second"
          series={REQUEST_RATE}
          compare={REQUEST_RATE_BEFORE}
          {...shared}
        />
      </ChartPanel>
      <ChartPanel {...panel("lines-before", "Several lines compared", "seconds", LATENCY)}>
        <TimeSeriesChart
          title="Several lines compared"
          unit="seconds"
          series={LATENCY}
          compare={LATENCY_BEFORE}
          {...shared}
        />
      </ChartPanel>
      <ChartPanel {...panel("bars-before", "Bars compared", "ratio", ERRORS)}>
        <StackedBars title="Bars compared" unit="ratio" series={ERRORS} compare={ERRORS_BEFORE} {...shared} />
      </ChartPanel>
      <ChartPanel {...panel("exemplars", "Exemplars", "seconds", LATENCY)}>
        <TimeSeriesChart
          title="Exemplars"
          unit="seconds"
          series={LATENCY}
          exemplars={EXEMPLARS}
          {...shared}
        />
      </ChartPanel>
      <ChartPanel
        {...panel("reasons", "Gaps with their reasons", "requests_per_second", GAPPED)}
        actions={
          <Button size="sm" onClick={() => setExplaining(true)}>
            Why
          </Button>
        }
      >
        <TimeSeriesChart
          title="Gaps with their reasons"
          unit="requests_per_second"
          series={GAPPED}
          gaps={[
            { from: GRID.start + 38 * 30, to: GRID.start + 64 * 30, label: "target down" },
            { from: GRID.start + 86 * 30, to: GRID.start + 90 * 30, label: "restart" },
            { from: GRID.start + 90 * 30, to: GRID.start + 94 * 30, label: "no scrape" },
          ]}
          {...shared}
        />
      </ChartPanel>
      <ChartDisplayContext value={AS_TABLE}>
        <Panel {...panel("legend", "Legend as table", "seconds", LATENCY)}>
          <TimeSeriesChart title="Legend as table" unit="seconds" series={LATENCY} {...shared} />
        </Panel>
      </ChartDisplayContext>
      <ChartDisplayContext value={WITH_EXEMPLARS}>
        <Panel {...panel("native", "Native histogram with exemplars", "seconds", [{ values: [2] }])}>
          <HeatmapChart
            title="Native histogram with exemplars"
            unit="seconds"
            {...NATIVE_HEATMAP}
            grid={GRID}
          />
        </Panel>
      </ChartDisplayContext>
      {isExplaining ? (
        <GapDialog
          title="Gaps with their reasons"
          grid={GRID}
          gaps={EXPLAINED_GAPS}
          onClose={() => setExplaining(false)}
        />
      ) : null}
    </div>
  );
}

const AS_TABLE = { display: { ...PLAIN_DISPLAY, legend: true }, register: () => () => {} };
const WITH_EXEMPLARS = {
  display: { ...PLAIN_DISPLAY, exemplars: { unit: "seconds" as const, dots: EXEMPLARS } },
  register: () => () => {},
};

function Faces({ theme }: { theme: string }) {
  const faces: {
    id: string;
    title: string;
    state: PanelState;
    notes?: { kind: "warning" | "stale"; text: string }[];
  }[] = [
    { id: "loading", title: "Loading", state: { kind: "loading" } },
    { id: "refreshing", title: "Read again", state: { kind: "data", refreshing: true } },
    {
      id: "not-connected",
      title: "GPU utilization",
      state: {
        kind: "empty",
        reason: "not_connected",
        text: "No Prometheus is set for this service.",
        action: <Button size="sm">Connect a source</Button>,
      },
    },
    {
      id: "not-found",
      title: "GPU memory",
      state: {
        kind: "empty",
        reason: "metric_not_found",
        text: "No series named DCGM_FI_DEV_FB_USED for this service's hosts. The DCGM exporter provides it.",
      },
    },
    {
      id: "no-samples",
      title: "Queue depth",
      state: {
        kind: "empty",
        reason: "no_samples",
        text: "Last sample at 12:41:30.",
        action: <Button size="sm">Go to 12:41</Button>,
      },
    },
    {
      id: "filtered-out",
      title: "Errors by type",
      state: {
        kind: "empty",
        reason: "filtered_out",
        text: "Nothing matches version = v1.4.0.",
        action: <Button size="sm">Clear the filter</Button>,
      },
    },
    {
      id: "error",
      title: "Request rate",
      state: {
        kind: "error",
        onRetry: () => toast("Read again"),
        error: {
          detail: "Prometheus at 127.0.0.1:9090 refused the query.",
          upstream:
            "bad_data: invalid parameter \"query\": 1:34: parse error: unexpected right parenthesis ')'",
          requestId: "01JNY6M3Q9X2",
        },
      },
    },
    {
      id: "stale",
      title: "Token throughput",
      state: { kind: "data" },
      notes: [
        { kind: "stale", text: "Last sample 4 min ago" },
        { kind: "warning", text: "PromQL info: metric might not be a counter, name does not end in _total" },
      ],
    },
  ];
  return (
    <div className="grid gap-4 md:grid-cols-2">
      {faces.map((face) => (
        <Panel
          key={face.id}
          id={`${theme}-face-${face.id}`}
          title={face.title}
          state={face.state}
          notes={face.notes}
        >
          <TimeSeriesChart
            title={face.title}
            unit="tokens_per_second"
            series={[line("chat-api", 1, walk(77, 412, 20))]}
            grid={GRID}
            syncKey={theme}
          />
        </Panel>
      ))}
    </div>
  );
}

type Service = {
  name: string;
  state: State;
  words?: string;
  engine: string;
  rate: number | null;
  ttft: number | null;
  errors: number | null;
  since: number;
};

const SERVICES: Service[] = [
  {
    name: "chat-api",
    state: "firing",
    engine: "vLLM",
    rate: 38.2,
    ttft: 1.84,
    errors: 0.0431,
    since: 12,
  },
  {
    name: "embed-large",
    state: "pending",
    words: "Pending 2 of 5 min",
    engine: "TGI",
    rate: 412,
    ttft: 0.061,
    errors: 0.008,
    since: 2,
  },
  {
    name: "batch-eval",
    state: "no_data",
    words: "No data for 6 min",
    engine: "Triton",
    rate: null,
    ttft: null,
    errors: null,
    since: 6,
  },
  {
    name: "code-assist",
    state: "progress",
    words: "25 → 50 %",
    engine: "SGLang",
    rate: 22.7,
    ttft: 0.624,
    errors: 0.0012,
    since: 1,
  },
  { name: "summarize", state: "ok", engine: "vLLM", rate: 9.1, ttft: 0.312, errors: 0, since: 180 },
];

const COLUMNS: DataColumn<Service>[] = [
  {
    id: "state",
    header: "State",
    value: (service) => service.state,
    compare: (a, b) => compareStates(a.state, b.state),
    cell: (service) => <StateBadge state={service.state}>{service.words}</StateBadge>,
  },
  {
    id: "name",
    header: "Service",
    value: (service) => service.name,
    cell: (service) => (
      <a href="#service" className="text-link text-strong hover:underline">
        {service.name}
      </a>
    ),
  },
  {
    id: "engine",
    header: "Engine",
    value: (service) => service.engine,
    cell: (service) => <span className="text-secondary">{service.engine}</span>,
  },
  {
    id: "rate",
    header: "Requests",
    unit: "req/s",
    numeric: true,
    descendingFirst: true,
    value: (service) => service.rate,
    cell: (service) => formatParts(service.rate, "requests_per_second").number,
  },
  {
    id: "ttft",
    header: "TTFT p95",
    numeric: true,
    descendingFirst: true,
    value: (service) => service.ttft,
    cell: (service) => format(service.ttft, "seconds"),
  },
  {
    id: "errors",
    header: "Errors",
    numeric: true,
    descendingFirst: true,
    value: (service) => service.errors,
    cell: (service) => format(service.errors, "ratio"),
  },
  {
    id: "trend",
    header: "Last hour",
    cell: (service) => (
      <Sparkline
        label={`Requests of ${service.name} over the last hour`}
        max={450}
        values={service.rate === null ? [] : walk(service.name.length, service.rate, service.rate / 12)}
      />
    ),
  },
];

function Services({ theme }: { theme: string }) {
  return (
    <div className="grid gap-3">
      <DataTable
        label="Services"
        columns={COLUMNS}
        rows={SERVICES}
        rowKey={(service) => service.name}
        filter="Filter services"
        initialSort="state"
        urlKey={`${theme}-`}
        toolbar={
          <Button variant="primary">
            <Plus aria-hidden />
            Add service
          </Button>
        }
      />
      <Pagination
        noun="services"
        shown={5}
        total={5}
        nextCursor={null}
        canGoBack={false}
        onNext={() => {}}
        onBack={() => {}}
      />
    </div>
  );
}

function Controls({ theme }: { theme: string }) {
  const [engine, setEngine] = useState("vllm");
  const [service, setService] = useState("chat-api");
  const [confirming, setConfirming] = useState(false);
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <div className="grid content-start gap-4">
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary">Promote</Button>
          <Button>Silence</Button>
          <Button variant="ghost">Cancel</Button>
          <Button variant="danger" onClick={() => setConfirming(true)}>
            Delete
          </Button>
          <Button loading>Testing</Button>
          <Button disabledReason="Only operators can promote">Promote</Button>
          <IconButton label="Delete" variant="secondary">
            <Trash2 />
          </IconButton>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Menu>
            <MenuTrigger asChild>
              <Button size="sm">More</Button>
            </MenuTrigger>
            <MenuContent>
              <MenuItem shortcut="e">Edit</MenuItem>
              <MenuItem destructive>Delete</MenuItem>
            </MenuContent>
          </Menu>
          <Dialog>
            <DialogTrigger asChild>
              <Button size="sm">Open the drawer</Button>
            </DialogTrigger>
            <SheetContent title="chat-api" description="vLLM, two versions">
              Detail beside its page.
            </SheetContent>
          </Dialog>
          <Button
            size="sm"
            onClick={() =>
              toast("Rule silenced until 14:00", { action: { label: "Undo", onClick: () => {} } })
            }
          >
            Show a notice
          </Button>
          <Badge>viewer</Badge>
          <Badge tone="critical" pill>
            3
          </Badge>
          <span className="text-secondary">
            Changed <RelativeTime time={GRID.end * 1000} />
          </span>
        </div>
        <Tabs defaultValue="one">
          <TabsList aria-label="Views">
            <TabsTrigger value="one">Metrics</TabsTrigger>
            <TabsTrigger value="two">Traces</TabsTrigger>
            <TabsTrigger value="three">Changes</TabsTrigger>
          </TabsList>
          <TabsContent value="one">
            <CodeBlock
              label="PromQL"
              code={
                'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket{job="chat-api"}[1m])))'
              }
            />
          </TabsContent>
          <TabsContent value="two">Traces</TabsContent>
          <TabsContent value="three">Changes</TabsContent>
        </Tabs>
      </div>
      <form className="grid content-start gap-4" onSubmit={(event) => event.preventDefault()}>
        <FormErrorSummary errors={[{ fieldId: `${theme}-url`, message: "The URL has no host" }]} />
        <Field label="Prometheus URL" id={`${theme}-url`} error="A URL such as http://prometheus:9090">
          <Input defaultValue="http://" />
        </Field>
        <Field label="Engine" hint="Decides which metric names are read">
          <Select
            value={engine}
            onValueChange={setEngine}
            options={[
              { value: "vllm", label: "vLLM" },
              { value: "tgi", label: "TGI" },
              { value: "sglang", label: "SGLang" },
            ]}
          />
        </Field>
        <Field label="Service">
          <Combobox
            value={service}
            onValueChange={setService}
            options={SERVICES.map((each) => ({ value: each.name, label: each.name, detail: each.engine }))}
          />
        </Field>
        <Field label="Note" optional>
          <Textarea placeholder="Why" />
        </Field>
        <Field label="Tell the on-call person" inline>
          <Checkbox defaultChecked />
        </Field>
        <Field label="Observe only" hint="Evaluates and tells no one" inline>
          <Switch />
        </Field>
      </form>
      <ConfirmDialog
        open={confirming}
        onOpenChange={setConfirming}
        title="Delete chat-api"
        verb="Delete"
        destructive
        typeToConfirm="chat-api"
        onConfirm={() => setConfirming(false)}
      >
        Its 3 alert rules and 2 rollouts are deleted with it. Prometheus keeps the metrics.
      </ConfirmDialog>
    </div>
  );
}
