import { administrator, expect, test } from "./steps";

const asAdministrator = () => ({ authorization: `Bearer ${administrator.apiKey()}` });

test("a script lists the services and reads what the charts show", async ({ request }) => {
  const headers = asAdministrator();
  const list = await (await request.get("/api/v1/services", { headers })).json();
  expect(list).toMatchObject({
    items: [
      expect.objectContaining({
        id: "chat-api",
        name: "chat-api",
        engines: expect.arrayContaining(["vllm"]),
        models: ["llama-3.1-8b-instruct"],
        versions: ["v1.2.0", "v1.3.0"],
      }),
    ],
    nextCursor: null,
  });
  const end = Math.floor(Date.now() / 60_000) * 60;
  const start = end - 1800;
  const response = await request.get(
    `/api/v1/services/chat-api/signals?signal=ttft,error_rate,request_rate&start=${start}&end=${end}&step=60&quantile=0.95`,
    { headers },
  );
  expect(response.status(), await response.text()).toBe(200);
  const answer = await response.json();
  expect(answer).toMatchObject({ service: "chat-api", start, end, step: 60 });
  const [ttft, errorRate, requestRate] = answer.signals;
  expect(ttft).toMatchObject({
    signal: "ttft",
    unit: "seconds",
    better: "lower",
    available: true,
    series: [{ quantile: 0.95 }],
  });
  expect(JSON.stringify(ttft.expr)).toContain("vllm:time_to_first_token_seconds");
  const values = ttft.series[0].points
    .map(([, value]: [number, number | null]) => value)
    .filter((value: number | null) => value !== null);
  expect(values.length).toBeGreaterThan(10);
  for (const value of values) expect(value).toBeGreaterThan(0.01);
  for (const value of values) expect(value).toBeLessThan(30);
  expect(errorRate).toMatchObject({ signal: "error_rate", unit: "ratio", available: true });
  expect(requestRate).toMatchObject({
    signal: "request_rate",
    unit: "requests_per_second",
    better: expect.any(String),
  });
});

test("a wrong request is answered with a problem document that says what would be right", async ({
  request,
}) => {
  const headers = asAdministrator();
  const unknown = await request.get(
    "/api/v1/services/no-such-service/signals?signal=ttft&start=0&end=60&step=60",
    { headers },
  );
  expect(unknown.status()).toBe(404);
  expect(unknown.headers()["content-type"]).toBe("application/problem+json");
  const document = await unknown.json();
  expect(document).toMatchObject({
    code: "not_found",
    status: 404,
    type: "/docs/errors/not_found",
    instance: "/api/v1/services/no-such-service/signals",
  });
  expect(document.requestId).toBe(unknown.headers()["x-request-id"]);

  const nowhere = await request.get("/api/v1/no-such-thing", { headers });
  expect(nowhere.status()).toBe(404);
  expect(await nowhere.json()).toMatchObject({ code: "not_found" });
  const nul = await request.get("/api/v1/audit-events?q=%00", { headers });
  expect(nul.status()).toBe(400);
  const versionless = await request.patch("/api/v1/account", {
    headers: { ...headers, "if-match": '"99"' },
    data: {},
  });
  expect(versionless.status()).toBe(400);

  const wrong = await request.post("/api/v1/sources", {
    headers,
    data: { kind: "prometheus", name: "", url: "not a url" },
  });
  expect(wrong.status()).toBe(400);
  expect((await wrong.json()).fields.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(["url"]),
  );

  const text = await request.post("/api/v1/annotations", {
    headers: { ...headers, "content-type": "text/plain" },
    data: "hello",
  });
  expect(text.status()).toBe(415);
  const broken = await request.post("/api/v1/annotations", {
    headers: { ...headers, "content-type": "application/json" },
    data: Buffer.from("{"),
  });
  expect(broken.status()).toBe(400);
  const large = await request.post("/api/v1/annotations", {
    headers,
    data: { start: new Date().toISOString(), text: "x".repeat(2_000_000) },
  });
  expect(large.status()).toBe(413);
});

test("the same create with one Idempotency-Key makes one thing", async ({ request }) => {
  const headers = { ...asAdministrator(), "idempotency-key": `e2e-${Date.now()}` };
  const data = { start: new Date().toISOString(), text: "deployed once" };
  const first = await request.post("/api/v1/annotations", { headers, data });
  const again = await request.post("/api/v1/annotations", { headers, data });
  expect(first.status()).toBe(201);
  expect(await again.json()).toEqual(await first.json());
  const other = await request.post("/api/v1/annotations", { headers, data: { ...data, text: "another" } });
  expect(other.status()).toBe(409);
  const { id } = await first.json();
  expect((await request.delete(`/api/v1/annotations/${id}`, { headers: asAdministrator() })).ok()).toBe(true);
});

test("a source changed by someone else meanwhile is not overwritten", async ({ request }) => {
  const headers = asAdministrator();
  const made = await request.post("/api/v1/sources", {
    headers,
    data: { kind: "jaeger", name: "second-jaeger", url: "http://127.0.0.1:9" },
  });
  expect(made.status(), await made.text()).toBe(201);
  const { id } = await made.json();
  const etag = (await request.get(`/api/v1/sources/${id}`, { headers })).headers().etag!;
  const mine = await request.patch(`/api/v1/sources/${id}`, {
    headers: { ...headers, "if-match": etag },
    data: { name: "mine" },
  });
  expect(mine.status(), await mine.text()).toBe(200);
  const late = await request.patch(`/api/v1/sources/${id}`, {
    headers: { ...headers, "if-match": etag },
    data: { name: "late" },
  });
  expect(late.status()).toBe(412);
  expect((await request.delete(`/api/v1/sources/${id}`, { headers })).ok()).toBe(true);
});

test("the probes and the console's own metrics answer", async ({ request }) => {
  expect(await (await request.get("/health/live")).json()).toEqual({ status: "live" });
  expect(await (await request.get("/health/ready")).json()).toMatchObject({ status: "ready" });
  const metrics = await (await request.get("/metrics", { headers: asAdministrator() })).text();
  for (const name of [
    "inferscope_http_request_duration_seconds_bucket",
    "inferscope_upstream_request_duration_seconds_bucket",
    "inferscope_cache_reads_total",
    "inferscope_job_queue_depth",
    "nodejs_eventloop_lag_seconds",
  ])
    expect(metrics).toContain(name);
});

test("a page of another site cannot change anything with the viewer's cookie", async ({ page, given }) => {
  await given.aSignedInAdministrator();
  const response = await page.request.post("/api/v1/annotations", {
    headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    data: { start: new Date().toISOString(), text: "forged" },
  });
  expect(response.status()).toBe(403);
});
