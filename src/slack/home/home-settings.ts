import type { KnownBlock } from '@slack/types';
import { DEFAULT_DAILY_LIMIT } from '../../add-inbox/account/providers.ts';
import type { WhoMayAdd, WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import { renderActions, renderButton, renderContext, renderHeader, renderSection } from '../blocks/blocks.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS } from '../sentences/common.ts';
import { HOME } from '../sentences/home.ts';
import { FACTS } from '../sentences/thread.ts';

/** As many as keep the queue readable, and below Slack's limit. */
const MAX_NAMED = 40;

/** What the admins have set, for everybody to see; with the buttons that only admins have. */
export function renderSettings(settings: WorkspaceSettings, isAdmin: boolean): KnownBlock[] {
  const hint = isAdmin ? HOME.settingsHint : HOME.settingsMemberHint;
  const buttons = [
    renderButton(ACTIONS.openSettings, BUTTONS.settings, 'open'),
    renderButton(ACTIONS.openAudit, BUTTONS.audit, 'open'),
  ];
  return [
    renderHeader('settings_title', HOME.settingsTitle),
    renderSection('settings', mrkdwn(describeSettings(settings))),
    renderContext('settings_who_can', hint),
    ...(isAdmin ? [renderActions('settings_buttons', buttons)] : []),
  ];
}

/** The settings line by line, as mrkdwn of ours. */
export function describeSettings({
  whoMayAdd,
  resultsChannelId,
  defaultDailyLimit,
  elsewhere,
}: WorkspaceSettings): string {
  const words = HOME.settings;
  return [
    `*${words.whoMayAdd}:* ${sayWho(whoMayAdd)}`,
    `*${words.results}:* ${resultsChannelId === undefined ? words.ownChannel : `<#${resultsChannelId}>`}`,
    `*${words.dailyLimit}:* ${FACTS.perDay(defaultDailyLimit ?? DEFAULT_DAILY_LIMIT)}`,
    `*${words.elsewhere}:* ${words[elsewhere]}`,
  ].join('\n');
}

function sayWho(whoMayAdd: WhoMayAdd): string {
  if (whoMayAdd.kind !== 'chosen') return HOME.whoMayAdd[whoMayAdd.kind];
  const groups = whoMayAdd.userGroupIds.map((id) => `<!subteam^${id}>`);
  const all = [...groups, ...whoMayAdd.userIds.map((id) => `<@${id}>`)];
  const named = all.slice(0, MAX_NAMED);
  const rest = all.length > named.length ? [FACTS.more(all.length - named.length)] : [];
  return HOME.whoMayAdd.chosen([...named, ...rest].join(', '));
}
