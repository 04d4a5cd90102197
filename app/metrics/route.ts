import { cookies } from "next/headers";
import { takesMethods } from "@/lib/api/methods";
import { authenticate } from "@/lib/auth/authenticate";
import { can } from "@/lib/auth/permissions";
import { config } from "@/lib/config";
import { refreshJobMetrics } from "@/lib/jobs/metrics";
import { metrics } from "@/lib/observability/metrics";

takesMethods("/metrics", ["GET"]);

export const dynamic = "force-dynamic";

export async function GET(request: Request) {
  const { INFERSCOPE_METRICS } = config();
  if (INFERSCOPE_METRICS === "off") return new Response("Not found\n", { status: 404 });
  if (INFERSCOPE_METRICS === "key") {
    const actor = await authenticate(request.headers.get("authorization"), await cookies(), new Date()).catch(
      () => null,
    );
    if (actor === null)
      return new Response(
        "Send an API key as `Authorization: Bearer …`, or set INFERSCOPE_METRICS=public.\n",
        { status: 401, headers: { "www-authenticate": "Bearer" } },
      );
    if (!can(actor, "metrics:read"))
      return new Response("The scopes of this key do not include metrics:read.\n", { status: 403 });
  }
  await refreshJobMetrics();
  const { registry } = metrics();
  return new Response(await registry.metrics(), {
    headers: { "content-type": registry.contentType, "cache-control": "no-store" },
  });
}
