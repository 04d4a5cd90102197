import { takesMethods } from "@/lib/api/methods";

takesMethods("/health/live", ["GET"]);

/** The process answers. Says nothing of the database, or a restart would be asked for what a restart cannot mend. */
export const GET = () => Response.json({ status: "live" }, { headers: { "cache-control": "no-store" } });
