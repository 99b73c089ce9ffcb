import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { NotInstalledError } from '../install/installations.ts';
import { EPHEMERAL } from '../sentences/notices.ts';
import { isBetweenPeople } from '../web-api/conversation.ts';

/** The answer to `/add-inbox help`. */
export function helpText(): string {
  return EPHEMERAL.help.join('\n');
}

/** The answer to arguments that the command does not accept. */
export function usageText(): string {
  return EPHEMERAL.usage;
}

/** An unexpected failure. `reference` finds it in the log. */
export function failureText(reference: string): string {
  return EPHEMERAL.failed(reference);
}

/** An unexpected failure after which the action may still have been done. */
export function perhapsDoneText(reference: string): string {
  return EPHEMERAL.perhapsDone(reference);
}

/** Slack did not open the modal. `reference` finds it in the log. */
export function notOpenedText(reference: string): string {
  return EPHEMERAL.notOpened(reference);
}

/** Slack gave no clear answer, so the modal may be open or closed. `reference` finds it in the log. */
export function perhapsOpenedText(reference: string): string {
  return EPHEMERAL.perhapsOpened(reference);
}

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
