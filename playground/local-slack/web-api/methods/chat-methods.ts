import { z } from 'zod';
import { findBlockKitProblems } from '../../block-kit/block-kit-problems.ts';
import type { JsonObject } from '../../json.ts';
import type { Channel, StoredMessage } from '../../state/records.ts';
import { findChannelForApp, isVisiblePerson, openDm } from '../../state/visible-channels.ts';
import { messageJson } from '../../state/wire.ts';
import { anyObject, block, flag, json } from '../args.ts';
import {
  botMethod,
  type CallContext,
  errorMessages,
  type Method,
  requireScope,
  SlackApiError,
} from '../web-api-method.ts';

const TEXT_LIMIT = 40_000;
/** `chat.update` refuses what `chat.postMessage` still takes. */
const UPDATE_TEXT_LIMIT = 4_000;
const TS = /^\d{10}\.\d{6}$/;

const contentArgs = {
  text: z.string().optional(),
  blocks: json(z.unknown()).optional(),
  attachments: json(z.array(anyObject)).optional(),
  parse: z.enum(['full', 'none']).optional(),
  link_names: flag.optional(),
  as_user: flag.optional(),
};

const decorationArgs = {
  mrkdwn: flag.optional(),
  unfurl_links: flag.optional(),
  unfurl_media: flag.optional(),
  username: z.string().optional(),
  icon_emoji: z.string().optional(),
  icon_url: z.string().optional(),
};

type Content = {
  text?: string | undefined;
  blocks?: unknown;
  attachments?: JsonObject[] | undefined;
  metadata?: JsonObject | undefined;
};

export const chatMethods: { [name: string]: Method } = {
  'chat.postMessage': botMethod(
    'chat:write',
    {
      channel: z.string(),
      thread_ts: z.string().optional(),
      reply_broadcast: flag.optional(),
      metadata: json(anyObject).optional(),
      ...contentArgs,
      ...decorationArgs,
    },
    (context, args) => {
      const { core, installation } = context;
      const channel = findTarget(context, args.channel);
      checkCanPost(context, channel);
      if (args.username !== undefined || args.icon_emoji !== undefined || args.icon_url !== undefined) {
        requireScope(context, 'chat:write.customize');
      }
      const content = checkContent(context, args);
      checkThread(context, channel, args.thread_ts);
      const message = core.messages.post({
        ...content,
        channelId: channel.id,
        userId: installation.botUserId,
        botId: installation.botId,
        threadTs: args.thread_ts,
        metadata: args.metadata,
        mrkdwn: args.mrkdwn !== false,
      });
      return { channel: channel.id, ts: message.ts, message: messageJson(core, message) };
    },
  ),

  'chat.update': botMethod(
    'chat:write',
    {
      channel: z.string(),
      ts: z.string(),
      metadata: json(anyObject).optional(),
      reply_broadcast: flag.optional(),
      ...contentArgs,
    },
    (context, args) => {
      const { core } = context;
      const channel = findExisting(context, args.channel);
      const message = findOwnMessage(context, channel, args.ts, 'cant_update_message');
      if (channel.is_archived) throw new SlackApiError('is_inactive');
      const given = checkContent(context, args, UPDATE_TEXT_LIMIT);
      core.messages.update(message, {
        ...(args.text === undefined ? {} : { text: given.text }),
        ...(args.blocks === undefined ? {} : { blocks: given.blocks }),
        ...(args.attachments === undefined ? {} : { attachments: given.attachments }),
        ...(args.metadata === undefined ? {} : { metadata: args.metadata }),
      });
      return { channel: channel.id, ts: message.ts, text: message.text, message: messageJson(core, message) };
    },
  ),

  'chat.postEphemeral': botMethod(
    'chat:write',
    { channel: z.string(), user: z.string(), thread_ts: z.string().optional(), ...contentArgs, ...decorationArgs },
    (context, args) => {
      const { core, installation } = context;
      const channel = findExisting(context, args.channel);
      if (channel.is_archived) throw new SlackApiError('is_archived');
      if (!channel.members.has(installation.botUserId)) throw new SlackApiError('not_in_channel');
      const person = core.state.people.get(args.user);
      if (person === undefined || !channel.members.has(person.id)) throw new SlackApiError('user_not_in_channel');
      const content = checkContent(context, args);
      checkThread(context, channel, args.thread_ts);
      const message = core.messages.post({
        ...content,
        channelId: channel.id,
        userId: installation.botUserId,
        botId: installation.botId,
        threadTs: args.thread_ts,
        onlyFor: person.id,
      });
      return { message_ts: message.ts };
    },
  ),

  'chat.delete': botMethod(
    'chat:write',
    { channel: z.string(), ts: z.string(), as_user: flag.optional() },
    (context, { channel: given, ts }) => {
      const channel = findExisting(context, given);
      findOwnMessage(context, channel, ts, 'cant_delete_message');
      context.core.messages.delete(channel.id, ts);
      return { channel: channel.id, ts };
    },
  ),

  'chat.getPermalink': botMethod(
    undefined,
    { channel: z.string(), message_ts: z.string() },
    (context, { channel: given, message_ts }) => {
      const { core, installation } = context;
      const channel = findExisting(context, given);
      if (core.messages.find(channel.id, message_ts) === undefined) throw new SlackApiError('message_not_found');
      const { domain } = core.state.getWorkspace(installation.teamId);
      const permalink = `https://${domain}.slack.com/archives/${channel.id}/p${message_ts.replace('.', '')}`;
      return { channel: channel.id, permalink };
    },
  ),
};

