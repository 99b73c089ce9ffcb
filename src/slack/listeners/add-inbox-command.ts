import { parseEmailAddress } from '../../add-inbox/sender-account.ts';
import { COMMAND } from '../ids.ts';
import { toConversation } from '../messages/conversation.ts';
import { helpText, usageText } from '../messages/ephemeral.ts';
import type { FormToOpen } from '../open-form.ts';
import type { CommandPayload } from '../payloads.ts';
import type { SlackApi } from '../slack-api.ts';

/** `/add-inbox`, `/add-inbox jane@acme.com`, `/add-inbox help`. */
export function createAddInboxCommand(deps: {
  openForm(api: SlackApi, form: FormToOpen): Promise<void>;
  sealResponseUrl(teamId: string, responseUrl: string): string;
}) {
  return async (command: CommandPayload, api: SlackApi, ack: (text?: string) => Promise<void>): Promise<void> => {
    const wanted = parseText(command.text);
    if (wanted.kind === 'help') return ack(helpText());
    if (wanted.kind === 'unclear') return ack(usageText());
    await ack();
    const context = {
      channelId: toConversation(command),
      sealedResponseUrl: deps.sealResponseUrl(command.team_id, command.response_url),
      retryOf: undefined,
      generation: 0,
    };
    const actor = { teamId: command.team_id, userId: command.user_id, ownTeamId: command.team_id };
    await deps.openForm(api, { what: COMMAND, actor, triggerId: command.trigger_id, context, draft: wanted.draft });
  };
}

type Wanted = { kind: 'form'; draft: { email_address?: string } } | { kind: 'help' } | { kind: 'unclear' };

function parseText(text: string): Wanted {
  const trimmed = withoutMailto(text.trim());
  if (trimmed === '') return { kind: 'form', draft: {} };
  if (trimmed.toLowerCase() === 'help') return { kind: 'help' };
  const address = parseEmailAddress(trimmed);
  return address === undefined ? { kind: 'unclear' } : { kind: 'form', draft: { email_address: address } };
}

/** Slack's client turns an address into `<mailto:jane@acme.com|jane@acme.com>` where an app asks for escaped text. */
function withoutMailto(text: string): string {
  return /^<mailto:([^|>]+)(?:\|[^>]*)?>$/.exec(text)?.[1] ?? text;
}
