/** The product's mark: a trace under a lens. Takes the colour of the text around it. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={20}
      height={20}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={className}
    >
      <circle cx="10" cy="10" r="8" />
      <path d="M2.5 11.5h4l2-5 3 8 2-4.5h4" />
    </svg>
  );
}
