import type { Machine } from "./machine";
import {
  type Bar,
  type Failure,
  judge,
  type MeasuredUnit,
  type Measurement,
  type Samples,
} from "./measurement";
import { quantity, times } from "./quantity";
import { median, spread } from "./statistics";

export interface Run {
  machine: Machine;
  /** Where the console's code stands, as git names it. */
  commit: string;
  /** Whether the console was given rather than built, and so may be of another commit. */
  isBuiltEarlier: boolean;
  startedAt: Date;
  /** How long measurement 5 ran. */
  minutes: number;
  outcomes: readonly (Measurement | Failure)[];
}

const isFailure = (outcome: Measurement | Failure): outcome is Failure => "failure" in outcome;

/** How each measurement is made, by its number. */
const methods: Record<number, string> = {
  1: "The panels' part of the page's one request (`POST /api/v1/signals/query`, six hours) is sent to the console, and the queries that the console sends upstream for it are sent straight to Prometheus, all at once over kept connections. The whole of that request, which also asks for the key numbers and the table, is reported beside it. What those queries are is recorded by a proxy in front of Prometheus, which stands in front of another console, so that it costs the measured one nothing. *Cold* means that nothing of the asked grid is kept: each round asks for a step of its own (120 s, 121 s, …), so neither times nor expressions have been asked for before; the process itself is warm, having answered 30 requests for another range. *A step later* asks each of these grids once more when a step has passed, against the same queries over the whole range one step later. Two seconds lie between these rounds: of a value over the whole range a refresh gets the one before, and its own is read a moment after the answer, which is not part of what is measured. Both sides take turns, the first one alternating, both parse the JSON, and neither is compressed.",
  2: "Viewers ask for the page (the last hour) every 10 seconds, spread over the interval, each holding the stream of changes open as the page does, for 60 seconds from a grid boundary on. A proxy in front of Prometheus counts the queries of either run.",
  3: "A signed-in browser with an empty cache opens the overview. All script answers until the panels are drawn and nothing has been under way for a second count, each compressed by gzip.",
  4: "The time from navigation to the frame in which the charts of all eight panels have been painted, in a new browser context with an empty cache each time, the two pages taking turns. The bare page runs the queries that the panels show as their PromQL, straight from the browser, and draws eight charts with uPlot; script and style are inside the page. The console has been asked for the page before, as it has been for everyone but the first viewer of a step.",
  5: "A console that has just been started is watched by 50 viewers as in 2, over six hours. Its resident memory is read every second; compared are the ten seconds around the first minute's end and the last ten.",
  6: "A page of 40 panels is asked for through the one request of a page (`POST /api/v1/query`) of a Prometheus of its own, which holds a week of 100 series at 30 seconds, and the same queries are sent straight to that Prometheus, all at once over kept connections; the slowest of them is what a page without a console would wait for. *Cold* and the turns are as in 1: each round has a step of its own (3,600 s, 3,601 s, …). *A step later* asks for each grid once more, moved on by a step; the cold one ended a step before now, since nobody waits an hour. Beside it stands the slowest query when each is sent alone while nothing else runs, which no page can reach that has to ask for 40.",
  7: "A Prometheus of its own that holds 5,000 metric names and 100,000 series, those of twelve vLLM services, 64 GPUs and their hosts among them, is added as a source. A proxy in front of it keeps every request with its times, but for the check of the connection. It is removed and added again for each round, so nothing is remembered of it.",
  8: "One page draws the same data by turns: once with uPlot and nothing else, once as a panel of the console with React, in production mode. The time of scripts is the browser's own count (`ScriptDuration` of the DevTools protocol), from before a drawing until it has been painted; taking it away again does not count, nor do the first nine rounds. Then the console's chart is dragged with Shift for a second, three times, a movement a frame; the time between two frames is that of `requestAnimationFrame`.",
  9: "A rule of 20 series (`POST /api/v1/alert-rules/backtest`, with a suggestion for two pages a week) is replayed over 30 days of a Prometheus of its own, at an evaluation a minute; the range queries that this takes are sent straight to that Prometheus, all at once, and parsed. *A range not asked for before*: each round ends a minute earlier, so nothing of it is kept; the process itself is warm. *Another threshold* is what dragging the threshold asks for: the same range again.",
};

function samplesText({ of, values }: Samples, unit: MeasuredUnit): string {
  const { lowest, highest } = spread(values);
  const range = values.length > 1 ? ` (${quantity(lowest, unit)} – ${quantity(highest, unit)})` : "";
  return `${of}: ${quantity(median(values), unit)}${range}`;
}

/** The bar in words: "at most 1.25 × + 30 ms". */
export function barText(bar: Bar, unit: MeasuredUnit): string {
  if (bar.kind === "absolute") return `at most ${quantity(bar.most, unit)}`;
  const allowance = bar.allowance === 0 ? "" : ` + ${quantity(bar.allowance, unit).replace(".0 ", " ")}`;
  return `at most ${bar.factor} ×${allowance}`;
}

