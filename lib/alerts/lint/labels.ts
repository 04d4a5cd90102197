import type { Finding } from "./finding";
import type { Look } from "./look";

const readsValue = (text: string): boolean => /\{\{[^}]*(\$value\b|\.Value\b)/.test(text);

/** Labels that hold the value: an alert is known by its labels, so it is another one at each evaluation. */
export function valuesInLabels({ rule }: Look): Finding[] {
  const moved = Object.entries(rule.labels).filter(([, text]) => readsValue(text));
  const [first] = moved;
  if (first === undefined) return [];
  const names = moved.map(([name]) => name);
  const labels = Object.fromEntries(Object.entries(rule.labels).filter(([name]) => !names.includes(name)));
  const free = moved.filter(([name]) => !(name in rule.annotations));
  return [
    {
      id: "value-in-label",
      severity: rule.for > 0 ? "error" : "warning",
      rules: [rule.id],
      text: `The label ${first[0]} holds the value, and an alert is known by its labels: whenever the value changes it is another alert, ${rule.for > 0 ? "and its time of waiting begins again, so it fires only while the value stands still" : "and the one before is resolved, so each evaluation tells anew"}. Annotations may hold the value.`,
      corrected: [
        {
          title: `${names.join(" and ")} as ${names.length === 1 ? "an annotation" : "annotations"}`,
          rules: [{ ...rule, labels, annotations: { ...rule.annotations, ...Object.fromEntries(free) } }],
        },
      ],
    },
  ];
}
