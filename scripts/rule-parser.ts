/*
 * Reads one rule file in a thread (lib/alerts/rule-file/parse-aside.ts): `workerData` is {text, file}, the message what was
 * read.
 */
import { parentPort, workerData } from "node:worker_threads";
import { parseRuleFile } from "@/lib/alerts/rule-file/parse";

const { text, file } = workerData as { text: string; file: string };
parentPort!.postMessage(parseRuleFile(text, file));
