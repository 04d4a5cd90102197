import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { Metadata } from "next";
import { GpuPricesPage } from "@/components/cost/gpu-prices-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { gpuPricesQuery } from "@/lib/cost/client";
import { listGpuPrices } from "@/lib/cost/queries";

export const metadata: Metadata = { title: "GPU prices" };

export default async function Page() {
  const actor = await pageActor("gpu_prices:read");
  const queries = new QueryClient();
  queries.setQueryData(gpuPricesQuery().queryKey, await listGpuPrices(actor));
  return (
    <HydrationBoundary state={dehydrate(queries)}>
      <GpuPricesPage canEdit={can(actor, "gpu_prices:write")} />
    </HydrationBoundary>
  );
}
