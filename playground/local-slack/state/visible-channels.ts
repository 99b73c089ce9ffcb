import type { Channel, Installation, PersonRecord } from './records.ts';
import type { State } from './state.ts';

/** The channel as the app of this workspace knows it; undefined where it can't see it (Slack says `channel_not_found`). */
export function findChannelForApp(state: State, installation: Installation, channelId: string): Channel | undefined {
  const channel = state.channels.get(channelId);
  if (channel === undefined || !reaches(channel, installation.teamId)) return undefined;
  if (channel.kind !== 'public' && !channel.members.has(installation.botUserId)) return undefined;
  return channel;
}

/** Whether this person sees what is written in the channel. */
export function canRead(channel: Channel, person: PersonRecord): boolean {
  if (channel.members.has(person.id)) return true;
  return channel.kind === 'public' && channel.teamId === person.teamId && !person.is_restricted;
}

/** Whether the app of this workspace can know the person: one of its own, or of a workspace it shares a channel with. */
export function isVisiblePerson(state: State, installation: Installation, person: PersonRecord): boolean {
  if (person.teamId === installation.teamId) return true;
  return [...state.channels.values()].some(
    (channel) => channel.members.has(person.id) && reaches(channel, installation.teamId),
  );
}

/** `is_stranger`: of another workspace, and in no channel that the app is in. */
export function isStranger(state: State, installation: Installation, person: PersonRecord): boolean {
  if (person.teamId === installation.teamId) return false;
  return ![...state.channels.values()].some(
    ({ members, kind }) => kind !== 'im' && members.has(person.id) && members.has(installation.botUserId),
  );
}

export function reaches(channel: Channel, teamId: string): boolean {
  return channel.teamId === teamId || channel.sharedWith.has(teamId);
}

/** The conversation between the app's bot and a person, made where there is none yet. */
export function openDm(state: State, installation: Installation, userId: string): Channel {
  return (
    state.findDm(installation.botUserId, userId) ??
    state.addChannel({ teamId: installation.teamId, kind: 'im', members: [userId, installation.botUserId] })
  );
}
