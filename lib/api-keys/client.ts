import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { ApiKeyList, CreateApiKey, CreatedApiKey } from "./schema";

/** The key of everything about API keys; events of type `api_key` make it stale. */
export const apiKeysKey = ["api-keys"] as const;

/** A page of the keys one may see, newest first. */
export const apiKeysQuery = (cursor: string | null) =>
  queryOptions({
    queryKey: [...apiKeysKey, "list", cursor],
    queryFn: ({ signal }) => requestJson<ApiKeyList>(withQuery("/api/v1/api-keys", { cursor }), { signal }),
    placeholderData: keepPreviousData,
  });

export const createApiKey = (key: CreateApiKey) =>
  requestJson<CreatedApiKey>("/api/v1/api-keys", { method: "POST", body: key });

export const revokeApiKey = (id: string) =>
  requestJson<undefined>(`/api/v1/api-keys/${encodeURIComponent(id)}`, { method: "DELETE" });
