import { z } from 'zod';
import { findBlockKitProblems } from '../block-kit/block-kit-problems.ts';
import type { JsonObject } from '../json.ts';
import type { LedgerKeeper } from '../ledger/ledger.ts';
import type { Ids } from '../state/ids.ts';
import type { Messages } from '../state/messages.ts';
import type { Block, StoredMessage } from '../state/records.ts';
import type { State } from '../state/state.ts';
import { block } from '../web-api/args.ts';

/** What a response URL belongs to. */
export type ResponseOrigin = {
  teamId: string;
  userId: string;
  channelId: string;
  /** The message that was clicked; undefined for a command. */
  messageTs: string | undefined;
};

export type ResponseUrls = {
  issue(kind: 'commands' | 'actions', origin: ResponseOrigin): string;
  /** Answers one POST to a response URL. */
  use(path: string, body: unknown): { status: number; text: string };
};

const USES = 5;
const LIFE_MS = 30 * 60 * 1000;

const responseBody = z.strictObject({
  text: z.string().optional(),
  blocks: z.array(block).optional(),
  attachments: z.array(z.looseObject({})).optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
  mrkdwn: z.boolean().optional(),
  metadata: z.looseObject({}).optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
});

type Deps = {
  ids: Ids;
  now: () => number;
  url: () => string;
  keeper: LedgerKeeper;
  state: State;
  messages: Messages;
};

type Entry = { origin: ResponseOrigin; issuedAt: number; uses: number; lastTs: string | undefined };

/** Response URLs: five uses in half an hour, ephemeral unless said otherwise. */
export function createResponseUrls({ ids, now, url, keeper, state, messages }: Deps): ResponseUrls {
  const entries = new Map<string, Entry>();

  function respond(entry: Entry, body: z.output<typeof responseBody>): { status: number; text: string } {
    const original = findOriginal(entry);
    if (body.delete_original === true) {
      if (original !== undefined) messages.delete(original.channelId, original.ts);
      return { status: 200, text: 'ok' };
    }
    const content = { text: body.text ?? '', blocks: body.blocks ?? [], attachments: body.attachments ?? [] };
    if (content.text === '' && content.blocks.length === 0 && content.attachments.length === 0) {
      return { status: 500, text: 'no_text' };
    }
    if (body.replace_original === true && original !== undefined) messages.update(original, content);
    else entry.lastTs = postAnswer({ messages, state }, entry.origin, content, body).ts;
    return { status: 200, text: 'ok' };
  }

  function findOriginal({ origin, lastTs }: Entry): StoredMessage | undefined {
    const ts = origin.messageTs ?? lastTs;
    return ts === undefined ? undefined : messages.find(origin.channelId, ts);
  }

  return {
    issue(kind, origin) {
      const path = `/${kind}/${origin.teamId}/${ids.secret(12)}/${ids.secret(24)}`;
      entries.set(path, { origin, issuedAt: now(), uses: 0, lastTs: undefined });
      return `${url()}${path}`;
    },
    use(path, given) {
      const entry = entries.get(path);
      if (entry === undefined) return refuse('invalid_url', 404);
      if (now() - entry.issuedAt > LIFE_MS) return refuse('expired_url', 404);
      if (entry.uses >= USES) return refuse('used_url', 404);
      entry.uses += 1;
      const body = responseBody.safeParse(given);
      if (!body.success) return refuse(`invalid_payload: ${z.prettifyError(body.error)}`, 400);
      if (body.data.blocks !== undefined) keeper.notePayload('message', { ...body.data });
      const problems = findBlockKitProblems('message', body.data);
      if (problems.length > 0) return refuse(`invalid_blocks: ${problems.join('; ')}`, 500);
      if (!body.data.text && !body.data.delete_original) keeper.noteProblem('response_url: no top-level text');
      return respond(entry, body.data);

      function refuse(error: string, status: number) {
        keeper.noteProblem(`response_url: ${error}`);
        return { status, text: error.split(':')[0] ?? error };
      }
    },
  };
}

/** Posts what a command's acknowledgement or a response URL brought: to one person, unless it says `in_channel`. */
export function postAnswer(
  { messages, state }: Pick<Deps, 'messages' | 'state'>,
  origin: ResponseOrigin,
  content: { text: string; blocks: Block[]; attachments: JsonObject[] },
  given: { response_type?: string | undefined; thread_ts?: string | undefined },
): StoredMessage {
  const installation = state.workspaces.get(origin.teamId)?.installation;
  return messages.post({
    ...content,
    channelId: origin.channelId,
    userId: installation?.botUserId ?? '',
    botId: installation?.botId,
    threadTs: given.thread_ts,
    onlyFor: given.response_type === 'in_channel' ? undefined : origin.userId,
  });
}
