import type { DcgmField, GpuIdentity, GpuMetrics } from "./metrics";
import { hash32, type Random } from "./random";

/** What a GPU of this kind is. Memory in MiB, power in watts, clocks in MHz, temperature in °C. */
type GpuKind = {
  modelName: string;
  memory: number;
  memoryReserved: number;
  idlePower: number;
  powerLimit: number;
  smClock: number;
  memoryClock: number;
  slowdownTemperature: number;
};

/** NVIDIA's V100, by its data sheet; memory as nvidia-smi counts it. */
export const teslaV100: GpuKind = {
  modelName: "Tesla V100-SXM2-16GB",
  memory: 16_384,
  memoryReserved: 229,
  idlePower: 42,
  powerLimit: 300,
  smClock: 1530,
  memoryClock: 877,
  slowdownTemperature: 87,
};

const BYTES_IN_MIB = 1_048_576;
const AMBIENT = 29;
const DEGREES_PER_WATT = 0.155;
const THERMAL_SECONDS = 75;
const GPU_IDLE = 0x1;
const SW_THERMAL_SLOWDOWN = 0x20;

/** The identity of the GPU with this index in a fleet: the same index has the same UUID in every run. */
export function gpuIdentity(index: string, kind: GpuKind): GpuIdentity {
  const digits = [0, 1, 2, 3].map((i) => hash32(`gpu/${index}/${i}`).toString(16).padStart(8, "0")).join("");
  const uuid = [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
  const bus = (0x3b + Number(index) * 0x10).toString(16).toUpperCase().padStart(2, "0");
  return { index, uuid: `GPU-${uuid}`, pciBusId: `00000000:${bus}:00.0`, modelName: kind.modelName };
}

/** What the engine did in an interval, as a GPU feels it. */
type GpuLoad = {
  /** Parts of the interval, 0–1: in which an iteration ran, and in which it was prefill work. */
  busy: number;
  prefill: number;
  /** Sequences in the batch. */
  running: number;
};

export type GpuState = { temperature: number; utilization: number; energy: number; leaked: number };

/** One GPU of a replica: utilisation, power, heat and memory follow from what the engine does. */
export class Gpu {
  readonly #kind: GpuKind;
  readonly #random: Random;
  readonly #metrics: GpuMetrics;
  /** MiB that the engine holds from its start: weights, KV cache, activations, CUDA graphs. */
  readonly #baseMemory: number;
  readonly #state: GpuState;

  constructor(kind: GpuKind, baseMemory: number, random: Random, metrics: GpuMetrics, state?: GpuState) {
    this.#kind = kind;
    this.#random = random;
    this.#metrics = metrics;
    this.#baseMemory = baseMemory;
    this.#state = state ?? { temperature: AMBIENT + 12, utilization: 0, energy: 3.1e12, leaked: 0 };
    metrics.memoryTotal.set(kind.memory * BYTES_IN_MIB);
    metrics.dcgm.memoryReserved.value = kind.memoryReserved;
    metrics.dcgm.memoryClock.value = kind.memoryClock;
    metrics.dcgm.powerLimit.value = kind.powerLimit;
    this.#showMemory();
  }

  get state(): Readonly<GpuState> {
    return this.#state;
  }

  get memoryFree(): number {
    return this.#kind.memory - this.#kind.memoryReserved - this.#memoryUsed();
  }

  /** MiB that leak until `release`; what does not fit does not leak. */
  leak(mebibytes: number): void {
    this.#state.leaked += Math.min(mebibytes, this.memoryFree);
    this.#showMemory();
  }

  release(): void {
    this.#state.leaked = 0;
    this.#showMemory();
  }

  /** Lets `seconds` pass under `load`. */
  advance(load: GpuLoad, seconds: number): void {
    const state = this.#state;
    const kind = this.#kind;
    // NVML reports a share of the last sample period; a few seconds of memory make it as calm as it is in practice.
    const fade = 1 - Math.exp(-seconds / 4);
    const wobble = 0.012 * this.#random.normal();
    // Between two iterations the GPU waits for the scheduler; the smaller the batch, the more of the time that is.
    const kernels = 0.98 - 0.3 * Math.exp(-(load.running * (1 + 2 * load.prefill)) / 22);
    const busy = Math.min(1, Math.max(0, load.busy * (kernels + wobble)));
    state.utilization += (busy - state.utilization) * fade;

    const hot = state.temperature >= kind.slowdownTemperature;
    const active = 0.52 * state.utilization + 0.4 * load.prefill;
    const power = Math.min(
      kind.powerLimit,
      kind.idlePower + (kind.powerLimit - kind.idlePower) * active + 400 * wobble * state.utilization,
    );
    state.energy += power * seconds * 1000;
    const target = AMBIENT + 8 + DEGREES_PER_WATT * power;
    state.temperature += (target - state.temperature) * (1 - Math.exp(-seconds / THERMAL_SECONDS));

    const idle = state.utilization < 0.01;
    const clock = idle ? 135 : hot ? kind.smClock * 0.6 : kind.smClock - 7.5 * Math.round(active * 8);
    const values: Partial<Record<DcgmField, number>> = {
      smClock: clock,
      temperature: Math.round(state.temperature),
      power: Math.round(power * 1000) / 1000,
      energy: Math.round(state.energy),
      utilization: Math.round(state.utilization * 100),
      memoryCopyUtilization: Math.round(state.utilization * 78),
      clockEvents: idle ? GPU_IDLE : hot ? SW_THERMAL_SLOWDOWN : 0,
      graphicsActive: round6(state.utilization),
      tensorActive: round6(0.06 * state.utilization + 0.5 * load.prefill),
      memoryActive: round6(0.74 * state.utilization),
    };
    for (const [field, value] of Object.entries(values)) this.#metrics.dcgm[field as DcgmField].value = value;
    this.#metrics.utilizationPercent.set(Math.round(state.utilization * 1000) / 10);
  }

  #memoryUsed(): number {
    return this.#baseMemory + this.#state.leaked;
  }

  #showMemory(): void {
    const used = Math.round(this.#memoryUsed());
    this.#metrics.dcgm.memoryUsed.value = used;
    this.#metrics.dcgm.memoryFree.value = this.#kind.memory - this.#kind.memoryReserved - used;
    this.#metrics.memoryUsed.set(used * BYTES_IN_MIB);
  }
}

function round6(ratio: number): number {
  return Math.round(ratio * 1e6) / 1e6;
}