/** A channel, or a person: then their conversation with the app. */
function findTarget(context: CallContext, given: string): Channel {
  const { core, installation } = context;
  const person = core.state.people.get(given);
  if (person === undefined) return findExisting(context, given);
  if (person.deleted || person.is_bot || !isVisiblePerson(core.state, installation, person)) {
    throw new SlackApiError('channel_not_found');
  }
  return openDm(core.state, installation, person.id);
}

function findExisting({ core, installation }: CallContext, given: string): Channel {
  const channel = findChannelForApp(core.state, installation, given);
  if (channel === undefined) throw new SlackApiError('channel_not_found');
  return channel;
}

function checkCanPost({ installation }: CallContext, channel: Channel): void {
  if (channel.is_archived) throw new SlackApiError('is_archived');
  if (channel.members.has(installation.botUserId)) return;
  if (!installation.scopes.includes('chat:write.public')) throw new SlackApiError('not_in_channel');
}

/** Throws where nothing can be put under this `ts`. */
export function checkThread({ core }: CallContext, channel: Channel, threadTs: string | undefined): void {
  if (threadTs === undefined) return;
  if (!TS.test(threadTs)) throw new SlackApiError('invalid_thread_ts');
  if (!core.messages.isThread(channel.id, threadTs)) throw new SlackApiError('thread_not_found');
}

function findOwnMessage(
  { core, installation }: CallContext,
  channel: Channel,
  ts: string,
  otherwise: string,
): StoredMessage {
  const message = core.messages.find(channel.id, ts);
  if (message === undefined || message.onlyFor !== undefined) throw new SlackApiError('message_not_found');
  if (message.userId !== installation.botUserId) throw new SlackApiError(otherwise);
  return message;
}

const blockList = z.array(block);

function checkContent(
  { core }: CallContext,
  { text = '', blocks: given, attachments = [], metadata }: Content,
  textLimit = TEXT_LIMIT,
) {
  const parsed = blockList.safeParse(given ?? []);
  if (!parsed.success) throw new SlackApiError('invalid_blocks_format');
  const blocks = parsed.data;
  if (text.trim() === '' && blocks.length === 0 && attachments.length === 0) throw new SlackApiError('no_text');
  if (text.length > textLimit) throw new SlackApiError('msg_too_long');
  const payload = { text, blocks, ...(metadata === undefined ? {} : { metadata }) };
  core.keeper.notePayload('message', payload);
  const problems = findBlockKitProblems('message', payload);
  if (problems.length > 0) throw new SlackApiError('invalid_blocks', errorMessages(problems));
  if (text.trim() === '')
    core.keeper.noteProblem('a message without top-level text: screen readers and notifications say nothing');
  return { text, blocks, attachments };
}
