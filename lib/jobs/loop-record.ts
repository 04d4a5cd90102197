import "server-only";
import { prisma } from "@/lib/db/client";
import type { LoopObserver } from "@/lib/leases/every-seconds";
import { errorSentence } from "./error-sentence";

/** Keeps how each loop last went, for the jobs page. Failures in a row keep the time of the first. */
export const loopRecord: LoopObserver = {
  async started(name, everySeconds, holder) {
    const run = { everySeconds: Math.ceil(everySeconds), holder, startedAt: new Date() };
    await prisma().loop.upsert({ where: { name }, create: { name, ...run }, update: run });
  },
  async finished(name, error) {
    const finishedAt = new Date();
    if (error === undefined) {
      await prisma().loop.update({ where: { name }, data: { finishedAt, error: null, failingSince: null } });
      return;
    }
    await prisma().loop.update({ where: { name }, data: { finishedAt, error: errorSentence(error) } });
    await prisma().loop.updateMany({
      where: { name, failingSince: null },
      data: { failingSince: finishedAt },
    });
  },
};
