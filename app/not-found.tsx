import Link from "next/link";

export default function NotFound() {
  return (
    <main className="grid min-h-screen place-items-center p-6">
      <div className="grid max-w-[72ch] gap-2">
        <h1 className="text-page">There is no such page</h1>
        <p className="text-secondary">
          The address may be mistyped, or the thing was removed, or your role does not show it.
        </p>
        <p>
          <Link href="/" className="text-link hover:underline">
            Back to the overview
          </Link>
        </p>
      </div>
    </main>
  );
}
