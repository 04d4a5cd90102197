import type { PanelState } from "@/components/ui/panel";

/** Where the metric doctor explains one signal of a service. */
export function DoctorLink({ service, signal }: { service: string; signal: string }) {
  return (
    <a
      className="text-link hover:underline"
      href={`/doctor?service=${encodeURIComponent(service)}#${signal}`}
    >
      Why, and what to change
    </a>
  );
}

/** The face of a panel; an empty one leads to the line of its signal in the metric doctor. */
export const explainedState = (
  face: PanelState,
  { service, signal }: { service: string; signal: string | undefined },
): PanelState =>
  face.kind === "empty" && signal !== undefined
    ? { ...face, action: <DoctorLink service={service} signal={signal} /> }
    : face;
