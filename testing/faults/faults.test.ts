import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { AlertView } from "@/lib/alerts/schema";
import { whyNoConsole } from "../console";
import { whyNoPrometheus } from "../prometheus";
import { tellingsOf } from "./api";
import { type ConsoleAndWitness, type States, startConsoleAndWitness } from "./console-and-witness";
import { type FaultRow, faultRows, faultTable } from "./fault-table";
import type { WebhookReceiver } from "./receivers";

// While alerts fire one part after another is killed. In the end the console's history must be that of a Prometheus that was left
// alone, and everyone must have been told of everything.

/** Seconds. */
const interval = 2;
const hold = 6;
/** Far more than between a kill and the last sample before it. */
const longHold = 12;
/** As of most who evaluate often. */
const slowInterval = 15;

const rules = `groups:
  - name: fast
    interval: ${interval}s
    rules:
      - record: evaluated
        expr: vector(1)
      - alert: Overloaded
        expr: load{series!="drops"} > 5
        for: ${hold}s
        labels: {severity: critical}
        annotations: {summary: "{{ $labels.series }} is at {{ $value }}"}
      - alert: OverloadedForLong
        expr: load{series="drops"} > 5
        for: ${longHold}s
  - name: slow
    interval: ${slowInterval}s
    rules:
      - alert: Slow
        expr: load > 1000
`;

const on = 9;
const off = 1;

const faults = ["one of two workers", "the only worker", "PostgreSQL", "Prometheus", "web", "sinks"] as const;
type Fault = (typeof faults)[number];

/** A busy machine, and the longest wait before a message is tried again, included. */
const patience = { timeout: 60_000, interval: 200 };

interface Killing {
  kill(): Promise<void>;
  /** Brings back what was killed, or waits until something else has taken over. */
  revive(): Promise<void>;
  /** Whether the console's Prometheus samples meanwhile, so that what comes and goes can be known afterwards; true when absent. */
  isSampled?: boolean;
  /** Receivers that are in the middle of taking a message when it happens. */
  interrupts?: WebhookReceiver[];
}

