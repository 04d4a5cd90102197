"use client";

import type { ComponentType } from "react";
import type { DashboardView } from "@/lib/dashboards/dashboard";
import { CostView, HeadroomView } from "./cost-views";
import { AvailabilityView, ErrorGuidanceView, ErrorTypesView } from "./error-views";
import { GpuFaultsView } from "./gpu-faults-view";
import { GpuLinesView, GpuMapView, GpuSplitView, GpuSpreadView, GpuWorkView } from "./gpu-views";
import { LatencyTableView } from "./latency-table-view";
import {
  DistributionView,
  EstimateView,
  LimitedView,
  LinesView,
  PercentilesView,
  QueueView,
  SplitView,
  VersionsView,
} from "./line-views";
import { MemoryPartsView } from "./memory-parts-view";
import type { ViewInput } from "./signal-panel";
import { VersionsTableView } from "./versions-table-view";

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
  "gpu-work": GpuWorkView,
  "gpu-split": GpuSplitView,
  "gpu-faults": GpuFaultsView,
  "memory-parts": MemoryPartsView,
  estimate: EstimateView,
  versions: VersionsView,
  "versions-table": VersionsTableView,
  cost: CostView,
  headroom: HeadroomView,
};

/** A panel of a dashboard, by how it is drawn. */
export function PanelView(input: ViewInput) {
  const View = views[input.placed.panel.view];
  return <View {...input} />;
}
