/*
 * Reads one rule file in a thread (lib/alerts/rule-file/parse-aside.ts): `workerData` is {text, file}, the message what was
 * read.
 */
import { parentPort, workerData } from "node:worker_threads";
import { parseRuleFile } from "@/lib/alerts/rule-file/parse";

// The parser of YAML looks into it at each token, and each look into the real one is a call of the system.
process.env = { NODE_ENV: "production" };

const { text, file } = workerData as { text: string; file: string };
parentPort!.postMessage(parseRuleFile(text, file));
