const MESSAGES: Record<string, string> = {
  Wrong: "E-mail or password is wrong.",
  CredentialsSignin: "E-mail or password is wrong.",
  Disabled: "This account is disabled. Ask an administrator to enable it.",
  ExpiredLink: "This link was used, or it has expired. Ask for a new one.",
  Unavailable: "The console cannot reach its database. Try again once it is back.",
  OidcNoEmail: "Single sign-on told no e-mail address of yours, and the console needs one.",
  OidcUnverified:
    "Single sign-on says that your e-mail address is not verified. Verify it there and sign in again.",
  OidcNotAllowed: "Your account of single sign-on is not among those that may sign in here.",
  OidcPasswordAccount:
    "An account with your e-mail address exists here and was not made by single sign-on. Sign in with its password, or by a link from an administrator.",
  OidcDisabled: "Your account is disabled. Ask an administrator to enable it.",
  OAuthSignin: "Single sign-on could not be reached. Try again, or ask an administrator to look at the log.",
  OAuthCallback: "Single sign-on did not finish. Try again.",
  Callback: "Single sign-on did not finish. Try again.",
  AccessDenied: "Single sign-on refused you.",
};

const waitWords = (seconds: number): string => {
  if (seconds < 60) return seconds === 1 ? "one second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "one minute" : `${minutes} minutes`;
};

/**
 * The sentence for the `error` parameter of the sign-in page; null for none. Only known codes have one, so that a link
 * cannot put words on the page.
 */
export function signInMessage(code: string | null | undefined): string | null {
  if (!code) return null;
  const [, seconds] = /^Throttled-(\d{1,6})$/.exec(code) ?? [];
  if (seconds !== undefined) return `Too many tries. Wait ${waitWords(Number(seconds))} and try again.`;
  return Object.hasOwn(MESSAGES, code) ? MESSAGES[code]! : "The sign-in did not work. Try again.";
}
