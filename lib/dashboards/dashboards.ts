import { errors } from "./built-in/errors";
import { gpu } from "./built-in/gpu";
import { latency } from "./built-in/latency";
import { throughput } from "./built-in/throughput";
import type { Dashboard } from "./dashboard";

/** Every built-in dashboard beside the overview, in the order of the list. */
export const dashboards: readonly Dashboard[] = [latency, throughput, errors, gpu];

/** The dashboard of that id. */
export const findDashboard = (id: string): Dashboard | undefined =>
  dashboards.find((dashboard) => dashboard.id === id);
