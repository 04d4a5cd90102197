import "server-only";
import pino from "pino";

/** One JSON line an event on standard output. Never given a header, a body, a credential or a prompt. */
export const log = pino({
  level: process.env.INFERSCOPE_LOG_LEVEL || "info",
  base: null,
  serializers: { error: pino.stdSerializers.errWithCause },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
});
