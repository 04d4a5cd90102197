import { randomBytes } from "node:crypto";
import { expect, vi } from "vitest";
import type { AlertRuleView } from "@/lib/alerts/rules/schema";
import type { AlertView } from "@/lib/alerts/schema";
import { slotBefore } from "@/lib/alerts/slots";
import type { ChannelInput, ChannelView } from "@/lib/notifications/schema";
import { type RunningConsole, startConsole } from "../console";
import { type RunningPrometheus, startPrometheus } from "../prometheus";
import { type Api, apiOf } from "./api";
import { type Gauges, startGauges } from "./gauges";
import { type RunningPostgres, startPostgres } from "./postgres";
import { type Receiver, startMailReceiver, startWebhookReceiver, type WebhookReceiver } from "./receivers";

/** States of alerts by series. */
export type States = Record<string, string>;

/**
 * A console with what it needs, each a process of its own, and a second Prometheus as its witness: both scrape the same gauges,
 * and the witness evaluates the rules itself.
 */
export interface ConsoleAndWitness {
  gauges: Gauges;
  postgres: RunningPostgres;
  /** The one that the console asks. */
  prometheus: RunningPrometheus;
  witness: RunningPrometheus;
  web: RunningConsole;
  workers: RunningConsole[];
  receivers: { remembering: WebhookReceiver; forgetful: WebhookReceiver; mail: Receiver };
  api: Api;
  startWorker(): Promise<void>;
  /** Starts the web again where it was. */
  restartWeb(): Promise<void>;
  /** Which alerts are active for `load{fault}`, as the witness has it and as the console has it. */
  witnessed(fault: string): Promise<States>;
  shown(fault: string): Promise<States>;
  /** For when the witness last evaluated, Unix seconds. */
  lastWitnessed(): Promise<number | null>;
  /** For when a rule was last evaluated and when that was done, Unix milliseconds; null for never. */
  evaluated(rule: string): Promise<{ slot: number; at: number } | null>;
  stop(): Promise<void>;
}

const statesOf = (fault: string, alerts: { labels: Record<string, string>; state: string }[]): States =>
  Object.fromEntries(
    alerts
      .filter(({ labels }) => labels.fault === fault)
      .map(({ labels, state }) => [labels.series!, state])
      .sort(),
  );

/**
 * Starts all of it but the workers, with `rules` (a rule file) in both and every alert told to every receiver by itself. Both
 * evaluate `group` at the same moments; it has a recording rule `evaluated`.
 */
export async function startConsoleAndWitness(
  rules: string,
  group: { name: string; interval: number },
): Promise<ConsoleAndWitness> {
  const running: { stop(): Promise<void> }[] = [];
  /** What was started last goes first, as it needs the others. */
  const stop = async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
  };
  try {
    return await startAll(rules, group, running, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  rules: string,
  group: { name: string; interval: number },
  running: { stop(): Promise<void> }[],
  stop: () => Promise<void>,
): Promise<ConsoleAndWitness> {
  const kept = async <One extends { stop(): Promise<void> }>(starting: Promise<One>): Promise<One> => {
    const one = await starting;
    running.push(one);
    return one;
  };
  const gauges = await kept(startGauges());
  const postgres = await kept(startPostgres());
  const remembering = await kept(startWebhookReceiver("a webhook that remembers ids", { remembers: true }));
  const forgetful = await kept(startWebhookReceiver("a webhook that does not", { remembers: false }));
  const mail = await kept(startMailReceiver("mail"));
  const scrape = [{ job: "gauges", targets: [gauges.target], interval: "500ms" }];
  const prometheus = await kept(startPrometheus({ scrape }));
  const witness = await kept(
    startPrometheus({ scrape, files: { "rules.yaml": rules }, ruleFiles: ["rules.yaml"] }),
  );
  const env = {
    INFERSCOPE_API_KEY: `isk_${randomBytes(32).toString("base64url")}`,
    INFERSCOPE_SECRET: randomBytes(32).toString("base64url"),
    INFERSCOPE_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    INFERSCOPE_SMTP_URL: mail.url,
    INFERSCOPE_MAIL_FROM: "Inferscope <alerts@example.com>",
  };
  const start = (role: "web" | "worker", port?: number) =>
    kept(startConsole({ databaseUrl: postgres.url, prometheusUrl: prometheus.url, role, port, env }));
  const web = await start("web");
  const api = apiOf(web.url, web.apiKey);
  const all: ConsoleAndWitness = {
    gauges,
    postgres,
    prometheus,
    witness,
    web,
    workers: [],
    receivers: { remembering, forgetful, mail },
    api,
    startWorker: async () => void all.workers.push(await start("worker")),
    restartWeb: async () => {
      all.web = await start("web", Number(new URL(web.url).port));
    },
    witnessed: async (fault) => {
      const response = await fetch(`${witness.url}/api/v1/alerts`);
      const { data } = (await response.json()) as {
        data: { alerts: { labels: Record<string, string>; state: string }[] };
      };
      return statesOf(fault, data.alerts);
    },
    lastWitnessed: async () => {
      const response = await fetch(`${witness.url}/api/v1/query?query=timestamp(evaluated)`);
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      const [series] = data.result;
      return series === undefined ? null : Number(series.value[1]);
    },
    shown: async (fault) => statesOf(fault, await api.all<AlertView>("alerts")),
    evaluated: async (name) => {
      const found = (await api.all<AlertRuleView>("alert-rules")).find((rule) => rule.name === name);
      const { evaluatedFor, evaluatedAt } = found!.status;
      return evaluatedFor === null ? null : { slot: Date.parse(evaluatedFor), at: Date.parse(evaluatedAt!) };
    },
    stop,
  };
  await tellAll(all);
  const moment = await vi.waitFor(
    async () => {
      const last = await all.lastWitnessed();
      expect(last).not.toBeNull();
      return last!;
    },
    { timeout: 30_000, interval: 100 },
  );
  await api.send("POST", `alert-rules/import?file=${fileDueAt(moment, group)}`, rules);
  return all;
}

/**
 * Returns a name for the rule file under which the console evaluates `group` (interval in seconds) at the moments at which the
 * witness does: they lie by a hash of the names, and Prometheus's is another.
 */
function fileDueAt(moment: number, group: { name: string; interval: number }): string {
  for (let number = 0; ; number += 1) {
    const file = `${number}.yaml`;
    if (slotBefore({ ...group, file }, moment) === moment) return file;
  }
}

async function tellAll({ api, receivers: { remembering, forgetful, mail } }: ConsoleAndWitness) {
  const channels: ChannelInput[] = [
    ...[remembering, forgetful].map(({ name, url }) => ({
      kind: "webhook" as const,
      name,
      url,
      secret: randomBytes(16).toString("hex"),
    })),
    { kind: "email", name: mail.name, to: ["night@example.com"] },
  ];
  const ids: string[] = [];
  for (const channel of channels)
    ids.push((await api.send<ChannelView>("POST", "notification-channels", channel)).id);
  const policy = { channels: ids, groupBy: ["..."], groupWait: 0, groupInterval: 1 };
  await api.send("PUT", "notification-policy", policy, { "if-match": '"0"' });
}
