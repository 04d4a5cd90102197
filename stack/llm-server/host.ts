import type { CpuMode, ReplicaMetrics } from "./metrics";
import type { Random } from "./random";

const GIB = 1024 ** 3;
const MEMORY_TOTAL = 64 * GIB;
const DISK = 200 * GIB;
// Weights in the page cache count as available; this is what the server and its tokenizer hold.
const MEMORY_BASE = 11.5 * GIB;

type HostLoad = {
  /** Part of the interval in which the engine ran; its loop keeps one core busy then. */
  busy: number;
  running: number;
  waiting: number;
  bytesReceived: number;
  bytesSent: number;
};

export type HostState = { load1: number; load5: number };

/** The machine under a replica, as node_exporter shows it. */
export class Host {
  readonly #random: Random;
  readonly #metrics: ReplicaMetrics["host"];
  readonly #state: HostState;

  constructor(random: Random, metrics: ReplicaMetrics["host"], state?: HostState) {
    this.#random = random;
    this.#metrics = metrics;
    this.#state = state ?? { load1: 0.4, load5: 0.4 };
    metrics.memoryTotal.set(MEMORY_TOTAL);
    metrics.memoryAvailable.set(MEMORY_TOTAL - MEMORY_BASE);
    metrics.filesystemSize.set(DISK);
    metrics.filesystemAvailable.set(0.61 * DISK);
  }

  get state(): Readonly<HostState> {
    return this.#state;
  }

  advance(load: HostLoad, seconds: number): void {
    const { cpu, ...gauges } = this.#metrics;
    const inFlight = load.running + load.waiting;
    for (let i = 0; i < cpu.length; i++) {
      // The engine's loop sits on the first core; the front end's threads are spread over the others.
      const engine = i === 0 ? 0.9 * load.busy : 0;
      const frontEnd = 0.04 + 0.0025 * inFlight;
      const noise = 0.01 * Math.abs(this.#random.normal());
      const used = Math.min(0.98, engine + frontEnd + noise);
      const parts: Record<CpuMode, number> = {
        user: used * 0.82,
        system: used * 0.18,
        iowait: 0.002,
        idle: Math.max(0, 1 - used - 0.002),
      };
      for (const mode of Object.keys(parts) as CpuMode[]) cpu[i]![mode].inc(parts[mode] * seconds);
    }
    const runnable = 0.9 * load.busy + 0.15 + 0.008 * inFlight;
    this.#state.load1 += (runnable - this.#state.load1) * (1 - Math.exp(-seconds / 60));
    this.#state.load5 += (runnable - this.#state.load5) * (1 - Math.exp(-seconds / 300));
    gauges.load1.set(Math.round(this.#state.load1 * 100) / 100);
    gauges.load5.set(Math.round(this.#state.load5 * 100) / 100);
    gauges.memoryAvailable.set(Math.round((MEMORY_TOTAL - MEMORY_BASE - inFlight * 3.2e6) / 4096) * 4096);
    gauges.networkReceived.inc(Math.round(load.bytesReceived + 900 * seconds));
    gauges.networkSent.inc(Math.round(load.bytesSent + 700 * seconds));
  }
}
