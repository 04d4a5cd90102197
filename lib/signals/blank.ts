/** What to do where an exporter writes "no value" as a number. */
export const blankAdvice =
  "Let the exporter read the field, with the driver, the privileges or the DCGM profiling module that it takes, or take it off the exporter's list.";
