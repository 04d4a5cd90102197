/** What a GPU counts of its memory's errors; null where it is not measured. */
export interface MemoryErrors {
  /** Since the driver was loaded. */
  corrected: number | null;
  uncorrected: number | null;
  /** Rows replaced over the GPU's life, after either kind of error. */
  remappedRows: number | null;
  remapFailed: boolean | null;
}

export interface MemoryHealth {
  verdict: "ok" | "watch" | "reset" | "replace" | "unknown";
  text: string;
  action: string | null;
}

/** A GPU has so many spare rows for each bank; NVIDIA lets a board be returned when one bank has used them up. */
const sparesOfBank = 8;

/** ECC errors and row remaps in words, by what they call for. */
export function memoryHealth({
  corrected,
  uncorrected,
  remappedRows,
  remapFailed,
}: MemoryErrors): MemoryHealth {
  const isUnknown = [corrected, uncorrected, remappedRows, remapFailed].every((each) => each === null);
  if (isUnknown) return { verdict: "unknown", text: "Memory errors are not measured here.", action: null };
  if (remapFailed === true)
    return {
      verdict: "replace",
      text: "A faulty memory row could not be replaced by a spare one.",
      action: "Drain the GPU and have it replaced.",
    };
  if ((uncorrected ?? 0) > 0)
    return {
      verdict: "reset",
      text: `${counted(uncorrected ?? 0, "memory error")} could not be corrected since the driver was loaded.`,
      action: "Drain the GPU and reset it, so that faulty rows are replaced by spare ones.",
    };
  const rows = remappedRows ?? 0;
  if (rows >= sparesOfBank)
    return {
      verdict: "watch",
      text: `${counted(rows, "memory row")} were replaced by spare ones; a bank has ${sparesOfBank}.`,
      action: "Watch for a remap that fails (XID 64).",
    };
  const said = [
    (corrected ?? 0) > 0
      ? `${counted(corrected ?? 0, "memory error")} corrected since the driver was loaded`
      : null,
    rows > 0 ? `${counted(rows, "memory row")} replaced by spare ones` : null,
  ].filter((part) => part !== null);
  return {
    verdict: "ok",
    text: said.length === 0 ? "No memory errors." : `${said.join(", ")}: normal in the life of a GPU.`,
    action: null,
  };
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
