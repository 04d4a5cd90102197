"use client";

/** The last resort, when even the layout failed; it cannot count on styles. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <h1>The console could not draw this page</h1>
        <p>
          <a href="/health/ready">/health/ready</a> names the reason when the database is away.
        </p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  );
}
