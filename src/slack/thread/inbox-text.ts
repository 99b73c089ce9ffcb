import type { SectionBlock } from '@slack/types';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import { renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel, oneLine } from '../blocks/foreign-text.ts';
import { FACTS } from '../sentences/thread.ts';

type Inbox = Pick<AccountToAdd, 'email_address' | 'display_name'>;

/** Which inbox it is and for which client, as a block. */
export function renderInbox({ email_address, display_name }: Inbox, client: string): SectionBlock {
  const lines = [
    oneLine(email_address),
    oneLine(display_name),
    ...(client === '' ? [] : [`${FACTS.client}: ${client}`]),
  ];
  return renderSection('inbox', lines.join('\n'));
}

/** Which inbox it is and for which client, for the top-level text of a message. */
export function nameInbox({ email_address, display_name }: Inbox, client: string): string {
  const inbox = `${escapeTopLevel(email_address)} (${escapeTopLevel(display_name)})`;
  return client === '' ? inbox : `${inbox}, ${FACTS.client} ${escapeTopLevel(client)}`;
}
