"use client";

import type { ComponentType } from "react";
import type { DashboardView } from "@/lib/dashboards/dashboard";
import { AvailabilityView, ErrorGuidanceView, ErrorTypesView } from "./error-views";
import { GpuLinesView, GpuMapView, GpuSpreadView } from "./gpu-views";
import { LatencyTableView } from "./latency-table-view";
import {
  DistributionView,
  LimitedView,
  LinesView,
  PercentilesView,
  QueueView,
  SplitView,
} from "./line-views";
import type { ViewInput } from "./signal-panel";

const views: Record<DashboardView, ComponentType<ViewInput>> = {
  lines: LinesView,
  split: SplitView,
  percentiles: PercentilesView,
  distribution: DistributionView,
  limited: LimitedView,
  queue: QueueView,
  "latency-table": LatencyTableView,
  "error-types": ErrorTypesView,
  "error-guidance": ErrorGuidanceView,
  availability: AvailabilityView,
  "gpu-spread": GpuSpreadView,
  "gpu-map": GpuMapView,
  "gpu-lines": GpuLinesView,
};

/** A panel of a dashboard, by how it is drawn. */
export function PanelView(input: ViewInput) {
  const View = views[input.placed.panel.view];
  return <View {...input} />;
}
