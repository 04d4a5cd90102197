"use client";

import { useState } from "react";
import { Panel } from "@/components/ui/panel";
import { Select } from "@/components/ui/select";
import { Tooltip } from "@/components/ui/tooltip";
import type { Hop, LlmRequest, Part, PartId, Read } from "@/lib/traces/llm-request";
import { format } from "@/lib/units";

const colors: Record<PartId, string> = {
  before: "var(--chart-reference)",
  tokenizing: "var(--chart-5)",
  queueing: "var(--chart-2)",
  prefill: "var(--chart-4)",
  decode: "var(--chart-1)",
  rest: "var(--chart-grid)",
};

/** Where the time of a model's call went, what it asked for and got, and the hops that it passed. */
export function LlmPanel({
  requests,
  onSelect,
}: {
  requests: readonly LlmRequest[];
  /** Shows a span by its id. */
  onSelect: (spanId: string) => void;
}) {
  const [chosen, choose] = useState("0");
  const request = requests[Number(chosen)] ?? requests[0];
  if (request === undefined) return null;
  return (
    <Panel
      id="llm"
      title="Where the time went"
      height="auto"
      value={format(request.endToEnd.seconds, "seconds")}
      actions={
        requests.length > 1 ? (
          <Select
            aria-label="Call of a model"
            size="sm"
            className="w-44"
            value={chosen}
            onValueChange={choose}
            options={requests.map((each, index) => ({
              value: String(index),
              label: `Call ${index + 1} of ${requests.length}, ${format(each.endToEnd.seconds, "seconds")}`,
            }))}
          />
        ) : undefined
      }
    >
      <div className="grid gap-4">
        <Parts request={request} />
        <div className="grid gap-x-8 gap-y-4 md:grid-cols-2 xl:grid-cols-[1fr_1fr_1.4fr]">
          <Figures title="In time" figures={timesOf(request)} />
          <Figures title="The call" figures={callOf(request)} />
          <Hops hops={request.hops} onSelect={onSelect} />
        </div>
      </div>
    </Panel>
  );
}

function Parts({ request: { parts, endToEnd, excess } }: { request: LlmRequest }) {
  if (parts.length === 0)
    return (
      <p className="text-secondary">
        No span says how long it waited, read the prompt or wrote the answer. vLLM and SGLang say so when they
        are started with tracing on.
      </p>
    );
  const whole = Math.max(
    endToEnd.seconds,
    parts.reduce((sum, { seconds }) => sum + seconds, 0),
  );
  return (
    <div className="grid gap-2">
      <div aria-hidden className="flex h-5 w-full gap-px overflow-hidden rounded-control">
        {parts.map((part) => (
          <span
            key={part.id}
            title={`${part.label}: ${format(part.seconds, "seconds")}`}
            className="h-full min-w-px"
            style={{ width: `${(part.seconds / whole) * 100}%`, background: colors[part.id] }}
          />
        ))}
      </div>
      <ul className="flex flex-wrap gap-x-6 gap-y-2">
        {parts.map((part) => (
          <PartWords key={part.id} part={part} whole={endToEnd.seconds} />
        ))}
      </ul>
      {excess === null ? null : (
        <p className="text-caption text-secondary">
          The parts are {format(excess, "seconds")} more than what was measured around them: some overlap, or
          their clocks differ.
        </p>
      )}
    </div>
  );
}

function PartWords({ part, whole }: { part: Part; whole: number }) {
  return (
    <li className="grid gap-0.5">
      <span className="flex items-center gap-1.5 text-caption text-secondary">
        <span
          aria-hidden
          className="size-2.5 rounded-control border"
          style={{ background: colors[part.id] }}
        />
        {part.label}
      </span>
      <Tooltip text={`From ${part.from}`}>
        <span className="text-strong tabular-nums">
          {format(part.seconds, "seconds")}
          {whole > 0 ? (
            <span className="font-normal text-secondary"> {format(part.seconds / whole, "ratio")}</span>
          ) : null}
        </span>
      </Tooltip>
    </li>
  );
}