describe.skipIf(whyNoConsole() ?? whyNoPrometheus())("a kill while alerts fire", () => {
  let all: ConsoleAndWitness;
  const undergone = new Map<Fault, { tolerance: number }>();

  beforeAll(async () => {
    all = await startConsoleAndWitness(rules, { name: "fast", interval });
    // One after the other, so that the first has every lease.
    await all.startWorker();
    await vi.waitFor(async () => expect(await all.evaluated("Slow")).not.toBeNull(), patience);
    await all.startWorker();
    prepare(faults[0]);
  }, 300_000);
  afterAll(() => all?.stop(), 60_000);

  const whenWitnessed = (fault: Fault, states: States) =>
    vi.waitFor(async () => expect(await all.witnessed(fault)).toMatchObject(states), patience);
  const whenWitnessedOver = (fault: Fault, series: string) =>
    vi.waitFor(async () => expect(await all.witnessed(fault)).not.toHaveProperty(series), patience);
  const whenWitnessedAt = (at: number) =>
    vi.waitFor(async () => expect(await all.lastWitnessed()).toBeGreaterThanOrEqual(at - 0.1), patience);
  const whenShown = (fault: Fault, states: States) =>
    vi.waitFor(async () => expect(await all.shown(fault)).toMatchObject(states), patience);

  /** Has alerts begin that are to fire before anything is killed. */
  const prepare = (fault: Fault | undefined) => {
    if (fault !== undefined) all.gauges.set(fault, { stays: on, ends: on, flaps: on, interrupted: on });
  };

  /** Waits until every receiver was told that these fire. */
  const whenTold = (fault: Fault, series: readonly string[]) =>
    vi.waitFor(async () => {
      const alerts = (await all.api.all<AlertView>("alerts")).filter(
        ({ labels }) => labels.fault === fault && series.includes(labels.series!),
      );
      expect(alerts).toHaveLength(series.length);
      const messages = await tellingsOf(all.api);
      for (const receiver of Object.values(all.receivers)) {
        const told = new Set(receiver.taken().flatMap((id) => messages.get(id) ?? []));
        for (const { id } of alerts) expect(told).toContain(`${id} firing`);
      }
    }, patience);

  /** Has a message come to each of `receivers` and stay without an answer. */
  async function interrupt(fault: Fault, receivers: readonly WebhookReceiver[]) {
    all.gauges.set(fault, { interrupted: off });
    await Promise.all(receivers.map((receiver) => receiver.hold(`"${fault}"`, `"interrupted"`)));
  }

  async function undergo(fault: Fault, { kill, revive, isSampled = true, interrupts = [] }: Killing) {
    const firing = { stays: "firing", ends: "firing", flaps: "firing", interrupted: "firing" };
    await Promise.all([whenWitnessed(fault, firing), whenShown(fault, firing)]);
    await whenTold(fault, Object.keys(firing));
    await interrupt(fault, interrupts);
    all.gauges.set(fault, { pends: on, drops: on });
    const pending = { pends: "pending", drops: "pending" };
    await Promise.all([whenWitnessed(fault, pending), whenShown(fault, pending)]);

    const pendingAt = (await all.lastWitnessed())!;
    const began = Date.now();
    await kill();
    for (const receiver of interrupts) receiver.release();
    all.gauges.set(fault, { ends: off, drops: off, begins: on });
    if (isSampled) {
      all.gauges.set(fault, { blips: on, flaps: off });
      await whenWitnessedOver(fault, "flaps");
      // No one evaluation decides what is seen.
      await whenWitnessedAt((await all.lastWitnessed())! + interval);
      all.gauges.set(fault, { flaps: on });
      await whenWitnessed(fault, { blips: "firing" });
      all.gauges.set(fault, { blips: off });
      await whenWitnessed(fault, { flaps: "firing" });
      await whenWitnessedOver(fault, "blips");
    }
    await whenWitnessed(fault, { pends: "firing", begins: "firing" });
    // Until then what had dropped would have fired, had it not.
    if (!isSampled) await whenWitnessedAt(pendingAt + longHold + interval);

    const revived = Date.now();
    await revive();
    await vi.waitFor(async () => {
      expect((await all.evaluated("Overloaded"))!.slot).toBeGreaterThan(revived);
      expect(await all.shown(fault)).toEqual(await all.witnessed(fault));
    }, patience);
    await whenTold(fault, ["stays", "pends", "begins"]);
    // What Prometheus did not sample cannot be known before it samples again, and then has to hold for as long as ever.
    const late = isSampled ? 0 : (Date.now() - began) / 1000 + hold;
    undergone.set(fault, { tolerance: interval + late });
    all.gauges.set(fault, { stays: off, begins: off, pends: off, flaps: off, interrupted: off });
    prepare(faults[faults.indexOf(fault) + 1]);
    await vi.waitFor(
      async () => expect([await all.witnessed(fault), await all.shown(fault)]).toEqual([{}, {}]),
      patience,
    );
  }

  it("one of two workers: the other takes over within two intervals", async () => {
    const takeover = new Map<string, number>();
    let tookOver: Promise<unknown>;
    await undergo("one of two workers", {
      interrupts: [all.receivers.remembering, all.receivers.forgetful],
      kill: async () => {
        await all.workers.shift()!.kill();
        const killedAt = Date.now();
        tookOver = Promise.all(
          ["Overloaded", "Slow"].map((rule) =>
            vi.waitFor(async () => {
              const { at } = (await all.evaluated(rule))!;
              expect(at).toBeGreaterThan(killedAt);
              takeover.set(rule, (at - killedAt) / 1000);
            }, patience),
          ),
        );
      },
      revive: async () => void (await tookOver),
    });
    process.stdout.write(
      `The other worker evaluated ${[...takeover].map(([rule, seconds]) => `${rule} after ${seconds.toFixed(1)} s`).join(", ")}.\n`,
    );
    expect(takeover.get("Slow")).toBeLessThan(2 * slowInterval);
  }, 150_000);

  it("the only worker", async () => {
    await undergo("the only worker", {
      kill: () => all.workers.shift()!.kill(),
      revive: () => all.startWorker(),
    });
  }, 150_000);

  it("PostgreSQL", async () => {
    await undergo("PostgreSQL", {
      interrupts: [all.receivers.remembering, all.receivers.forgetful],
      kill: () => all.postgres.kill(),
      revive: () => all.postgres.restart(),
    });
  }, 150_000);

  it("the Prometheus that is asked", async () => {
    await undergo("Prometheus", {
      isSampled: false,
      kill: () => all.prometheus.kill(),
      revive: () => all.prometheus.restart(),
    });
  }, 150_000);

  it("the web", async () => {
    await undergo("web", { kill: () => all.web.kill(), revive: () => all.restartWeb() });
  }, 150_000);

  it("the sinks", async () => {
    const receivers = Object.values(all.receivers);
    await undergo("sinks", {
      interrupts: [all.receivers.remembering, all.receivers.forgetful],
      kill: async () => void (await Promise.all(receivers.map((receiver) => receiver.kill()))),
      revive: async () => void (await Promise.all(receivers.map((receiver) => receiver.restart()))),
    });
  }, 150_000);

  it("loses nothing", async () => {
    const hasArrived = ({ told, expected }: FaultRow) => told.every(({ arrived }) => arrived === expected);
    let rows: FaultRow[] = [];
    // What is still missing after that is shown below.
    await vi
      .waitFor(async () => {
        rows = await faultRows(undergone, interval, all);
        expect(rows.every(hasArrived)).toBe(true);
      }, patience)
      .catch(() => {});
    process.stdout.write(`${faultTable(rows)}\n`);
    expect.soft(rows.map(({ fault }) => fault)).toEqual([...faults]);
    for (const { fault, history, told, expected } of rows) {
      expect.soft(history.missing, fault).toEqual([]);
      expect.soft(history.extra, fault).toEqual([]);
      if (fault !== "Prometheus") expect.soft(history.late, fault).toBe(0);
      for (const { receiver, arrived, lost, doubled } of told) {
        const which = `${fault}, ${receiver}`;
        expect.soft(lost, which).toEqual([]);
        expect.soft(arrived, which).toBe(expected);
        const mayDouble = receiver !== all.receivers.remembering.name;
        expect.soft(doubled, which).toBeLessThanOrEqual(mayDouble ? 1 : 0);
      }
    }
  }, 120_000);
});
