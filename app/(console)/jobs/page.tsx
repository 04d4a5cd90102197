import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { JobsPage } from "@/components/jobs/jobs-page";
import { RoleNeeded } from "@/components/shell/role-needed";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { loopsQuery, queuesQuery, workersQuery } from "@/lib/jobs/client";
import { listLoops, listQueues, listWorkers } from "@/lib/jobs/queries";

export const metadata: Metadata = { title: "Jobs" };

export default async function Page() {
  const actor = await pageActor();
  if (!can(actor, "jobs:read")) return <RoleNeeded title="Jobs" actor={actor} action="jobs:read" />;
  const now = new Date();
  const [queues, workers, loops] = await Promise.all([listQueues(), listWorkers(now), listLoops(now)]);
  const client = new QueryClient();
  client.setQueryData(queuesQuery().queryKey, { items: queues });
  client.setQueryData(workersQuery().queryKey, { items: workers });
  client.setQueryData(loopsQuery().queryKey, { items: loops });
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <JobsPage />
    </HydrationBoundary>
  );
}
