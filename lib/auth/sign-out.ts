import { post } from "./request";

/** Ends this session and goes to the sign-in. Throws an Error with a sentence where it goes on. */
export async function signOut(): Promise<void> {
  await post("signout", {});
  location.assign("/sign-in");
}
