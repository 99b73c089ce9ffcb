import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { NotInstalledError } from '../install/installations.ts';
import { EPHEMERAL } from '../sentences/notices.ts';
import { isBetweenPeople } from '../web-api/conversation.ts';

/** What `/add-inbox help` says. */
export function helpText(): string {
  return EPHEMERAL.help.join('\n');
}

/** What the command says to anything it doesn't take. */
export function usageText(): string {
  return EPHEMERAL.usage;
}

/** Something that should not happen did. `reference` finds it in the log. */
export function failureText(reference: string): string {
  return EPHEMERAL.failed(reference);
}

/** The same where what was asked for may be done all the same. */
export function perhapsDoneText(reference: string): string {
  return EPHEMERAL.perhapsDone(reference);
}

/** Slack did not open a modal for them. `reference` finds it in the log. */
export function notOpenedText(reference: string): string {
  return EPHEMERAL.notOpened(reference);
}

/** Slack gave no clear answer: the modal may be open or not. `reference` finds it in the log. */
export function perhapsOpenedText(reference: string): string {
  return EPHEMERAL.perhapsOpened(reference);
}

/** The bot has no token for where it was used. `installUrl` is undefined where nobody can install it themselves. */
export function notInstalledText(why: NotInstalledError['why'], installUrl: string | undefined): string {
  const next = installUrl === undefined ? EPHEMERAL.setUpHere : EPHEMERAL.installHere(installUrl);
  return `${EPHEMERAL.notInstalled[why]} ${next}`;
}

/** Said where the command was used: that the thread is in their DM, and how to have it here. */
export function cannotPostText(request: AddInboxRequest): string {
  const { resultsChannelId } = request;
  if (resultsChannelId !== undefined) return EPHEMERAL.cannotPostThere(`<#${resultsChannelId}>`);
  return isBetweenPeople(request.channelId) ? EPHEMERAL.cannotPostInConversation : EPHEMERAL.cannotPost;
}
