import type { SectionBlock } from '@slack/types';
import type { AccountToAdd } from '../../add-inbox/sender-account.ts';
import { escapeTopLevel } from '../escape-mrkdwn.ts';
import { SECTION_TEXT } from '../limits.ts';
import { oneLine } from '../one-line.ts';
import { plainText } from '../plain-text.ts';

type Inbox = Pick<AccountToAdd, 'email_address' | 'display_name'>;

/** Which inbox it is, as a block. */
export function renderInbox({ email_address, display_name }: Inbox): SectionBlock {
  const text = `${oneLine(email_address)}\n${oneLine(display_name)}`;
  return { type: 'section', block_id: 'inbox', text: plainText(text, SECTION_TEXT) };
}

/** Which inbox it is, for the top-level text of a message. */
export function nameInbox({ email_address, display_name }: Inbox): string {
  return `${escapeTopLevel(email_address)} (${escapeTopLevel(display_name)})`;
}
