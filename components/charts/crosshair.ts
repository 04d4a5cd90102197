"use client";

import uPlot from "uplot";

/** One chart's part in the crosshair that all charts of a page share. */
export type SharedCrosshair = {
  /** Shows the crosshair of all other charts at a time, Unix seconds; null hides it. */
  show: (time: number | null) => void;
  leave: () => void;
};

/**
 * Lets a chart that uPlot does not draw join the crosshair of those that it does. `onTime` is called with the time under
 * the pointer in another chart, null when it left.
 */
export function joinCrosshair(syncKey: string, onTime: (time: number | null) => void): SharedCrosshair {
  const group = uPlot.sync(syncKey);
  // uPlot calls nothing of a member but this.
  const member = {
    pub: (_type: string, source: uPlot, left: number) => onTime(left < 0 ? null : source.posToVal(left, "x")),
  } as unknown as uPlot;
  group.sub(member);
  return {
    show(time) {
      for (const plot of group.plots) {
        if (plot === member || !plot.over) continue;
        plot.setCursor(time === null ? HIDDEN : { left: plot.valToPos(time, "x"), top: 4 });
      }
    },
    leave: () => group.unsub(member),
  };
}

const HIDDEN = { left: -10, top: -10 };
