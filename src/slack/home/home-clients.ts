import type { Button, KnownBlock } from '@slack/types';
import type { ColdsendKey, OwnedKey } from '../../add-inbox/keys/coldsend-key.ts';
import { type Client, findKeyOf, fromStoredName, type OwnerName, WORKSPACE } from '../../add-inbox/keys/key-owner.ts';
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

/** A Home may have 100 blocks; each client takes two. */
const CLIENTS_A_PAGE = 20;

type ClientKey = ColdsendKey & { owner: Client };

/** One page of the clients' keys (`clientsPage` counts from 0): name, last four characters, channels; admins get buttons. */
export function renderClients({
  keys,
  settings,
  isAdmin,
  clientsPage,
}: {
  keys: OwnedKey[];
  settings: Pick<WorkspaceSettings, 'channelsWithoutClient'>;
  isAdmin: boolean;
  clientsPage: number;
}): KnownBlock[] {
  const clients = toClientKeys(keys);
  const afterwards = findKeyOf(keys, WORKSPACE) === undefined ? 'blocked' : settings.channelsWithoutClient;
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

function toClientKeys(keys: OwnedKey[]): ClientKey[] {
  const clients = keys.flatMap(({ owner, ...key }) => (owner.kind === 'client' ? [{ ...key, owner }] : []));
  return clients.toSorted((a, b) => a.owner.name.localeCompare(b.owner.name));
}

type Afterwards = Parameters<typeof HOME.removeClient.text>[2];

/** @param afterwards the effect of a removal on its channels; undefined for people who may not remove it */
function renderClient(key: ClientKey, index: number, afterwards: Afterwards | undefined): KnownBlock[] {
  const { lastFour, status, missingScopes } = key;
  const { name, channelIds } = key.owner;
  const scopes = missingScopes.length === 0 ? [] : [`${FACTS.missingScopes}: ${oneLine(missingScopes.join(', '))}`];
  const about = [HOME.clientKey(name, lastFour), KEY_STATUSES[status], ...scopes].join(' ');
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
            renderButton(ACTIONS.changeClient, BUTTONS.changeClient, name),
            renderButton(ACTIONS.openPresets, BUTTONS.presets, name),
            renderButton(ACTIONS.openRemembered, BUTTONS.remembered, name),
            renderRemove(key, afterwards),
          ]),
        ]),
  ];
}

/** The owner of the key to remove, and the key's version when the Home was shown. */
export function parseRemoval(value: string): { stamp: string; owner: OwnerName } {
  const [stamp = ''] = value.split(' ', 1);
  return { stamp, owner: fromStoredName(value.slice(stamp.length + 1)) };
}

function renderRemove({ owner, revision, lastFour }: ClientKey, afterwards: Afterwards): Button {
  const { title, text, channels } = HOME.removeClient;
  return renderDangerButton(ACTIONS.removeClient, BUTTONS.removeClient, `${revision} ${owner.name}`, {
    ...HOME.remove,
    title: title(owner.name),
    text: text(lastFour, channels(owner.channelIds.length), afterwards),
  });
}
