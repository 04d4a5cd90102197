/** A 2 px bar at the lower edge of its (relative) parent while data are read again. */
export function LoadingBar() {
  return (
    <div
      role="progressbar"
      aria-label="Reading again"
      className="absolute inset-x-0 bottom-0 h-0.5 overflow-hidden"
    >
      <div className="h-full w-2/5 animate-loading bg-accent opacity-70" />
    </div>
  );
}
