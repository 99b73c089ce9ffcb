import { z } from 'zod';
import type { Channel } from '../../state/records.ts';
import { findChannelForApp, isVisiblePerson, openDm, reaches } from '../../state/visible-channels.ts';
import { channelJson } from '../../state/wire.ts';
import { count, cursor, flag } from '../args.ts';
import { takePage } from '../page.ts';
import { botMethod, type Method, requireScope, SlackApiError } from '../web-api-method.ts';

const READ_SCOPES = { public: 'channels:read', private: 'groups:read', im: 'im:read', mpim: 'mpim:read' } as const;
const TYPE_KINDS = { public_channel: 'public', private_channel: 'private', im: 'im', mpim: 'mpim' } as const;

export const conversationMethods: { [name: string]: Method } = {
  'conversations.open': botMethod(
    undefined,
    {
      users: z.string().optional(),
      channel: z.string().optional(),
      return_im: flag.optional(),
      prevent_creation: flag.optional(),
    },
    (context, { users, channel: given, return_im }) => {
      const { core, installation } = context;
      requireScope(context, 'im:write');
      if (given !== undefined) {
        const channel = findChannelForApp(core.state, installation, given);
        if (channel === undefined) throw new SlackApiError('channel_not_found');
        return { channel: { id: channel.id } };
      }
      const userIds = (users ?? '').split(',').filter((id) => id !== '');
      const [userId] = userIds;
      if (userId === undefined) throw new SlackApiError('users_list_not_supplied');
      if (userIds.length > 1) throw new SlackApiError('method_not_supported_for_channel_type');
      const person = core.state.people.get(userId);
      if (person === undefined || !isVisiblePerson(core.state, installation, person))
        throw new SlackApiError('user_not_found');
      if (person.deleted) throw new SlackApiError('user_disabled');
      const existing = core.state.findDm(installation.botUserId, userId);
      const dm = openDm(core.state, installation, userId);
      const channel = return_im === true ? channelJson(core, installation, dm) : { id: dm.id };
      return { channel, ...(existing === undefined ? {} : { already_open: true, no_op: true }) };
    },
  ),

  'conversations.info': botMethod(
    undefined,
    { channel: z.string(), include_num_members: flag.optional(), include_locale: flag.optional() },
    (context, { channel: given }) => {
      const channel = findChannelForApp(context.core.state, context.installation, given);
      if (channel === undefined) throw new SlackApiError('channel_not_found');
      requireScope(context, READ_SCOPES[channel.kind]);
      return { channel: channelJson(context.core, context.installation, channel) };
    },
  ),

  'conversations.list': botMethod(
    undefined,
    {
      types: z.string().default('public_channel'),
      cursor,
      limit: count.optional(),
      exclude_archived: flag.optional(),
      team_id: z.string().optional(),
    },
    (context, { types, cursor: from, limit, exclude_archived }) => {
      const { core, installation } = context;
      const kinds = types.split(',').map((type) => {
        const kind = Object.entries(TYPE_KINDS).find(([name]) => name === type.trim())?.[1];
        if (kind === undefined) throw new SlackApiError('invalid_types');
        requireScope(context, READ_SCOPES[kind]);
        return kind;
      });
      const listed = (channel: Channel) =>
        kinds.includes(channel.kind) &&
        reaches(channel, installation.teamId) &&
        findChannelForApp(core.state, installation, channel.id) !== undefined &&
        !(exclude_archived === true && channel.is_archived);
      const { items, response_metadata } = takePage([...core.state.channels.values()].filter(listed), from, limit);
      return { channels: items.map((channel) => channelJson(core, installation, channel)), response_metadata };
    },
  ),
};
