import type { OwnedKey } from '../../add-inbox/keys/coldsend-key.ts';
import { channelsOf, findKeyOf, type OwnerName } from '../../add-inbox/keys/key-owner.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { Notice } from '../sentences/common.ts';
import { HOME, OUTDATED } from '../sentences/home.ts';
import { CLIENT_FORM, KEY_FORM } from '../sentences/keys.ts';
import { sentences } from '../sentences/notices.ts';
import { SETTINGS_FORM } from '../sentences/settings.ts';
import { describeSettings } from './settings/settings-form.ts';

/**
 * The notice for a person whose form or Home showed an older version of the key. Says what is stored now.
 *
 * @param isNew true where the key was meant for a new client
 */
export function keyOutdated(keys: OwnedKey[], owner: OwnerName, isNew = false): Notice {
  const key = findKeyOf(keys, owner);
  if (owner.kind === 'workspace') {
    const now = key === undefined ? OUTDATED.noKey : HOME.storedKey(key.lastFour);
    return { title: KEY_FORM.title, paragraphs: [OUTDATED.key, now] };
  }
  if (key === undefined && !isNew) return sentences.clientGone;
  const now = key === undefined ? OUTDATED.noClient(owner.name) : HOME.clientKey(owner.name, key.lastFour);
  return {
    title: CLIENT_FORM.title,
    paragraphs: [OUTDATED.client, now],
    channelIds: key === undefined ? [] : channelsOf(key.owner),
  };
}

/** The notice for a person whose form showed older settings. Says what is stored now. */
export function settingsOutdated(settings: WorkspaceSettings, hasSecurePage: boolean): Notice {
  const facts = describeSettings(settings, hasSecurePage);
  return { title: SETTINGS_FORM.title, paragraphs: [OUTDATED.settings], facts };
}
