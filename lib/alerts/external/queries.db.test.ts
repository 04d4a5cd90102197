import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/db/client";
import { subscribe } from "@/lib/events/listener";
import type { ChangeEvent } from "@/lib/events/schema";
import { forgetTarget } from "@/lib/sources/targets";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import "@/testing/database";
import { type HttpSink, startHttpSink } from "@/testing/notification-sinks";
import { type NotifiedTeam, notifiedTeam } from "@/testing/notified-team";
import { announceSilences } from "./job";
import { externalSilences, externalState, forDecisions, forgetSilences, forViews, holdsAt } from "./queries";

let team: NotifiedTeam;
const sinks: HttpSink[] = [];

beforeEach(async () => {
  team = await notifiedTeam();
});
afterEach(async () => {
  await closeUpstreamConnections();
  for (const one of sinks.splice(0)) await one.stop();
  await team.remove();
});

const silence = (id: string, patch: Record<string, unknown> = {}) => ({
  id,
  matchers: [{ name: "service", value: "chat", isRegex: false, isEqual: true }],
  startsAt: "2026-03-04T14:00:00.000Z",
  endsAt: "2026-03-04T16:00:00.000Z",
  updatedAt: "2026-03-04T14:00:00.000Z",
  createdBy: "someone",
  comment: "Planned",
  status: { state: "active" },
  ...patch,
});

/** Answers as an Alertmanager does that has these silences. */
async function managerWith(held: unknown[]): Promise<HttpSink> {
  const sink = await startHttpSink({
    answers: [
      (response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(held)),
    ],
  });
  sinks.push(sink);
  return sink;
}

const addSource = (name: string, url: string) =>
  prisma().source.create({ data: { teamId: team.actor.teamId, kind: "alertmanager", name, url } });

const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 15, minute));
const read = (now: Date, patience = forDecisions) => externalSilences(team.actor.teamId, now, patience);
const idsAt = async (now: Date) => (await read(now)).silences.map(({ id }) => id);

describe("the silences of an Alertmanager", () => {
  it("that hangs are waited for a moment by what is looked at, and not at all once that is known", async () => {
    const hanging = await startHttpSink({ answers: ["hang"] });
    sinks.push(hanging);
    await addSource("hangs", hanging.url);
    const timed = async (now: Date) => {
      const before = performance.now();
      const { alertmanagers } = await read(now, forViews);
      return { problem: alertmanagers[0]!.problem, ms: performance.now() - before };
    };
    const first = await timed(at(0));
    expect(first.problem).toBeNull();
    expect(first.ms).toBeGreaterThan(forViews.wait - 100);
    expect((await read(at(0))).alertmanagers).toMatchObject([
      { name: "hangs", readAt: null, problem: expect.stringContaining("did not answer within 5 s") },
    ]);
    const later = await timed(at(5));
    expect(later.problem).toContain("did not answer within 5 s");
    expect(later.ms).toBeLessThan(forViews.wait);
    // It is asked again all the same, behind the page's back.
    await hanging.received(2);
  }, 30_000);

  it("are asked for once, whoever looks, and anew after a change here", async () => {
    const held = [silence("a")];
    const manager = await managerWith(held);
    const { id } = await addSource("am-1", manager.url);
    await Promise.all([read(at(0)), read(at(0), forViews), read(at(0))]);
    expect(await idsAt(at(0))).toEqual(["a"]);
    expect(manager.requests).toHaveLength(1);
    held.push(silence("b"));
    expect(await idsAt(at(0))).toEqual(["a"]);
    forgetSilences([id]);
    expect(await idsAt(at(0))).toEqual(["a", "b"]);
    expect(manager.requests).toHaveLength(2);
  });

  it("that is another now are those of that one", async () => {
    const { id } = await addSource("am-1", (await managerWith([silence("a")])).url);
    expect(await idsAt(at(0))).toEqual(["a"]);
    const gone = await startHttpSink({ answers: [500] });
    sinks.push(gone);
    await prisma().source.update({ where: { id }, data: { url: gone.url } });
    forgetTarget(id);
    expect(await read(at(1))).toMatchObject({ silences: [], alertmanagers: [{ readAt: null }] });
  });

  it("of members of a cluster are each as the one says that knows of the last change", async () => {
    const changed = { updatedAt: "2026-03-04T14:30:00.000Z", status: { state: "expired" } };
    await addSource("am-1", (await managerWith([silence("a"), silence("b", changed)])).url);
    await addSource("am-2", (await managerWith([silence("a", changed), silence("b")])).url);
    const { silences } = await read(at(0));
    expect(silences.map(({ id, state, sources }) => [id, state, sources.map(({ name }) => name)])).toEqual([
      ["a", "expired", ["am-1", "am-2"]],
      ["b", "expired", ["am-1", "am-2"]],
    ]);
  });

  it("hold as they do there, but for what is not understood here", async () => {
    const matchers = [{ name: "service", value: "(?=chat).*", isRegex: true, isEqual: true }];
    const soon = { startsAt: at(1).toISOString() };
    const held = [
      silence("active"),
      silence("expired", { status: { state: "expired" } }),
      silence("ahead of our clock", soon),
      silence("pending", { ...soon, status: { state: "pending" } }),
      silence("over", { endsAt: at(0).toISOString() }),
      silence("odd", { matchers }),
    ];
    await addSource("am-1", (await managerWith(held)).url);
    const { silences } = await read(at(0));
    expect(silences.map((one) => `${externalState(one, at(0))} ${holdsAt(one, at(0))}`)).toEqual([
      "active true",
      "expired false",
      "active true",
      "pending false",
      "expired false",
      "active false",
    ]);
    expect(holdsAt(silences[3]!, at(1))).toBe(true);
  });
});

it("are announced to the pages when something was done there", async () => {
  const held = [silence("a")];
  await addSource("am-1", (await managerWith(held)).url);
  const events: ChangeEvent[] = [];
  const stop = subscribe((event) => event.id === team.actor.teamId && events.push(event));
  try {
    await announceSilences(at(0));
    await announceSilences(at(1));
    held.push(silence("b"));
    // The connection that listens is made in the meantime.
    await expect
      .poll(
        async () => {
          held.at(-1)!.updatedAt = new Date().toISOString();
          await announceSilences(new Date(at(2).getTime() + performance.now() * 10));
          return new Set(events.map(({ type }) => type));
        },
        { timeout: 15_000 },
      )
      .toEqual(new Set(["silence", "alert"]));
  } finally {
    stop();
  }
}, 30_000);
