import { cleanText } from '../../add-inbox/account/clean-text.ts';
import { toAsciiAddress } from '../../add-inbox/account/email-address.ts';
import { parseEmailAddress } from '../../add-inbox/account/sender-account.ts';
import type { Click, CommandUse } from '../bolt/interaction.ts';
import { helpText, usageText } from '../thread/ephemeral.ts';
import { toConversation } from '../web-api/conversation.ts';
import type { FormToOpen } from './open-form.ts';

/** `/add-inbox`, `/add-inbox jane@acme.com`, `/add-inbox help`. */
export function createAddInboxCommand(deps: {
  openForm(click: Click, form: FormToOpen): Promise<void>;
  /** Undefined where the URL is not Slack's. */
  sealResponseUrl(teamId: string, responseUrl: string): string | undefined;
}) {
  return async (use: CommandUse): Promise<void> => {
    const { command, ack } = use;
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
    await deps.openForm(use, { context, draft: wanted.draft });
  };
}

type Wanted = { kind: 'form'; draft: { email_address?: string } } | { kind: 'help' } | { kind: 'unclear' };

function parseText(text: string): Wanted {
  const trimmed = unescaped(withoutMailto(cleanText(text)));
  if (trimmed === '') return { kind: 'form', draft: {} };
  if (trimmed.toLowerCase() === 'help') return { kind: 'help' };
  const address = parseEmailAddress(trimmed);
  return address === undefined ? { kind: 'unclear' } : { kind: 'form', draft: { email_address: address } };
}

/** Slack's client sends an address as `<mailto:jane@acme.com|jane@acme.com>`. The part after the bar is the typed text. */
function withoutMailto(text: string): string {
  const [, target = text, typed = target] = /^<mailto:([^|>]+)(?:\|([^>]*))?>$/.exec(text) ?? [];
  return toAsciiAddress(typed) === toAsciiAddress(target) ? typed : target;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping: the three characters that Slack escapes. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
