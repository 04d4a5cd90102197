import "server-only";
import { cookies, headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import type { UserActor } from "./actor";
import { userFromCookies } from "./authenticate";
import { type Action, can } from "./permissions";

/**
 * The signed-in user of a page; sends everyone else to the sign-in, which leads back here. With an action the user may
 * not do, the page answers as if it were not there.
 */
export async function pageActor(action?: Action): Promise<UserActor> {
  const actor = await userFromCookies(await cookies());
  if (actor === null) {
    const path = (await headers()).get("x-inferscope-path") ?? "/";
    redirect(`/sign-in?to=${encodeURIComponent(path)}`);
  }
  if (action !== undefined && !can(actor, action)) notFound();
  return actor;
}
