"use client";

import { CalendarClock, ChevronDown, RotateCw, Undo2, ZoomOut } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "./button";
import { cn } from "./class-names";
import { Field } from "./field";
import { Input } from "./input";
import { Menu, MenuContent, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "./menu";
import { Popover, PopoverContent, PopoverTrigger } from "./popover";
import { useShortcuts } from "./shortcuts";
import { parseTime, REFRESH_INTERVALS, RELATIVE_RANGES, rangeWords, typedRange } from "./time-range";
import { useTimeRange } from "./use-time-range";

/** "2026-03-01T14:03:27" in the viewer's zone, the value of an `<input type="datetime-local">`. */
function localInputValue(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/**
 * The time range of the page: relative ranges, one of any length, a fixed range, zoom out and back, refresh now and by itself.
 * Keys, outside of fields: `b` back, `z` zoom out, `r` refresh, `d` opens the ranges.
 */
export function TimeRangeControl({ className }: { className?: string }) {
  const range = useTimeRange();
  const [open, setOpen] = useState(false);
  const { back, canGoBack, zoomOut, refresh } = range;
  const words = rangeWords(range, new Date(range.now * 1000));

  useShortcuts([
    { keys: "d", label: "Choose the time range", group: "Time range", run: () => setOpen(true) },
    { keys: "z", label: "Zoom out", group: "Time range", run: zoomOut },
    { keys: "b", label: "Back to the range before", group: "Time range", run: back },
    { keys: "r", label: "Refresh now", group: "Time range", run: refresh },
  ]);

  const refreshLabel = REFRESH_INTERVALS.find((entry) => entry.seconds === range.refreshSeconds)?.label;
  return (
    <div className={cn("flex items-center gap-2", className)}>
      {canGoBack ? (
        <IconButton label="Back to the range before" shortcut="b" onClick={back}>
          <Undo2 />
        </IconButton>
      ) : null}
      <IconButton label="Zoom out" shortcut="z" onClick={zoomOut} className="max-sm:hidden">
        <ZoomOut />
      </IconButton>
      <Popover open={open} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <Button aria-label={`Time range: ${words}`} className="font-normal">
            <CalendarClock aria-hidden className="text-secondary" />
            <span suppressHydrationWarning>{words}</span>
            <ChevronDown aria-hidden className="text-secondary" />
          </Button>
        </PopoverTrigger>
        <PopoverContent align="end" className="flex p-0 max-sm:flex-col" aria-label="Time range">
          <ul className="w-44 shrink-0 p-1 max-sm:grid max-sm:w-full max-sm:grid-cols-2">
            {RELATIVE_RANGES.map((entry) => (
              <li key={entry.value}>
                <button
                  type="button"
                  aria-pressed={range.relative === entry.value}
                  onClick={() => {
                    range.setRange({ relative: entry.value });
                    setOpen(false);
                  }}
                  className="flex h-8 w-full items-center rounded-control px-2 text-left hover:bg-surface-hover focus-visible:-outline-offset-2 aria-pressed:bg-surface-selected aria-pressed:font-medium"
                >
                  {entry.label}
                </button>
              </li>
            ))}
          </ul>
          <div className="grid w-68 content-start border-l max-sm:w-auto max-sm:border-t max-sm:border-l-0">
            <TypedRange
              key={`typed ${open}`}
              onApply={(relative) => {
                range.setRange({ relative });
                setOpen(false);
              }}
            />
            <AbsoluteRange
              key={`${open}${range.from}`}
              from={range.from}
              to={range.to}
              onApply={(from, to) => {
                range.setRange({ from, to });
                setOpen(false);
              }}
            />
          </div>
        </PopoverContent>
      </Popover>
      <div className="flex">
        <IconButton
          label="Refresh"
          shortcut="r"
          variant="secondary"
          onClick={refresh}
          className="rounded-r-none border-r-0"
        >
          <RotateCw />
        </IconButton>
        <Menu>
          <MenuTrigger asChild>
            <Button
              aria-label={`Automatic refresh: ${refreshLabel}`}
              className="rounded-l-none pr-2 pl-2 font-normal text-secondary"
            >
              {range.refreshSeconds === 0 ? "Off" : refreshLabel}
              <ChevronDown aria-hidden />
            </Button>
          </MenuTrigger>
          <MenuContent align="end">
            <MenuLabel>
              {range.relative === null ? "Off while the range has a fixed end" : "Refresh every"}
            </MenuLabel>
            <MenuRadioGroup
              value={String(range.refreshChoice)}
              onValueChange={(value) => range.setRefresh(Number(value))}
            >
              {REFRESH_INTERVALS.map((entry) => (
                <MenuRadioItem key={entry.seconds} value={String(entry.seconds)}>
                  {entry.label}
                </MenuRadioItem>
              ))}
            </MenuRadioGroup>
          </MenuContent>
        </Menu>
      </div>
    </div>
  );
}

/** A range that ends now, of a length that is typed. */
function TypedRange({ onApply }: { onApply: (relative: string) => void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const id = useId();
  return (
    <form
      className="flex items-start gap-2 border-b p-4"
      onSubmit={(event) => {
        event.preventDefault();
        const relative = typedRange(text);
        if (relative === null) return setError("Give a length from 10s to 400d, such as 45m, 3h or 2d.");
        onApply(relative);
      }}
    >
      <Field label="Last" id={id} error={error} className="flex-1">
        <Input
          value={text}
          placeholder="45m, 3h, 2d"
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <Button type="submit" className="mt-6">
        Show
      </Button>
    </form>
  );
}

function AbsoluteRange({
  from,
  to,
  onApply,
}: {
  from: number;
  to: number;
  onApply: (from: number, to: number) => void;
}) {
  const [start, setStart] = useState(() => localInputValue(from));
  const [end, setEnd] = useState(() => localInputValue(to));
  const [error, setError] = useState<string | null>(null);
  const id = useId();
  return (
    <form
      className="grid grid-cols-1 content-start gap-3 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        const first = parseTime(start);
        const last = parseTime(end);
        if (first === null || last === null) return setError("Give both ends a date and a time.");
        if (last <= first) return setError("The end must be after the start.");
        onApply(first, last);
      }}
    >
      <Field label="From" id={`${id}-from`}>
        <Input
          type="datetime-local"
          step={1}
          value={start}
          onChange={(event) => setStart(event.target.value)}
        />
      </Field>
      <Field label="To" id={`${id}-to`} error={error}>
        <Input type="datetime-local" step={1} value={end} onChange={(event) => setEnd(event.target.value)} />
      </Field>
      <p className="text-caption text-secondary" suppressHydrationWarning>
        {Intl.DateTimeFormat().resolvedOptions().timeZone}
      </p>
      <Button type="submit">Apply</Button>
    </form>
  );
}
