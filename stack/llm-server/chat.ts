import { z } from "zod";

const content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  z.null(),
]);

/** The part of OpenAI's chat completion request that this server reads; other fields are let pass. */
export const chatRequestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: content.optional() })).min(1),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  user: z.string().max(256).nullish(),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

export const DEFAULT_MAX_TOKENS = 512;
// The usual rule of thumb for English text.
export const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_MESSAGE = 4;

/** Tokens of the prompt, counted by its length. */
export function countPromptTokens({ messages }: ChatRequest): number {
  let tokens = 0;
  for (const message of messages) {
    const parts = typeof message.content === "string" ? [message.content] : (message.content ?? []);
    let characters = 0;
    for (const part of parts) characters += typeof part === "string" ? part.length : (part.text?.length ?? 0);
    tokens += TOKENS_PER_MESSAGE + Math.ceil(characters / CHARACTERS_PER_TOKEN);
  }
  return tokens;
}

const words =
  "the model keeps its cache warm and answers each request in turn while new prompts join the batch as others end so that no token waits for long".split(
    " ",
  );

/** Tokens `from` (inclusive) to `to` of the answer that starts at word `offset`: filler, the same for the same offset. */
export function answerText(offset: number, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += `${i === 0 ? "" : " "}${words[(offset + i) % words.length]}`;
  return text;
}
