/** Whose fault an XID usually is. */
export type XidClass = "application" | "driver" | "hardware" | "information";

/** What an operator does: nothing to everything. */
export type XidUrgency = "none" | "watch" | "restart" | "reset" | "drain" | "replace";

export interface XidFacts {
  /** What NVIDIA's driver calls it, in plain words. */
  meaning: string;
  /** The usual classes, the likeliest first. */
  classes: XidClass[];
  urgency: XidUrgency;
  action: string;
}

const restart = "Restart the program.";
const diagnostics = "Drain the GPU and run `dcgmi diag -r 3`.";

/*
 * The driver's numbers, after the table of NVIDIA's dcgm-exporter and NVIDIA's public XID guide. Numbers of one kind
 * share an entry.
 */
const table: [codes: number[], facts: XidFacts][] = [
  [
    [8],
    {
      meaning: "The GPU stopped processing",
      classes: ["application", "driver"],
      urgency: "restart",
      action: restart,
    },
  ],
  [
    [13],
    {
      meaning: "A kernel did something illegal: an access out of bounds or a bad instruction",
      classes: ["application"],
      urgency: "restart",
      action: `${restart} Look for the fault with compute-sanitizer. If it follows the GPU and not the program, run \`dcgmi diag -r 3\`.`,
    },
  ],
  [
    [31],
    {
      meaning: "A kernel touched an address that is not mapped",
      classes: ["application"],
      urgency: "restart",
      action: `${restart} Look for an illegal address in the newest release; rarely it is the driver or the GPU.`,
    },
  ],
  [
    [32],
    {
      meaning: "A command buffer arrived corrupted",
      classes: ["driver", "hardware"],
      urgency: "restart",
      action: `${restart} If it comes back, check PCIe.`,
    },
  ],
  [
    [38],
    {
      meaning: "The driver's firmware failed",
      classes: ["driver"],
      urgency: "restart",
      action: "Update the driver.",
    },
  ],
  [
    [43],
    {
      meaning: "The program's work was stopped after its own fault; the GPU is healthy",
      classes: ["application"],
      urgency: "restart",
      action: `${restart} The cause is an XID 13 or 31 before it.`,
    },
  ],
  [
    [45],
    {
      meaning: "The driver cleaned up after a program that was stopped or killed",
      classes: ["application", "information"],
      urgency: "none",
      action: "Look at the XID before it. Alone it only says that a process was killed.",
    },
  ],
  [
    [46],
    {
      meaning: "The GPU stopped processing and did not come back",
      classes: ["hardware", "driver"],
      urgency: "reset",
      action: "Reset the GPU.",
    },
  ],
  [
    [48],
    {
      meaning: "A memory error of two bits, which ECC cannot correct",
      classes: ["hardware"],
      urgency: "drain",
      action: "Drain the GPU and reset it. Watch for 63 and 64; replace it if this comes back.",
    },
  ],
  [
    [56, 57, 58],
    {
      meaning: "The display engine or the memory interface failed",
      classes: ["hardware"],
      urgency: "drain",
      action: diagnostics,
    },
  ],
  [
    [61, 62],
    {
      meaning: "The GPU's own microcontroller stopped",
      classes: ["hardware", "driver"],
      urgency: "drain",
      action: "Drain the GPU and reset it. Replace it if this comes back.",
    },
  ],
  [
    [63],
    {
      meaning: "A faulty memory row was set aside; a spare one takes over with the next reset",
      classes: ["hardware"],
      urgency: "watch",
      action: "Reset the GPU when it suits.",
    },
  ],
  [
    [64],
    {
      meaning: "A faulty memory row could not be set aside",
      classes: ["hardware"],
      urgency: "replace",
      action: "Drain the GPU now and reset it. Replace it if this comes back.",
    },
  ],
  [
    [68, 69],
    {
      meaning: "The video decoder or a graphics unit failed",
      classes: ["application"],
      urgency: "restart",
      action: restart,
    },
  ],
  [
    [74],
    {
      meaning: "An NVLink connection failed",
      classes: ["hardware"],
      urgency: "drain",
      action: "Check the links and the fabric, reset the GPU, and reseat it if this comes back.",
    },
  ],
  [
    [79],
    {
      meaning: "The GPU has fallen off the bus: the host can no longer reach it",
      classes: ["hardware"],
      urgency: "drain",
      action: "Drain the host, reboot it, and check power and PCIe. Replace the GPU if this comes back.",
    },
  ],
  [
    [80],
    {
      meaning: "Corrupted data were sent to the GPU",
      classes: ["hardware"],
      urgency: "drain",
      action: diagnostics,
    },
  ],
  [
    [92],
    {
      meaning: "Corrected memory errors come at a high rate",
      classes: ["hardware"],
      urgency: "watch",
      action: "Plan a `dcgmi diag -r 3`.",
    },
  ],
  [
    [93],
    {
      meaning: "The board's own store was written too often",
      classes: ["information"],
      urgency: "none",
      action: "Nothing to do.",
    },
  ],
  [
    [94],
    {
      meaning: "A memory error was contained: only the program that used the memory dies",
      classes: ["hardware"],
      urgency: "restart",
      action: "Restart the program, and reset the GPU when it suits.",
    },
  ],
  [
    [95],
    {
      meaning: "A memory error was not contained: every program on the GPU may hold wrong data",
      classes: ["hardware"],
      urgency: "drain",
      action: "Drain the GPU and reset it at once.",
    },
  ],
  [
    [109],
    {
      meaning: "Switching between two programs took too long",
      classes: ["application", "driver"],
      urgency: "restart",
      action: `${restart} Update the driver if it comes back.`,
    },
  ],
  [
    [110],
    {
      meaning: "A security fault",
      classes: ["hardware", "driver"],
      urgency: "reset",
      action: "Reset the GPU.",
    },
  ],
  [
    [119, 120],
    {
      meaning: "The GPU's system processor (GSP) does not answer",
      classes: ["driver", "hardware"],
      urgency: "drain",
      action: "Drain the GPU and reset it, by a power cycle if need be. Update the driver.",
    },
  ],
  [
    [121],
    {
      meaning: "The link between CPU and GPU (C2C) reported an error",
      classes: ["hardware"],
      urgency: "watch",
      action: "Watch it, and reset the GPU when it suits.",
    },
  ],
  [
    [122, 123, 124, 125],
    {
      meaning: "The board's own store cannot be read or written",
      classes: ["hardware"],
      urgency: "drain",
      action: diagnostics,
    },
  ],
  [
    [144, 145, 146, 147, 148, 149, 150],
    {
      meaning: "NVLink's control reported an error",
      classes: ["hardware", "driver"],
      urgency: "watch",
      action: "Do what the XID 154 beside it says: reset, reboot or drain.",
    },
  ],
  [
    [154],
    {
      meaning: "The driver says what it takes to recover",
      classes: ["information"],
      urgency: "watch",
      action:
        "Read the action in the kernel log: 0 none, 1 reset, 2 reboot, 3 drain peers, 4 drain and reset.",
    },
  ],
];

const byCode = new Map(table.flatMap(([codes, facts]) => codes.map((code) => [code, facts] as const)));

/** What an XID says. Null for 0, which says that there was none; a number that is not known gets a general answer. */
export function xidFacts(code: number): XidFacts | null {
  if (code === 0) return null;
  return (
    byCode.get(code) ?? {
      meaning: `XID ${code}, which this console has no words for`,
      classes: [],
      urgency: "watch",
      action: "Look it up in NVIDIA's XID guide, and at the kernel log for what stands beside it.",
    }
  );
}

/** The numbers that {@link xidFacts} has words for, ascending. */
export const knownXids = (): number[] => [...byCode.keys()].sort((a, b) => a - b);
