import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { fileJson } from './files.ts';
import type { Channel, Installation, PersonRecord, StoredMessage } from './records.ts';
import type { OpenView } from './views.ts';
import { isStranger } from './visible-channels.ts';

/** A message as Slack's answers and payloads carry it. */
export function messageJson(core: Core, message: StoredMessage): JsonObject {
  const replies = core.messages.inChannel(message.channelId).filter(({ threadTs }) => threadTs === message.ts);
  const threadTs = message.threadTs ?? (replies.length > 0 ? message.ts : undefined);
  return {
    type: 'message',
    ...(message.botId === undefined ? {} : { bot_id: message.botId, app_id: core.app.appId }),
    user: message.userId,
    team: core.state.people.get(message.userId)?.teamId,
    text: message.text,
    ts: message.ts,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((id) => fileJson(core, core.state.getFile(id))) } : {}),
    ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(replies.length > 0 ? { reply_count: replies.length } : {}),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.userId, ts: message.editedTs } }),
  };
}

/** A view with `state`, as answers and payloads carry it. */
export function viewJson({ view, values }: OpenView): JsonObject {
  return { ...view, state: { values: structuredClone(values) } };
}

export function channelJson(core: Core, installation: Installation, channel: Channel): JsonObject {
  const { id, kind, members } = channel;
  const isMember = members.has(installation.botUserId);
  if (kind === 'im') {
    const user = [...members].find((member) => member !== installation.botUserId);
    return { id, created: seconds(channel.created), is_im: true, is_archived: channel.is_archived, user };
  }
  return {
    id,
    name: channel.name,
    created: seconds(channel.created),
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_im: false,
    is_mpim: kind === 'mpim',
    is_private: kind !== 'public',
    is_archived: channel.is_archived,
    is_member: isMember,
    is_general: channel.name === 'general',
    is_shared: channel.sharedWith.size > 0,
    is_ext_shared: channel.sharedWith.size > 0,
    is_org_shared: false,
    context_team_id: installation.teamId,
    shared_team_ids: [channel.teamId, ...channel.sharedWith],
    num_members: members.size,
    name_normalized: channel.name,
    creator: core.state.workspaces.get(channel.teamId)?.installation?.botUserId ?? '',
  };
}

/** A person as `users.info` shows them. Their rights are those in their own workspace, whoever asks. */
export function userJson(core: Core, installation: Installation, person: PersonRecord): JsonObject {
  const base = {
    id: person.id,
    team_id: namedTeamOf(person),
    name: person.name,
    deleted: person.deleted,
    real_name: person.real_name,
    tz: 'Europe/Berlin',
    profile: {
      real_name: person.real_name,
      display_name: person.name,
      team: person.teamId,
      ...(installation.scopes.includes('users:read.email') && { email: person.email }),
    },
    is_bot: person.is_bot,
    is_app_user: false,
    updated: seconds(core.now()),
    ...(person.organization && {
      enterprise_user: { id: person.id, enterprise_id: 'E0LOCAL', teams: person.organization.teams },
    }),
  };
  const foreign =
    person.teamId !== installation.teamId ? { is_stranger: isStranger(core.state, installation, person) } : {};
  if (person.deleted) return { ...base, ...foreign };
  return {
    ...base,
    ...foreign,
    is_admin: person.is_admin,
    is_owner: person.is_owner,
    is_primary_owner: person.is_primary_owner,
    is_restricted: person.is_restricted,
    is_ultra_restricted: person.is_ultra_restricted,
  };
}

/** Whose `team_id` a person has in payloads. */
export function namedTeamOf({ organization, teamId }: PersonRecord): string {
  return organization?.teamId ?? teamId;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
