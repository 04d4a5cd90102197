import { afterEach, beforeEach, expect, it } from "vitest";
import "@/testing/database";
import { type HttpSink, startHttpSink } from "@/testing/notification-sinks";
import { type NotifiedTeam, notifiedTeam } from "@/testing/notified-team";
import { addChannel } from "./channels/commands";
import { writeTestAlert } from "./messages/commands";
import { deliverDue, deliverOne } from "./messages/job";
import { putPolicy } from "./policies/commands";
import { getMessage } from "./queries";

let team: NotifiedTeam;
let pager: HttpSink;

beforeEach(async () => {
  team = await notifiedTeam();
  pager = await startHttpSink({ answers: [503] });
});
afterEach(async () => {
  await pager.stop();
  await team.remove();
});

const now = new Date();
const rule = { id: "019a1c3e-0000-7000-8000-000000000008", name: "HighLatency" };
const labels = { alertname: "HighLatency", service: "chat-api", severity: "critical" };
const test = (more: Record<string, string> = {}) =>
  writeTestAlert(team.actor, {
    rule,
    labels: { ...labels, ...more },
    annotations: { summary: "9 s at p99" },
    value: 9,
    now,
  });

async function route(severity: string) {
  const { id } = await addChannel(team.actor, {
    kind: "webhook",
    name: "Pager",
    url: `${pager.url}/hook`,
    secret: "a signing key of a test",
  });
  await putPolicy(team.actor, {
    tree: {
      groupWait: 3_600,
      routes: [
        {
          matchers: [{ name: "severity", value: severity, isRegex: false, isEqual: true }],
          channels: [id],
          routes: [
            {
              matchers: [{ name: "inferscope_test", value: "true", isRegex: false, isEqual: true }],
              channels: [],
            },
          ],
        },
      ],
    },
    ifMatch: 0,
    now,
  });
}

it("goes at once, once, and marked to who would be told of a real one", async () => {
  await route("critical");
  const [id, ...others] = await test();
  expect(others).toEqual([]);
  await deliverOne(id!);
  await deliverDue(new AbortController().signal, { teamId: team.actor.teamId });
  expect(pager.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
    {
      reason: "test",
      groupLabels: { alertname: "HighLatency", service: "chat-api" },
      alerts: [
        {
          labels: { ...labels, inferscope_test: "true" },
          annotations: {
            summary: "Test: 9 s at p99",
            test: "a test tries the rule HighLatency. There is nothing to do.",
          },
          generatorURL: expect.stringMatching(new RegExp(`/alerts/rules/${rule.id}$`)),
        },
      ],
    },
  ]);
  expect(await getMessage(team.actor, id!)).toMatchObject({
    state: "failed",
    subject: "[TEST FIRING:1] HighLatency chat-api critical",
    response: { status: 503 },
  });
});

it("tells nobody whom no route names", async () => {
  expect(await test()).toEqual([]);
  await route("warning");
  expect(await test()).toEqual([]);
});
