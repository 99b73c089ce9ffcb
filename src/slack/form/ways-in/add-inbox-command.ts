import { cleanText } from '../../../add-inbox/account/clean-text.ts';
import { toAsciiAddress } from '../../../add-inbox/account/email-address.ts';
import { parseEmailAddress } from '../../../add-inbox/account/sender-account.ts';
import type { OpenManyForm } from '../../batches/form/open-many-form.ts';
import { TYPED_TEXT } from '../../blocks/limits.ts';
import type { Click, CommandUse } from '../../bolt/interaction.ts';
import { BATCH_FORM } from '../../sentences/batches.ts';
import { EPHEMERAL } from '../../sentences/notices.ts';
import { toConversation } from '../../web-api/conversation.ts';
import type { Draft } from '../fields.ts';
import type { FormToOpen } from '../open-form.ts';

/** `/add-inbox`, `/add-inbox jane@acme.com`, `/add-inbox last`, `/add-inbox many`, `/add-inbox jane@acme.com bob@acme.com`, `/add-inbox help`. */
export function createAddInboxCommand(deps: {
  openForm(click: Click, form: FormToOpen): Promise<void>;
  openManyForm: OpenManyForm;
  /** The values of the person's last inbox that fit the next one. */
  draftLast(teamId: string, userId: string): Promise<Draft>;
  /** Undefined where the URL is not Slack's. */
  sealResponseUrl(teamId: string, responseUrl: string): string | undefined;
}) {
  return async (use: CommandUse): Promise<void> => {
    const { command, ack } = use;
    const wanted = parseText(command.text);
    if (wanted.kind === 'answer') return ack(wanted.text);
    await ack();
    const context = {
      channelId: toConversation(command),
      sealedResponseUrl: deps.sealResponseUrl(command.team_id, command.response_url),
      generation: 0,
    };
    if (wanted.kind === 'many') return deps.openManyForm(use, { context, pasted: wanted.pasted });
    const { teamId, userId } = use.actor;
    const draft = wanted.kind === 'last' ? await deps.draftLast(teamId, userId) : wanted.draft;
    await deps.openForm(use, { context, draft });
  };
}

type Wanted =
  | { kind: 'form'; draft: Draft }
  | { kind: 'last' }
  /** `pasted`: addresses, one a line. */
  | { kind: 'many'; pasted: string | undefined }
  | { kind: 'answer'; text: string };

const MANY_WORDS = ['many', 'bulk', 'csv'];

function parseText(text: string): Wanted {
  const words = unescaped(cleanText(text))
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
    .map(withoutMailto);
  const [first = '', ...rest] = words;
  if (words.length === 0) return { kind: 'form', draft: {} };
  if (words.length === 1 && first.toLowerCase() === 'last') return { kind: 'last' };
  if (words.length === 1 && first.toLowerCase() === 'help') return { kind: 'answer', text: EPHEMERAL.help.join('\n') };
  const isMany = MANY_WORDS.includes(first.toLowerCase());
  const typed = isMany ? rest : words;
  const addresses = typed.map(parseEmailAddress).filter((address) => address !== undefined);
  if (addresses.length < typed.length) return { kind: 'answer', text: EPHEMERAL.usage };
  if (!isMany && addresses.length === 1) return { kind: 'form', draft: { email_address: addresses[0] ?? '' } };
  const pasted = addresses.join('\n');
  if (pasted.length > TYPED_TEXT) return { kind: 'answer', text: BATCH_FORM.tooManyAddresses };
  return { kind: 'many', pasted: pasted === '' ? undefined : pasted };
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
