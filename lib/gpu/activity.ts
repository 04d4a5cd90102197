import { format } from "@/lib/units";

/** How busy a GPU is by each measure, 0–1; null where it is not measured. */
export interface Activity {
  /** Share of time in which at least one kernel ran. */
  utilization: number | null;
  smActive: number | null;
  tensorActive: number | null;
  dramActive: number | null;
}

/** What GPU utilization says and what it does not. */
export const utilizationExplanation =
  "GPU utilization is the share of time in which at least one kernel ran. At 100 % something always ran; whether it kept one multiprocessor busy or all of them does not show. SM activity shows it: the share of multiprocessors that had work, on average.";

/** From here on a measure counts as full; below `low` as mostly idle. */
const full = 0.9;
const low = 0.5;
/** DRAM activity near this is all that the memory gives. */
const memoryBound = 0.7;

/** One sentence on what a GPU's measures of activity say together. */
export function activityVerdict({ utilization, smActive, tensorActive, dramActive }: Activity): string {
  if (utilization === null && smActive === null) return "There is no measure of how busy it is now.";
  if (smActive === null)
    return (utilization ?? 0) >= full
      ? "A kernel ran nearly all the time. How much of the chip worked cannot be said without SM activity (`DCGM_FI_PROF_SM_ACTIVE`)."
      : `A kernel ran ${format(utilization, "ratio")} of the time; the rest is free.`;
  if (smActive < low && (dramActive ?? 0) >= memoryBound)
    return `The memory is the limit: it was busy ${format(dramActive, "ratio")} of the time, the multiprocessors ${format(smActive, "ratio")}. Larger batches do more work for the same reads.`;
  if ((utilization ?? 0) >= full && smActive < low)
    return `A kernel ran nearly all the time, but on average only ${format(smActive, "ratio")} of the multiprocessors worked: there is room for larger batches.`;
  if (smActive >= low && tensorActive !== null && tensorActive < 0.1)
    return `${format(smActive, "ratio")} of the multiprocessors worked, the tensor cores hardly (${format(tensorActive, "ratio")}): generating token by token, or kernels that do not use them.`;
  if (smActive >= full) return "Nearly all multiprocessors worked all the time: the GPU is full.";
  return `On average ${format(smActive, "ratio")} of the multiprocessors worked.`;
}
