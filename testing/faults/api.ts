import type { MessageView } from "@/lib/notifications/schema";

/** The console's API with an administrator's key. */
export interface Api {
  send<Answer>(
    method: string,
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  get<Answer>(path: string): Promise<Answer>;
  /** All pages of a list; `path` with its filter. */
  all<Item>(path: string): Promise<Item[]>;
}

export function apiOf(url: string, apiKey: string): Api {
  const ask = async <Answer>(path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${apiKey}`, ...init.headers },
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Answer;
  };
  const get = <Answer>(path: string) => ask<Answer>(path, { method: "GET" });
  return {
    get,
    send: (method, path, body, headers) =>
      ask(path, {
        method,
        headers: {
          "content-type": typeof body === "string" ? "application/yaml" : "application/json",
          ...headers,
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    async all<Item>(path: string) {
      const items: Item[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page: { items: Item[]; nextCursor: string | null } = await get(
          `${path}${path.includes("?") ? "&" : "?"}limit=200${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      return items;
    },
  };
}

/** Something that people are told of an alert. */
export type Telling = `${string} ${"firing" | "resolved"}`;

/** What the messages tell, by their ids. A summary tells that an alert fired and that it resolved. */
export async function tellingsOf(api: Api): Promise<Map<string, Telling[]>> {
  const messages = await api.all<MessageView>("notifications");
  return new Map(
    messages.map(({ id, reason, alertIds, firing }) => [
      id,
      alertIds.flatMap((alertId): Telling[] =>
        reason === "summary"
          ? [`${alertId} firing`, `${alertId} resolved`]
          : [firing > 0 ? `${alertId} firing` : `${alertId} resolved`],
      ),
    ]),
  );
}
