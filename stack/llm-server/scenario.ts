import { z } from "zod";
import { errorTypes } from "./metrics";

const durationUnits: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** Seconds of a duration such as `30s`, `10m` or `1h`. */
function durationSeconds(text: string): number {
  return Number(text.slice(0, -1)) * durationUnits[text.slice(-1)]!;
}

const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smh]$/, "expected a duration such as 30s, 10m or 1h")
  .default("10m");
const version = z.string().min(1).max(64);

/** What `POST /scenario` takes. */
export const scenarioSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("slower_version"),
    version,
    factor: z.number().min(1).max(20).default(2),
    duration,
  }),
  z.strictObject({
    kind: z.literal("errors"),
    type: z.enum(errorTypes),
    rate: z.number().min(0).max(1).default(0.05),
    version: version.optional(),
    duration,
  }),
  z.strictObject({
    kind: z.literal("gpu_memory_leak"),
    gpu: z.string().regex(/^\d+$/, "expected the index of a GPU, such as 0").optional(),
    version: version.optional(),
    mib_per_minute: z.number().positive().max(100_000).default(512),
    duration,
  }),
  z.strictObject({
    kind: z.literal("queue_build_up"),
    version: version.optional(),
    capacity: z.number().min(0).max(1).default(0.1),
    duration,
  }),
  z.strictObject({
    kind: z.literal("longer_prompts"),
    factor: z.number().min(1).max(10).default(3),
    duration,
  }),
  z.strictObject({ kind: z.literal("lost_replica"), version, duration }),
  z.strictObject({ kind: z.literal("reset") }),
]);

export type ScenarioRequest = z.infer<typeof scenarioSchema>;
export type Scenario = Exclude<ScenarioRequest, { kind: "reset" }>;
export type ScenarioKind = Scenario["kind"];
type ScenarioOf<K extends ScenarioKind> = Extract<Scenario, { kind: K }>;

/** A scenario in force, from and until Unix seconds. */
export type ActiveScenario = Scenario & { startedAt: number; endsAt: number };

/** The field and what is wrong with it, one sentence each, of a body that `scenarioSchema` refuses. */
export function scenarioFaults(error: z.ZodError): { field: string; message: string }[] {
  return error.issues.map((issue) => ({ field: issue.path.join(".") || "body", message: issue.message }));
}

/** The scenarios in force in one process. A second of the same kind and target replaces the first. */
export class ScenarioBook {
  #active: ActiveScenario[] = [];

  /** Puts a scenario in force, or ends all of them. */
  apply(scenario: ScenarioRequest, now: number): void {
    if (scenario.kind === "reset") {
      this.#active = [];
      return;
    }
    const endsAt = now + durationSeconds(scenario.duration);
    this.#active = this.active(now).filter((other) => target(other) !== target(scenario));
    this.#active.push({ ...scenario, startedAt: now, endsAt });
  }

  /** Those in force at `now`, in the order in which they began. */
  active(now: number): ActiveScenario[] {
    if (this.#active.some((scenario) => scenario.endsAt <= now)) {
      this.#active = this.#active.filter((scenario) => scenario.endsAt > now);
    }
    return this.#active;
  }

  /** Those of one kind in force at `now` that concern this version (all that name none do). */
  of<K extends ScenarioKind>(kind: K, version: string | null, now: number): ScenarioOf<K>[] {
    return this.active(now).filter(
      (scenario): scenario is ActiveScenario & ScenarioOf<K> =>
        scenario.kind === kind &&
        (version === null || !("version" in scenario) || (scenario.version ?? version) === version),
    );
  }
}

function target(scenario: Scenario): string {
  return [
    scenario.kind,
    "version" in scenario ? scenario.version : "",
    "type" in scenario ? scenario.type : "",
    "gpu" in scenario ? scenario.gpu : "",
  ].join("/");
}
