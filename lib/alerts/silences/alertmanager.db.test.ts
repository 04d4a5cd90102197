import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAlertmanagerClient, type NewSilence } from "@/lib/alertmanager/client";
import { prisma } from "@/lib/db/client";
import { addChannel } from "@/lib/notifications/channels/commands";
import { previewOf } from "@/lib/notifications/queries";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { type RunningAlertmanager, startAlertmanager, whyNoAlertmanager } from "@/testing/alertmanager";
import "@/testing/database";
import { type NotifiedTeam, notifiedTeam } from "@/testing/notified-team";
import { freePort } from "@/testing/ports";
import { fingerprintOf, type Labels } from "../labels";
import { findAlert, listAlerts } from "../queries";
import { editSilence, endSilence, makeSilence } from "./elsewhere";
import { listSilences, previewSilence } from "./queries";
import { silenceInputSchema } from "./schema";

const missing = whyNoAlertmanager();

describe.skipIf(missing !== null)(
  `silences of a real Alertmanager${missing === null ? "" : ` (${missing})`}`,
  () => {
    let team: NotifiedTeam;
    const running: RunningAlertmanager[] = [];

    async function start(options: { port?: number; cluster?: string[] } = {}): Promise<RunningAlertmanager> {
      const started = await startAlertmanager(options);
      running.push(started);
      return started;
    }

    const addSource = (name: string, url: string) =>
      prisma().source.create({ data: { teamId: team.actor.teamId, kind: "alertmanager", name, url } });

    beforeEach(async () => {
      team = await notifiedTeam();
    });
    afterEach(async () => {
      await closeUpstreamConnections();
      for (const one of running.splice(0)) await one.stop();
      await team.remove();
    });

    const clientOf = ({ url }: { url: string }) =>
      createAlertmanagerClient({ id: url, kind: "alertmanager", url, headers: {} });
    const hour = 3_600_000;
    const later = (ms: number, from = Date.now()) => new Date(from + ms);
    const given = (patch: Record<string, unknown> = {}) =>
      silenceInputSchema.parse({
        matchers: [{ name: "service", value: "chat-api" }],
        endsAt: later(hour).toISOString(),
        comment: "Planned restart",
        ...patch,
      });
    const there = (patch: Partial<NewSilence> = {}): NewSilence => ({
      matchers: [{ name: "service", value: "chat-.*", isRegex: true, isEqual: true }],
      startsAt: later(0).toISOString(),
      endsAt: later(2 * hour).toISOString(),
      createdBy: "someone at amtool",
      comment: "Made there",
      ...patch,
    });
    const labels = { alertname: "HighLatency", service: "chat-api", severity: "critical" };
    /** What is known is kept for some seconds: each look is one that has to ask. */
    let looks = 0;
    const soon = () => new Date(Date.now() + 20_000 * ++looks);
    const list = (filter: { expired?: boolean; q?: string; origin?: "console" | "alertmanager" } = {}) =>
      listSilences(team.actor, { expired: false, ...filter }, { limit: 50 }, soon());
    const context = () => ({ now: new Date() });

    it("are listed beside ours, with what they are and cover, paged and searched together", async () => {
      const manager = await start();
      await addSource("am-1", manager.url);
      const client = clientOf(manager);
      await team.fire(labels);
      const held = await client.createSilence(there());
      const toCome = await client.createSilence(
        there({
          startsAt: later(hour).toISOString(),
          endsAt: later(3 * hour).toISOString(),
          comment: "At night",
        }),
      );
      const over = await client.createSilence(there({ comment: "Too early" }));
      await client.expireSilence(over);
      const own = await makeSilence(team.actor, given(), context());

      const { items, alertmanagers } = await list();
      expect(items.map(({ id, origin, state, covers }) => [id, origin, state, covers])).toEqual([
        [toCome, "alertmanager", "pending", 0],
        [held, "alertmanager", "active", 1],
        [own.id, "console", "active", 1],
      ]);
      expect(items[1]).toMatchObject({
        sources: ["am-1"],
        createdBy: "someone at amtool",
        comment: "Made there",
        matchers: [{ name: "service", value: "chat-.*", isRegex: true, isEqual: true }],
        problem: null,
        actions: ["edit", "expire"],
      });
      expect(alertmanagers).toMatchObject([{ name: "am-1", cluster: ["am-1"], problem: null }]);

      const withOver = await list({ expired: true });
      expect(withOver.items.find(({ id }) => id === over)).toMatchObject({ state: "expired", actions: [] });

      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listSilences(team.actor, { expired: true }, { limit: 1, cursor }, soon());
        paged.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(paged).toEqual(withOver.items.map(({ id }) => id));
      expect(new Set(paged).size).toBe(4);

      const found = async (filter: Parameters<typeof list>[0]) =>
        (await list(filter)).items.map(({ id }) => id);
      expect(await found({ q: "at night" })).toEqual([toCome]);
      expect(await found({ q: 'service=~"chat' })).toEqual([toCome, held]);
      expect(await found({ q: "AM-1" })).toEqual([toCome, held]);
      expect(await found({ q: held })).toEqual([held]);
      expect(await found({ origin: "console" })).toEqual([own.id]);
      expect(await found({ origin: "alertmanager" })).toEqual([toCome, held]);
    }, 30_000);

    it("are made, changed and ended there, in our name and in the audit log", async () => {
      const manager = await start();
      await addSource("am-1", manager.url);
      const client = clientOf(manager);
      const made = await makeSilence(team.actor, given({ source: "am-1" }), context());
      expect(made).toMatchObject({ origin: "alertmanager", sources: ["am-1"], state: "active" });
      expect(await client.silence(made.id)).toMatchObject({
        createdBy: team.actor.name,
        comment: "Planned restart",
        matchers: [{ name: "service", value: "chat-api", isRegex: false, isEqual: true }],
      });

      const endsAt = later(4 * hour);
      const changed = await editSilence(
        team.actor,
        { id: made.id, ifMatch: made.version, patch: { endsAt, comment: "It takes longer" } },
        context(),
      );
      expect(changed).toMatchObject({
        id: made.id,
        endsAt: endsAt.toISOString(),
        comment: "It takes longer",
      });
      expect(changed.version).toBeGreaterThan(made.version);
      expect(await client.silence(made.id)).toMatchObject({
        comment: "It takes longer",
        createdBy: team.actor.name,
      });
      await expect(
        editSilence(team.actor, { id: made.id, ifMatch: made.version, patch: { endsAt } }, context()),
      ).rejects.toMatchObject({ code: "precondition_failed", current: { comment: "It takes longer" } });

      // With other matchers it is another one there.
      const other = await editSilence(
        team.actor,
        {
          id: made.id,
          patch: { matchers: given({ matchers: [{ name: "service", value: "embed" }] }).matchers },
        },
        context(),
      );
      expect(other.id).not.toBe(made.id);
      expect((await client.silence(made.id)).status.state).toBe("expired");

      await endSilence(team.actor, other.id, context());
      expect((await client.silence(other.id)).status.state).toBe("expired");
      expect((await list()).items).toEqual([]);
      // Ending it is undone by making it again.
      const again = await makeSilence(
        team.actor,
        given({ matchers: other.matchers, endsAt: other.endsAt, source: "am-1" }),
        context(),
      );
      expect((await client.silence(again.id)).status.state).toBe("active");

      const events = await prisma().auditEvent.findMany({
        where: { teamId: team.actor.teamId, resourceType: "silence" },
        orderBy: { id: "asc" },
      });
      expect(events.map(({ action, resourceId, actorId }) => [action, resourceId, actorId])).toEqual([
        ["silences:add", made.id, "test"],
        ["silences:edit", made.id, "test"],
        ["silences:edit", other.id, "test"],
        ["silences:expire", other.id, "test"],
        ["silences:add", again.id, "test"],
      ]);
      expect(events[0]!.after).toMatchObject({ alertmanager: "am-1", createdBy: team.actor.name });
    }, 30_000);

    it("that it does not take are refused in its own words, beside the field", async () => {
      const manager = await start();
      await addSource("am-1", manager.url);
      await expect(
        makeSilence(
          team.actor,
          given({
            source: "am-1",
            startsAt: later(-2 * hour).toISOString(),
            endsAt: later(-hour).toISOString(),
          }),
          { now: later(-3 * hour) },
        ),
      ).rejects.toMatchObject({
        code: "invalid_request",
        upstream: expect.stringContaining("end time can't be in the past"),
        fields: [{ path: "endsAt", message: expect.stringContaining("am-1 says: ") }],
      });
      await expect(makeSilence(team.actor, given({ source: "am-2" }), context())).rejects.toMatchObject({
        fields: [{ path: "source", message: 'There is no Alertmanager "am-2"; there are am-1' }],
      });
      await running[0]!.stop();
      await expect(makeSilence(team.actor, given({ source: "am-1" }), context())).rejects.toMatchObject({
        code: "upstream_unavailable",
        fields: [{ path: "source", message: expect.stringContaining("Nothing listens at") }],
      });
      expect(await prisma().auditEvent.count({ where: { teamId: team.actor.teamId } })).toBe(0);
    }, 30_000);

    it("that two people end at the same moment end once, and both are told", async () => {
      const manager = await start();
      await addSource("am-1", manager.url);
      const id = await clientOf(manager).createSilence(there());
      const both = await Promise.allSettled([
        endSilence(team.actor, id, context()),
        endSilence(team.actor, id, context()),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(both.find((one) => one.status === "rejected")).toMatchObject({
        reason: { code: "conflict", detail: "This silence is over already.", current: { state: "expired" } },
      });
      await expect(
        editSilence(team.actor, { id, patch: { comment: "Longer" } }, { now: soon() }),
      ).rejects.toMatchObject({ code: "conflict" });
      await expect(endSilence(team.actor, crypto.randomUUID(), { now: soon() })).rejects.toMatchObject({
        code: "not_found",
      });
    }, 30_000);

    it("of a cluster are one each, and made at a member that answers", async () => {
      const one = await start({ cluster: [] });
      const other = await start({ cluster: [one.peer!] });
      const awayPort = await freePort();
      const sources = [
        await addSource("am-0", `http://127.0.0.1:${awayPort}`),
        await addSource("am-1", one.url),
        await addSource("am-2", other.url),
      ];
      await addChannel(team.actor, {
        kind: "alertmanager",
        name: "Cluster",
        sourceIds: sources.map(({ id }) => id),
      });
      const made = await makeSilence(team.actor, given({ source: "am-0" }), context());
      expect(made.sources).toEqual(["am-1"]);
      await expect.poll(async () => (await clientOf(other).silences()).length, { timeout: 20_000 }).toBe(1);
      const { items, alertmanagers } = await list();
      expect(items).toMatchObject([{ id: made.id, sources: ["am-1", "am-2"], problem: null }]);
      expect(alertmanagers).toMatchObject([
        {
          name: "am-0",
          cluster: ["am-0", "am-1", "am-2"],
          problem: expect.stringContaining("Nothing listens"),
        },
        { name: "am-1", problem: null },
        { name: "am-2", problem: null },
      ]);
      // With the member that it was made at away, it is ended at the other.
      await running[0]!.stop();
      await list();
      await endSilence(team.actor, made.id, context());
      expect((await clientOf(other).silence(made.id)).status.state).toBe("expired");
      expect((await list({ expired: true })).items).toMatchObject([{ id: made.id, state: "expired" }]);
    }, 60_000);

    it("cover the alerts that it says they cover", async () => {
      const manager = await start();
      await addSource("am-1", manager.url);
      const client = clientOf(manager);
      const alerts: Labels[] = [
        { alertname: "A", service: "chat-api", team: "llm" },
        { alertname: "A", service: "chat-api-2" },
        { alertname: "A", service: "embed", gpu: "0" },
        { alertname: "B", service: "embed", gpu: "10", team: "" },
        { alertname: "B", note: "first\nsecond" },
        { alertname: "C", service: "CHAT-API" },
      ];
      const matcher = (name: string, operator: string, value: string) => ({
        name,
        value,
        isRegex: operator.endsWith("~"),
        isEqual: operator.startsWith("="),
      });
      const silences = [
        [matcher("service", "=", "chat-api")],
        [matcher("service", "=~", "chat-.*")],
        [matcher("service", "=~", "chat")],
        [matcher("service", "!~", "chat-.*"), matcher("alertname", "=~", "A|B")],
        [matcher("service", "!=", "embed"), matcher("alertname", "!=", "")],
        [matcher("team", "=", ""), matcher("alertname", "=", "A")],
        [matcher("team", "=~", ".*"), matcher("alertname", "=", "B")],
        [matcher("team", "!=", "")],
        [matcher("team", "!~", ".+"), matcher("gpu", "=~", "\\d")],
        [matcher("note", "=~", "first.second")],
        [matcher("note", "=~", "(?s)first.second")],
        [matcher("service", "=~", "(?i)chat-api")],
        [matcher("alertname", "=~", "[[:upper:]]"), matcher("service", "!~", "^embed$")],
      ];
      const names = new Map<string, string>();
      for (const [index, matchers] of silences.entries())
        names.set(await client.createSilence(there({ matchers })), String(index));
      await client.postAlerts(
        alerts.map((one) => ({
          labels: one,
          annotations: {},
          startsAt: later(-60_000).toISOString(),
          endsAt: later(hour).toISOString(),
        })),
      );
      for (const one of alerts) await team.fire(one);
      const named = (ids: readonly string[]) => ids.map((id) => names.get(id)!).sort();
      const theirs = async () =>
        new Map(
          (await client.alerts()).map(({ labels: of, status }) => [
            fingerprintOf(of),
            named(status.silencedBy),
          ]),
        );
      // It silences an alert as it is asked for it.
      await expect.poll(async () => (await theirs()).size).toBe(alerts.length);
      const { items } = await listAlerts(team.actor, { state: "active" }, { limit: 50 }, soon());
      const ours = new Map(items.map(({ labels: of, silencedBy }) => [fingerprintOf(of), named(silencedBy)]));
      expect(ours).toEqual(await theirs());
      expect([...ours.values()].flat().length).toBeGreaterThan(15);
      expect(new Set([...ours.values()].flat()).size).toBe(silences.length - 2);
    }, 30_000);

    it("show at alerts, count in the preview, and stand while it is away until they end", async () => {
      const manager = await start();
      await addSource("am-1", manager.url);
      const endsAt = later(hour);
      const silence = await clientOf(manager).createSilence(there({ endsAt: endsAt.toISOString() }));
      const id = await team.fire(labels);
      await team.fire({ ...labels, service: "embed" });
      const mute = {
        id: silence,
        origin: "alertmanager",
        sources: ["am-1"],
        createdBy: "someone at amtool",
        comment: "Made there",
        endsAt: endsAt.toISOString(),
      };
      expect(await findAlert(team.actor, id, soon())).toMatchObject({
        silencedBy: [silence],
        silences: [mute],
      });
      const handled = async (handling: "open" | "silenced", now: Date) =>
        (await listAlerts(team.actor, { state: "active", handling }, { limit: 10 }, now)).items.map(
          ({ service }) => service,
        );
      expect(await handled("silenced", soon())).toEqual(["chat-api"]);
      expect(await handled("open", soon())).toEqual(["embed"]);
      const all = [{ name: "alertname", value: "HighLatency", isRegex: false, isEqual: true }];
      expect(await previewSilence(team.actor, all, soon())).toMatchObject({ active: 2, silenced: 1 });
      expect((await previewOf(team.actor, { labels }, soon())).silencedBy).toEqual([mute]);

      await manager.stop();
      const { items, alertmanagers } = await list();
      expect(alertmanagers[0]).toMatchObject({
        name: "am-1",
        problem: expect.stringContaining("Nothing listens"),
      });
      expect(items).toMatchObject([
        { id: silence, state: "active", problem: expect.stringContaining("when am-1 last answered") },
      ]);
      expect(await handled("silenced", soon())).toEqual(["chat-api"]);
      expect(await handled("silenced", later(1_000, endsAt.getTime()))).toEqual([]);
    }, 30_000);
  },
);
