import { z } from "zod";
import { exampleFolderFile } from "@/lib/alerts/example";
import { folderFiles } from "@/lib/alerts/folder/queries";
import { folderFileSchema } from "@/lib/alerts/folder/schema";
import { route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alert-rules/folder",
  tag: "Alert rules",
  summary: "List the files of the folder of rules",
  description:
    "The files of `INFERSCOPE_RULES_DIR` as the worker last read them, what is wrong first. Their rules are changed in the files only.",
  access: "alert_rules:read",
  response: z.object({ items: z.array(folderFileSchema) }),
  example: { response: { items: [exampleFolderFile] } },
  handler: async ({ actor }) => ({ items: await folderFiles(actor) }),
});
