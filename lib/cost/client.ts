import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { Cost, GpuModels, GpuPrices, GpuPricesInput, Headroom } from "./schema";

/** The key of the prices; events of type `gpu_price` make it stale. */
export const gpuPricesKey = ["gpu-prices"] as const;

/** The prices of GPU-hours. */
export const gpuPricesQuery = () =>
  queryOptions({
    queryKey: gpuPricesKey,
    queryFn: ({ signal }) => requestJson<GpuPrices>("/api/v1/gpu-prices", { signal }),
  });

/** The models of the GPUs that exporters report now. */
export const gpuModelsQuery = () =>
  queryOptions({
    queryKey: ["gpu-models"],
    queryFn: ({ signal }) => requestJson<GpuModels>("/api/v1/gpu-models", { signal }),
    staleTime: 60_000,
  });

export const saveGpuPrices = (prices: GpuPricesInput) =>
  requestJson<GpuPrices>("/api/v1/gpu-prices", { method: "PUT", body: prices });

/** What a service cost between two times, unix seconds. New prices make it stale. */
export const costQuery = (service: string, range: { start: number; end: number }) =>
  queryOptions({
    queryKey: [...gpuPricesKey, "cost", service, range],
    queryFn: ({ signal }) =>
      requestJson<Cost>(withQuery(`/api/v1/services/${encodeURIComponent(service)}/cost`, range), { signal }),
    staleTime: 60_000,
  });

/** How much more a service can take; it is estimated from weeks, so it changes slowly. */
export const headroomQuery = (service: string) =>
  queryOptions({
    queryKey: ["headroom", service],
    queryFn: ({ signal }) =>
      requestJson<Headroom>(`/api/v1/services/${encodeURIComponent(service)}/headroom`, { signal }),
    staleTime: 15 * 60_000,
  });
