/** As many evaluations as a replay may have: twelve days at ten seconds, or 70 days at a minute. */
export const mostEvaluations = 105_000;
