import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { FolderFileView } from "./schema";

/** The files of the folder of rules as the worker last read them, by path; what is wrong first. */
export async function folderFiles(actor: Actor): Promise<FolderFileView[]> {
  const [files, groups] = await Promise.all([
    db().ruleFolderFile.findMany({ where: { teamId: actor.teamId }, orderBy: { path: "asc" } }),
    db().ruleGroup.findMany({
      where: { teamId: actor.teamId, origin: "folder", validTo: null },
      select: { file: true, _count: { select: { rules: { where: { validTo: null } } } } },
    }),
  ]);
  const views = files.map(({ path, readAt, loadedAt, problem }) => {
    const own = groups.filter(({ file }) => file === path || file.startsWith(`${path}#`));
    return {
      path,
      groups: own.length,
      rules: own.reduce((sum, { _count }) => sum + _count.rules, 0),
      readAt: readAt.toISOString(),
      loadedAt: loadedAt?.toISOString() ?? null,
      problem,
    };
  });
  return [
    ...views.filter(({ problem }) => problem !== null),
    ...views.filter(({ problem }) => problem === null),
  ];
}
