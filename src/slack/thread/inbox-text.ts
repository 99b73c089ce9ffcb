import type { SectionBlock } from '@slack/types';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import { clientNameOf, type OwnerName } from '../../add-inbox/keys/key-owner.ts';
import { renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel, oneLine } from '../blocks/foreign-text.ts';
import { FACTS } from '../sentences/thread.ts';

type Inbox = Pick<AccountToAdd, 'email_address' | 'display_name'>;

/** Which inbox it is and for which client, as a block. */
export function renderInbox({ email_address, display_name }: Inbox, owner: OwnerName): SectionBlock {
  const lines = [oneLine(email_address), oneLine(display_name), ...listClient(owner)];
  return renderSection('inbox', lines.join('\n'));
}

/** The client as a fact; nothing for the workspace's own key. */
function listClient(owner: OwnerName): string[] {
  const client = clientNameOf(owner);
  return client === undefined ? [] : [`${FACTS.client}: ${client}`];
}

/** Which inbox it is and for which client, for the top-level text of a message. */
export function nameInbox({ email_address, display_name }: Inbox, owner: OwnerName): string {
  const client = clientNameOf(owner);
  const inbox = `${escapeTopLevel(email_address)} (${escapeTopLevel(display_name)})`;
  return client === undefined ? inbox : `${inbox}, ${FACTS.client} ${escapeTopLevel(client)}`;
}
