import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { readTheme, THEME_COOKIE } from "@/components/ui/theme";

import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Inferscope", template: "%s · Inferscope" },
  description: "A console for people who run LLM services in production.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const store = await cookies();
  return (
    <html lang="en" data-theme={readTheme(store.get(THEME_COOKIE)?.value)} suppressHydrationWarning>
      <body>{children}</body>
    </html>
  );
}
