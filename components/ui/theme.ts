/** What a viewer chose; "system" follows the operating system. */
export type Theme = "light" | "dark" | "system";

/** The cookie that keeps the choice, so that the server draws the right theme at once. */
export const THEME_COOKIE = "inferscope-theme";

/** Returns the theme for `<html data-theme>` from the value of the theme cookie; anything unknown is "system". */
export function readTheme(cookieValue: string | undefined): Theme {
  return cookieValue === "light" || cookieValue === "dark" ? cookieValue : "system";
}
