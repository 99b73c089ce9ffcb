import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { NotInstalledError } from '../install/installations.ts';
import { EPHEMERAL } from '../sentences/notices.ts';
import { isBetweenPeople } from '../web-api/conversation.ts';

/** The bot has no token for the workspace. `installUrl` is undefined where the bot offers no installation page. */
export function notInstalledText(why: NotInstalledError['why'], installUrl: string | undefined): string {
  const next = installUrl === undefined ? EPHEMERAL.setUpHere : EPHEMERAL.installHere(installUrl);
  return `${EPHEMERAL.notInstalled[why]} ${next}`;
}

/** Posted in the command's conversation: the thread is in the person's DM, and how to get it into this conversation. */
export function cannotPostText(request: AddInboxRequest): string {
  const { resultsChannelId } = request;
  if (resultsChannelId !== undefined) return EPHEMERAL.cannotPostThere(`<#${resultsChannelId}>`);
  return isBetweenPeople(request.channelId) ? EPHEMERAL.cannotPostInConversation : EPHEMERAL.cannotPost;
}
