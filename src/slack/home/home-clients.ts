import type { Button, KnownBlock } from '@slack/types';
import type { ColdsendKey } from '../../add-inbox/keys/coldsend-key.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import {
  renderActions,
  renderButton,
  renderContext,
  renderDangerButton,
  renderHeader,
  renderSection,
} from '../blocks/blocks.ts';
import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { SECTION_FIELD } from '../blocks/limits.ts';
import { linkChannels } from '../blocks/link-channels.ts';
import { mrkdwn, plainText } from '../blocks/text-objects.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS } from '../sentences/common.ts';
import { HOME } from '../sentences/home.ts';
import { KEY_STATUSES } from '../sentences/keys.ts';
import { FACTS } from '../sentences/thread.ts';

/** Two blocks each, of the 100 that a Home may have. */
const CLIENTS_A_PAGE = 20;

type ClientKey = ColdsendKey & { channelIds: string[] };

/** The keys of clients by label, last four and channels, by page from 0; with buttons for admins. */
export function renderClients({
  keys,
  settings,
  isAdmin,
  clientsPage,
}: {
  keys: ColdsendKey[];
  settings: Pick<WorkspaceSettings, 'elsewhere'>;
  isAdmin: boolean;
  clientsPage: number;
}): KnownBlock[] {
  const clients = toClients(keys);
  const hasOwn = keys.some(({ label }) => label === '');
  const afterwards = hasOwn ? settings.elsewhere : 'nothing';
  if (clients.length === 0 && !isAdmin) return [];
  const pages = Math.max(1, Math.ceil(clients.length / CLIENTS_A_PAGE));
  const page = Math.min(clientsPage, pages - 1);
  const from = page * CLIENTS_A_PAGE;
  const shown = clients.slice(from, from + CLIENTS_A_PAGE);
  const turning = [
    ...(page > 0 ? [renderButton(ACTIONS.previousClients, BUTTONS.previousClients, String(page - 1))] : []),
    ...(page < pages - 1 ? [renderButton(ACTIONS.moreClients, BUTTONS.moreClients, String(page + 1))] : []),
  ];
  const buttons = [...(isAdmin ? [renderButton(ACTIONS.addClient, BUTTONS.addClient, 'add')] : []), ...turning];
  const where = HOME.clientsShown(from + 1, from + shown.length, clients.length);
  return [
    renderHeader('clients_title', HOME.clientsTitle),
    ...(clients.length === 0 ? [renderSection('no_clients', HOME.noClients)] : []),
    ...shown.flatMap((client, index) => renderClient(client, from + index, isAdmin ? afterwards : undefined)),
    ...(turning.length === 0 ? [] : [renderContext('clients_shown', where)]),
    ...(buttons.length === 0 ? [] : [renderActions('clients_buttons', buttons)]),
  ];
}

function toClients(keys: ColdsendKey[]): ClientKey[] {
  const clients = new Map<string, ClientKey>();
  for (const key of keys) {
    if (key.label === '') continue;
    const client = clients.get(key.label) ?? { ...key, channelIds: [] };
    clients.set(key.label, { ...client, channelIds: [...client.channelIds, key.channelId] });
  }
  return [...clients.values()].toSorted((a, b) => a.label.localeCompare(b.label));
}

type Afterwards = Parameters<typeof HOME.removeClient.text>[2];

/** @param afterwards what becomes of its channels without it; undefined for those who may not remove it */
function renderClient(client: ClientKey, index: number, afterwards: Afterwards | undefined): KnownBlock[] {
  const { label, lastFour, status, missingScopes, channelIds } = client;
  const scopes = missingScopes.length === 0 ? [] : [`${FACTS.missingScopes}: ${oneLine(missingScopes.join(', '))}`];
  const about = [HOME.clientKey(label, lastFour), KEY_STATUSES[status], ...scopes].join(' ');
  return [
    {
      type: 'section',
      block_id: `client.${index}`,
      fields: [plainText(truncate(about, 1_000), SECTION_FIELD), mrkdwn(linkChannels(channelIds, SECTION_FIELD))],
    },
    ...(afterwards === undefined
      ? []
      : [
          renderActions(`client_buttons.${index}`, [
            renderButton(ACTIONS.changeClient, BUTTONS.changeClient, label),
            renderRemove(client, afterwards),
          ]),
        ]),
  ];
}

/** Whose key the button is to remove, and as it was when the Home was shown. */
export function parseRemoval(value: string): { stamp: string; label: string } {
  const [stamp = ''] = value.split(' ', 1);
  return { stamp, label: value.slice(stamp.length + 1) };
}

function renderRemove({ label, revision, lastFour, channelIds }: ClientKey, afterwards: Afterwards): Button {
  const { title, text, channels } = HOME.removeClient;
  return renderDangerButton(ACTIONS.removeClient, BUTTONS.removeClient, `${revision} ${label}`, {
    ...HOME.remove,
    title: title(label),
    text: text(lastFour, channels(channelIds.length), afterwards),
  });
}
