import { errors } from "./built-in/errors";
import { gpu } from "./built-in/gpu";
import { hosts } from "./built-in/hosts";
import { latency } from "./built-in/latency";
import { throughput } from "./built-in/throughput";
import { triton } from "./built-in/triton";
import { versions } from "./built-in/versions";
import type { Dashboard } from "./dashboard";

/** Every built-in dashboard beside the overview, in the order of the list. */
export const dashboards: readonly Dashboard[] = [latency, throughput, errors, gpu, hosts, triton, versions];

/** The dashboard of that id. */
export const findDashboard = (id: string): Dashboard | undefined =>
  dashboards.find((dashboard) => dashboard.id === id);