type Figure = { name: string; value: string; from: string };

const figure = <Value,>(name: string, read: Read<Value> | null, words: (value: Value) => string): Figure[] =>
  read === null ? [] : [{ name, value: words(read.value), from: read.from }];
const secondsOf = (value: number) => format(value, "seconds");
const tokensOf = (value: number) => format(value, "tokens");

function timesOf({ endToEnd, expected, ttft, itl, outputTokens, tokensPerSecond }: LlmRequest): Figure[] {
  return [
    {
      name: "Measured end to end",
      value: secondsOf(endToEnd.seconds),
      from: `the span of ${endToEnd.service}`,
    },
    ...(expected === null || outputTokens === null
      ? []
      : [
          {
            name: `TTFT + ${format(outputTokens.value - 1, "count")} × ITL`,
            value: secondsOf(expected),
            from: "the two below",
          },
          {
            name: expected <= endToEnd.seconds ? "Left over" : "Beyond the measured",
            value: secondsOf(Math.abs(endToEnd.seconds - expected)),
            from: "the difference: network, proxies and what follows the last token",
          },
        ]),
    ...figure("TTFT", ttft, secondsOf),
    ...figure("ITL", itl, secondsOf),
    ...(tokensPerSecond === null
      ? []
      : [
          {
            name: "Decode rate",
            value: format(tokensPerSecond, "tokens_per_second"),
            from: "tokens after the first, by decode",
          },
        ]),
  ];
}

const callOf = (request: LlmRequest): Figure[] => [
  ...figure("Prompt", request.inputTokens, tokensOf),
  ...figure("Of it cached", request.cachedTokens, tokensOf),
  ...figure("Output", request.outputTokens, tokensOf),
  ...figure("Finished by", request.finishReason, String),
  ...figure("Model", request.model, String),
  ...figure("Model version", request.modelVersion, String),
  ...figure("GPU", request.gpus, String),
];

function Figures({ title, figures }: { title: string; figures: readonly Figure[] }) {
  return (
    <section className="grid content-start gap-1">
      <h4 className="text-strong">{title}</h4>
      {figures.length === 0 ? <p className="text-secondary">No span says.</p> : null}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-4 gap-y-1">
        {figures.map(({ name, value, from }) => (
          <div key={name} className="contents">
            <dt className="text-secondary">{name}</dt>
            <dd className="text-right font-medium tabular-nums [overflow-wrap:anywhere]">
              <Tooltip text={`From ${from}`}>
                <span>{value}</span>
              </Tooltip>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function Hops({ hops, onSelect }: { hops: readonly Hop[]; onSelect: (spanId: string) => void }) {
  return (
    <section className="grid content-start gap-1 md:max-xl:col-span-2">
      <h4 className="text-strong">Hops</h4>
      <ol className="grid gap-1">
        {hops.map((hop, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the order is what a hop is
            key={index}
            className={
              hop.spanId === null
                ? "rounded-control border border-dashed px-2 py-1 text-secondary"
                : "flex flex-wrap items-baseline gap-x-3 rounded-control border px-2 py-1"
            }
          >
            {hop.spanId === null ? (
              <>
                <span className="font-medium">{capitalized(hop.kind)}</span>: {hop.why}
              </>
            ) : (
              <>
                <button
                  type="button"
                  onClick={() => onSelect(hop.spanId!)}
                  title={hop.why}
                  className="min-w-0 rounded-control text-left [overflow-wrap:anywhere] hover:underline"
                >
                  <span className="font-medium">
                    {hop.kind === "other" ? "Service" : capitalized(hop.kind)}
                  </span>{" "}
                  <span className="text-secondary">{hop.service}</span>
                </button>
                <span className="ml-auto flex items-baseline gap-2 tabular-nums">
                  {hop.own === null ? null : (
                    <span
                      title="What the next hop did not take: its own work, and the way there and back"
                      className="text-caption text-secondary"
                    >
                      {format(hop.own, "seconds")} its own, of
                    </span>
                  )}
                  {format(hop.duration, "seconds")}
                </span>
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
