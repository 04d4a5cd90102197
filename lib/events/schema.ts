import { z } from "zod";

/** "This changed": the browser drops what it holds of it and asks again. Carries no content. */
export const changeEventSchema = z.object({ type: z.string(), id: z.string() });
export type ChangeEvent = z.infer<typeof changeEventSchema>;
