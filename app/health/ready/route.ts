import { takesMethods } from "@/lib/api/methods";
import { readiness } from "@/lib/health/readiness";

takesMethods("/health/ready", ["GET"]);

export const dynamic = "force-dynamic";

export async function GET() {
  const state = await readiness();
  return Response.json(state, {
    status: state.status === "ready" ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
