import { signals } from "@/lib/signals/catalogue";
import { usualWords } from "../usual-set";
import type { Finding } from "./finding";
import type { Look } from "./look";

/** Annotations that tell the one who is woken what to do. */
const guiding = ["cause", "action", "runbook_url", "runbook"];

/** Rules that say neither what usually causes it nor what to do, where both are known of what they compare. */
export function guidance({ rule, subject, facts }: Look): Finding[] {
  if (subject === undefined || guiding.some((name) => (rule.annotations[name] ?? "") !== "")) return [];
  const words = usualWords(subject.signal);
  if (words === undefined) return [];
  const { key, cause, action } = words;
  const annotations = {
    ...rule.annotations,
    cause,
    action,
    ...(facts.consoleUrl === undefined ? {} : { runbook_url: `${facts.consoleUrl}/docs/alerts#${key}` }),
  };
  return [
    {
      id: "without-guidance",
      severity: "info",
      rules: [rule.id],
      text: `Whom it wakes it tells neither what usually causes it nor what to do. Of ${signals[subject.signal].title} the usual cause: ${cause} What to do: ${action}`,
      corrected: [
        {
          title: "Tell the usual cause and what to do",
          rules: [{ ...rule, annotations }],
        },
      ],
    },
  ];
}
