import type { SectionBlock } from '@slack/types';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import { clientNameOf, type OwnerName } from '../../add-inbox/keys/key-owner.ts';
import { renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel, oneLine } from '../blocks/foreign-text.ts';
import { FACTS } from '../sentences/thread.ts';

type Inbox = Pick<AccountToAdd, 'email_address' | 'display_name'>;

/** The inbox and its client, as a block. */
export function renderInbox({ email_address, display_name }: Inbox, owner: OwnerName): SectionBlock {
  const lines = [oneLine(email_address), oneLine(display_name), ...listClient(owner)];
  return renderSection('inbox', lines.join('\n'));
}

function listClient(owner: OwnerName): string[] {
  const client = clientNameOf(owner);
  return client === undefined ? [] : [`${FACTS.client}: ${client}`];
}

/** The inbox and its client, for the top-level text of a message. */
export function nameInbox({ email_address, display_name }: Inbox, owner: OwnerName): string {
  const client = clientNameOf(owner);
  const inbox = `${escapeTopLevel(email_address)} (${escapeTopLevel(display_name)})`;
  return client === undefined ? inbox : `${inbox}, ${FACTS.client} ${escapeTopLevel(client)}`;
}