interface Row {
  measured: string;
  median: string;
  against: string;
  ratio: string;
  bar: string;
  met: string;
}

function rowOf(outcome: Measurement | Failure): Row {
  const measured = `${outcome.number}. ${outcome.title}`;
  if (isFailure(outcome))
    return { measured, median: "not measured", against: "–", ratio: "–", bar: "–", met: "–" };
  const { subject, reference, unit, bar } = outcome;
  const { ratio, most, isMet } = judge(outcome);
  const limit = bar?.kind === "ratio" && most !== undefined ? ` = ${quantity(most, unit)}` : "";
  return {
    measured,
    median: samplesText(subject, unit),
    against: reference === undefined ? "–" : samplesText(reference, unit),
    ratio: ratio === undefined ? "–" : times(ratio),
    bar: bar === undefined ? "report only" : `${barText(bar, unit)}${limit}`,
    met: isMet === undefined ? "–" : isMet ? "met" : "**not met**",
  };
}

/** The results as lines of a terminal. */
export function resultLines(outcomes: readonly (Measurement | Failure)[]): string[] {
  return outcomes.flatMap((outcome) => {
    if (isFailure(outcome))
      return [`${outcome.number}. ${outcome.title}: not measured`, `   ${outcome.failure}`, ""];
    const row = rowOf(outcome);
    const verdict = row.met === "–" ? row.bar : `${row.bar}: ${row.met.replaceAll("*", "")}`;
    return [
      `${row.measured}`,
      `   ${row.median}`,
      ...(row.against === "–" ? [] : [`   ${row.against}`]),
      `   ${row.ratio === "–" ? "" : `${row.ratio}, `}${verdict}`,
      "",
    ];
  });
}

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${header.join(" | ")} |`,
  `| ${header.map(() => "---").join(" | ")} |`,
  ...rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
];

/** docs/benchmarks.md: one run, what it ran on, and how each number is made. */
export function benchmarksPage(run: Run): string {
  const { machine, commit, isBuiltEarlier, startedAt, minutes, outcomes } = run;
  const numbers = [...new Set(outcomes.map(({ number }) => number))];
  const seen = (number: number) =>
    outcomes
      .filter((outcome) => outcome.number === number)
      .flatMap((outcome) =>
        isFailure(outcome) ? [`Not measured: ${outcome.failure.replaceAll("\n", " ")}`] : outcome.details,
      );
  return [
    "# Benchmarks",
    "",
    "What the console costs beside the Prometheus that it reads from. All numbers are from one run of one command, the two sides of each ratio measured in turns; run it after a change to the query path or to what the overview loads.",
    "",
    "```sh",
    "npm run bench",
    "```",
    "",
    "The command needs what `npm test` needs, starts a stack of its own with six hours of the demo's history, and writes this page. Nothing is tuned for it, and a bar that is not met stands here as not met.",
    "",
    "| Option | Default | |",
    "| --- | --- | --- |",
    "| `--only 1,3` | all | measures only these; prints, and leaves this page as it is |",
    "| `--minutes 2` | 10 | how long measurement 5 runs, at least 2 |",
    "",
    "## The run",
    "",
    ...table(
      ["", ""],
      [
        ["Date", `${startedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`],
        [
          "Commit",
          `\`${commit}\`${isBuiltEarlier ? ", with a console that was built earlier (`INFERSCOPE_CONSOLE_FOLDER`)" : ""}`,
        ],
        ["Processor", `${machine.processor}, ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}`],
        ["Memory", `${(machine.memory / 2 ** 30).toFixed(1)} GiB`],
        ["System", machine.system],
        ["Node.js", machine.node],
        ["Prometheus", machine.prometheus],
        ["Chromium", machine.chromium],
        [
          "Load before the run",
          `${machine.load.toFixed(1)} processes in the last minute${machine.load > machine.cores / 2 ? ": **the machine was busy with other work, so take these numbers as provisional**" : ""}`,
        ],
        ["Measurement 5", `${minutes} ${minutes === 1 ? "minute" : "minutes"}`],
      ],
    ),
    "",
    "## Results",
    "",
    "Medians, with the lowest and the highest round in brackets.",
    "",
    ...table(
      ["", "Measured", "Against", "Ratio", "Bar", ""],
      outcomes.map((outcome) => {
        const row = rowOf(outcome);
        return [row.measured, row.median, row.against, row.ratio, row.bar, row.met];
      }),
    ),
    "",
    "## How each is measured",
    "",
    ...numbers.flatMap((number) => [
      `**${number}.** ${methods[number] ?? ""}`,
      "",
      ...seen(number).map((sentence) => `- ${sentence}`),
      ...(seen(number).length === 0 ? [] : [""]),
    ]),
    "## Limits",
    "",
    "- Everything runs on one machine over loopback, the load too, so network time is left out and the processes share the cores.",
    "- Measurements 1 to 5 do not say how the console behaves with more services or series than the demo has.",
    "",
  ].join("\n");
}
