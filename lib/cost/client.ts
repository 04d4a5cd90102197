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

/** Hours are moved by whole minutes, and less by single ones. Seconds. */
const movedBy = { hours: 300, less: 60 };

/**
 * A range moved into the past, so that a refresh a moment later asks for the same; as long as it was, to within what it is
 * moved by. Unix seconds.
 */
export function costRange({ start, end }: { start: number; end: number }): { start: number; end: number } {
  const step = end - start >= 3_600 ? movedBy.hours : movedBy.less;
  const moved = Math.floor(start / step) * step;
  return { start: moved, end: moved + Math.max(step, Math.round((end - start) / step) * step) };
}

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
