/** A quantile as a percentile's number: 0.999 → `99.9`. */
export const percentile = (quantile: number): string => String(Number((quantile * 100).toPrecision(6)));
