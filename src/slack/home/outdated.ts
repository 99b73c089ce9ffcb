import type { ColdsendKey } from '../../add-inbox/keys/coldsend-key.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { Notice } from '../sentences/common.ts';
import { HOME, OUTDATED } from '../sentences/home.ts';
import { CLIENT_FORM, KEY_FORM } from '../sentences/keys.ts';
import { sentences } from '../sentences/notices.ts';
import { SETTINGS_FORM } from '../sentences/settings.ts';
import { describeSettings } from './home-settings.ts';

/**
 * Said to who stores, changes or removes a key that is not as it was shown to them: what holds now.
 *
 * @param isNew whether it was to be a new client's
 */
export function keyOutdated(keys: ColdsendKey[], label: string, isNew = false): Notice {
  const stored = keys.filter((key) => key.label === label);
  const [key] = stored;
  if (label === '') {
    const now = key === undefined ? OUTDATED.noKey : HOME.storedKey(key.lastFour);
    return { title: KEY_FORM.title, paragraphs: [OUTDATED.key, now] };
  }
  if (key === undefined && !isNew) return sentences.clientGone;
  const now = key === undefined ? OUTDATED.noClient(label) : HOME.clientKey(label, key.lastFour);
  return {
    title: CLIENT_FORM.title,
    paragraphs: [OUTDATED.client, now],
    channelIds: stored.map(({ channelId }) => channelId),
  };
}

/** The same for the settings. */
export function settingsOutdated(settings: WorkspaceSettings): Notice {
  return { title: SETTINGS_FORM.title, paragraphs: [OUTDATED.settings], facts: describeSettings(settings) };
}
