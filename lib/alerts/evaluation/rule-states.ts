import type { Labels } from "../labels";
import type { AlertingRule } from "../rule";

/** Alerts about a rule itself, rather than about what it watches, carry this label. */
const ruleStateLabel = "rule_state";

/** What can be wrong with a rule: its query fails, or its expression gives nothing to compare. */
type RuleState = "error" | "no_data";

/** Whether an alert is about its rule. */
export const isRuleState = (labels: Labels): boolean =>
  labels[ruleStateLabel] === "error" || labels[ruleStateLabel] === "no_data";

/** The labels of the alert that a rule cannot be evaluated or has no data. The rule's own, where they are no templates. */
export function ruleStateLabels(rule: AlertingRule, state: RuleState): Labels {
  const plain = Object.entries(rule.labels).filter(([, value]) => !value.includes("{{"));
  return { severity: "warning", ...Object.fromEntries(plain), [ruleStateLabel]: state, alertname: rule.name };
}
