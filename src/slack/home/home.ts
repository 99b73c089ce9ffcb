import type { HomeView, KnownBlock } from '@slack/types';
import type { ColdsendKey, OwnedKey } from '../../add-inbox/keys/coldsend-key.ts';
import { clientsOf, findKeyOf, WORKSPACE } from '../../add-inbox/keys/key-owner.ts';
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
import { slackDate } from '../blocks/slack-date.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS } from '../sentences/common.ts';
import { HOME } from '../sentences/home.ts';
import { KEY_STATUSES } from '../sentences/keys.ts';
import { FACTS } from '../sentences/thread.ts';
import { renderClients } from './home-clients.ts';
import { renderSettings } from './home-settings.ts';
import { encodePlace } from './latest/home-place.ts';
import { type LatestToShow, renderLatestList } from './latest/latest-list.ts';

/** `isAdmin`: the person may change keys and settings. */
export type HomeToShow = LatestToShow & {
  /** The reason the person may not add inboxes; undefined where they may. */
  mayNotAdd: keyof typeof HOME.mayNotAdd | undefined;
  /** All keys of the workspace: its own and those of clients. */
  keys: OwnedKey[];
  settings: WorkspaceSettings;
  /** Whether this installation serves the secure page. */
  hasSecurePage: boolean;
};

/** The App Home of one person: keys (only their last four characters), settings and inboxes. */
export function renderHome(home: HomeToShow): HomeView {
  const { isAdmin, mayNotAdd, keys, settings, place } = home;
  const key = findKeyOf(keys, WORKSPACE);
  return {
    type: 'home',
    private_metadata: encodePlace(place),
    blocks: [
      renderHeader('title', HOME.title),
      renderSection('intro', HOME.intro),
      mayNotAdd === undefined
        ? renderActions('add', [
            renderButton(ACTIONS.addFromHome, BUTTONS.addOne, 'one'),
            renderButton(ACTIONS.addManyFromHome, BUTTONS.addMany, 'many'),
          ])
        : renderSection('may_not_add', HOME.mayNotAdd[mayNotAdd]),
      renderHeader('key_title', HOME.keyTitle),
      ...(key === undefined
        ? [renderSection('key', keys.length === 0 ? HOME.noKey : HOME.noOwnKey)]
        : renderKey(key, settings.channelsWithoutClient === 'blocked')),
      renderContext('who_can', isAdmin ? HOME.adminHint : HOME.memberHint),
      ...(isAdmin ? [renderButtons(key, useOf(home))] : []),
      ...renderClients({ ...home, clientsPage: place.clientsPage }),
      ...renderSettings(home),
      { type: 'divider', block_id: 'divider' },
      ...renderLatestList(home, clientsOf(keys)),
    ],
  };
}

/** The App Home of a person who may not use the bot, without the workspace's keys, settings and inboxes. */
export function renderHomeNotice(text: string): HomeView {
  return { type: 'home', blocks: [renderHeader('title', HOME.title), renderSection('notice', text)] };
}

function renderKey(key: ColdsendKey, isUnused: boolean): KnownBlock[] {
  const { lastFour, status, missingScopes, storedBy, storedAt, checkedAt } = key;
  const scopes = truncate(oneLine(missingScopes.join(', ')), 1_000);
  const lines = [
    `${HOME.storedKey(lastFour)} ${KEY_STATUSES[status]}`,
    ...(missingScopes.length === 0 ? [] : [`${FACTS.missingScopes}: ${scopes}`]),
    ...(isUnused ? [HOME.keyUnused] : []),
  ];
  const stored = HOME.storedBy(`<@${storedBy}>`, slackDate(storedAt, 'date'));
  const checked = checkedAt === undefined ? '' : ` ${HOME.checked(slackDate(checkedAt, 'date'))}`;
  return [renderSection('key', lines.join('\n')), renderContext('key_stored', mrkdwn(`${stored}${checked}`))];
}

type KeyUse = Parameters<typeof HOME.remove.text>[1];

/** The use of the workspace's own key. */
function useOf({ keys, settings }: HomeToShow): KeyUse {
  if (settings.channelsWithoutClient === 'blocked') return 'unused';
  return clientsOf(keys).length > 0 ? 'channels_without_client' : 'all_channels';
}

function renderButtons(key: ColdsendKey | undefined, use: KeyUse): KnownBlock {
  const store = renderButton(ACTIONS.storeKey, key === undefined ? BUTTONS.storeKey : BUTTONS.replaceKey, 'store');
  if (key === undefined) return renderActions('key_buttons', [store]);
  const confirm = { ...HOME.remove, text: HOME.remove.text(key.lastFour, use) };
  return renderActions('key_buttons', [
    store,
    renderDangerButton(ACTIONS.removeKey, BUTTONS.removeKey, key.revision, confirm),
  ]);
}
