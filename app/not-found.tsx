export default function NotFound() {
  return (
    <main className="grid min-h-screen place-items-center p-6">
      <div className="grid max-w-[72ch] gap-2">
        <h1 className="text-page">There is no such page</h1>
        <p className="text-secondary">
          The address may be mistyped, or the thing was removed, or your role does not show it.
        </p>
        <p>
          {/* Every page loads this one's scripts in advance; a plain link has none. */}
          <a href="/" className="text-link hover:underline">
            Back to the overview
          </a>
        </p>
      </div>
    </main>
  );
}
