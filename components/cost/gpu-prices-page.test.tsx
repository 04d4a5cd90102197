// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { gpuModelsQuery, gpuPricesQuery } from "@/lib/cost/client";
import type { GpuPrices } from "@/lib/cost/schema";
import { GpuPricesPage } from "./gpu-prices-page";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const h100 = "NVIDIA H100 80GB HBM3";

function show(prices: GpuPrices, { canEdit = true, answer }: { canEdit?: boolean; answer?: Response } = {}) {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", async (_url: string, options: RequestInit) => {
    if (options.method === "PUT") {
      sent.push(JSON.parse(String(options.body)));
      return (
        answer ?? new Response(String(options.body), { headers: { "content-type": "application/json" } })
      );
    }
    return new Response(JSON.stringify(prices), { headers: { "content-type": "application/json" } });
  });
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  queries.setQueryData(gpuPricesQuery().queryKey, prices);
  queries.setQueryData(gpuModelsQuery().queryKey, {
    items: [{ gpuModel: h100, gpus: 4, services: ["chat-api"] }],
    nextCursor: null,
    notes: [],
  });
  render(
    <QueryClientProvider client={queries}>
      <GpuPricesPage canEdit={canEdit} />
    </QueryClientProvider>,
  );
  return sent;
}

it("offers the models in use, and sends all prices with their currency", async () => {
  const sent = show({ currency: null, items: [], nextCursor: null });
  fireEvent.click(screen.getByRole("button", { name: `${h100} (4 in use)` }));
  fireEvent.change(screen.getByLabelText("Per GPU-hour"), { target: { value: "2,5" } });
  fireEvent.change(screen.getByLabelText("Currency"), { target: { value: "eur" } });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Save" })));
  await waitFor(() =>
    expect(sent).toEqual([{ currency: "EUR", items: [{ gpuModel: h100, pricePerHour: 2.5 }] }]),
  );
});

it("takes a price away", async () => {
  const sent = show({ currency: "USD", items: [{ gpuModel: h100, pricePerHour: 3 }], nextCursor: null });
  fireEvent.click(screen.getByRole("button", { name: `Remove the price of ${h100}` }));
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Save" })));
  await waitFor(() => expect(sent).toEqual([{ currency: "USD", items: [] }]));
});

it("shows what was wrong beside its field", async () => {
  const answer = new Response(
    JSON.stringify({
      type: "https://example.com/docs/errors/invalid_request",
      title: "Invalid request",
      status: 400,
      code: "invalid_request",
      detail: "The body is not valid.",
      fields: [{ path: "items.0.pricePerHour", message: "A number, such as 2.5" }],
    }),
    { status: 400, headers: { "content-type": "application/problem+json" } },
  );
  const sent = show(
    { currency: "USD", items: [{ gpuModel: h100, pricePerHour: 3 }], nextCursor: null },
    { answer },
  );
  fireEvent.change(screen.getByLabelText("Per GPU-hour"), { target: { value: "cheap" } });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Save" })));
  await waitFor(() =>
    expect(screen.getByLabelText("Per GPU-hour").getAttribute("aria-invalid")).toBe("true"),
  );
  expect(screen.getAllByText("A number, such as 2.5").length).toBe(2);
  expect(sent).toEqual([{ currency: "USD", items: [{ gpuModel: h100, pricePerHour: null }] }]);
});

it("shows prices to those who may not change them", () => {
  show(
    {
      currency: "USD",
      items: [
        { gpuModel: "*", pricePerHour: 1 },
        { gpuModel: h100, pricePerHour: 2.9875 },
      ],
      nextCursor: null,
    },
    { canEdit: false },
  );
  expect(screen.getByRole("row", { name: `${h100} $2.9875` })).toBeTruthy();
  expect(screen.getByRole("row", { name: "Every other model $1.00" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
});
