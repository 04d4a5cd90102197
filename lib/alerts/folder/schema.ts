import { z } from "zod";

export const folderFileSchema = z.object({
  path: z.string(),
  groups: z.number().int(),
  rules: z.number().int().describe("That are evaluated or kept now."),
  readAt: z.iso.datetime().describe("When it was last found changed, or could not be read."),
  loadedAt: z.iso.datetime().nullable().describe("When its rules were last taken over."),
  problem: z.string().nullable().describe("Why its present content is not what is evaluated."),
});
export type FolderFileView = z.infer<typeof folderFileSchema>;
