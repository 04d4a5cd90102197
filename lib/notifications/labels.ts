/** The alertname of a channel's test. */
export const TEST_ALERTNAME = "InferscopeTest";

/** A label that real alerts do not have: what takes an alert for the same by its labels must not take a test for it. */
export const TEST_LABEL = "inferscope_test";

/** Whether these are the labels of a test, of a channel or of a rule, which some receiver may hand back. */
export const isTestAlert = (labels: Readonly<Record<string, string>>): boolean =>
  labels.alertname === TEST_ALERTNAME || labels[TEST_LABEL] === "true";
