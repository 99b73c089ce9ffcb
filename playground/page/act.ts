import { z } from 'zod';
import type { FileToAttach } from '../local-slack/local-slack.ts';
import { ANSWER_NAMES } from './answers.ts';

const message = z.object({ channelId: z.string(), ts: z.string() });
const field = z.string().max(255);

/** What the page asks for, all of it something that a person does at Slack or at the playground's own switches. */
export const act = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), line: z.string().max(4_000), channelId: z.string() }),
  z.object({
    kind: z.literal('say'),
    text: z.string().trim().min(1).max(4_000),
    channelId: z.string(),
    threadTs: z.string().optional(),
  }),
  z.object({ kind: z.literal('type'), field, value: z.string().max(50_000) }),
  z.object({ kind: z.literal('enter'), field }),
  z.object({ kind: z.literal('choose'), field, option: z.union([z.string(), z.array(z.string())]).optional() }),
  z.object({ kind: z.literal('tick'), field, option: z.string(), ticked: z.boolean() }),
  z.object({ kind: z.literal('click'), button: z.string(), in: z.union([z.enum(['modal', 'home']), message]) }),
  z.object({ kind: z.literal('submit') }),
  z.object({ kind: z.literal('close'), all: z.boolean() }),
  z.object({ kind: z.literal('open_home'), tab: z.enum(['home', 'messages']) }),
  z.object({ kind: z.literal('answer'), name: z.enum(ANSWER_NAMES), keep: z.boolean() }),
  z.object({ kind: z.literal('kill_bot') }),
  z.object({ kind: z.literal('start_bot') }),
]);

export type Act = z.infer<typeof act>;

/** Files for a file field, instead of those it holds; they come in a request of their own. */
export type Attach = { kind: 'attach'; field: string; files: FileToAttach[] };

/** `trouble`: what Slack would tell this person went wrong. */
export type ActResult = { trouble?: string | undefined };
