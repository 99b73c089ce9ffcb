import type { KnownBlock } from '@slack/types';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import { renderActions, renderButton, renderContext, renderHeader, renderSection } from '../blocks/blocks.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS } from '../sentences/common.ts';
import { HOME } from '../sentences/home.ts';
import { WORKSPACE_VALUE } from './keys/remembered-listeners.ts';
import { describeSettings } from './settings/settings-form.ts';

/** The workspace's settings, visible to all members; admins also get buttons. */
export function renderSettings({
  settings,
  isAdmin,
  hasSecurePage,
}: {
  settings: WorkspaceSettings;
  isAdmin: boolean;
  hasSecurePage: boolean;
}): KnownBlock[] {
  const hint = isAdmin ? HOME.settingsHint : HOME.settingsMemberHint;
  const buttons = [
    renderButton(ACTIONS.openSettings, BUTTONS.settings, 'open'),
    renderButton(ACTIONS.openAudit, BUTTONS.audit, 'open'),
    renderButton(ACTIONS.openRemembered, BUTTONS.rememberedOwn, WORKSPACE_VALUE),
  ];
  return [
    renderHeader('settings_title', HOME.settingsTitle),
    renderSection('settings', mrkdwn(describeSettings(settings, hasSecurePage))),
    renderContext('settings_who_can', hint),
    ...(isAdmin ? [renderActions('settings_buttons', buttons)] : []),
  ];
}
