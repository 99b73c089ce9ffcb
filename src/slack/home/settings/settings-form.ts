import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { DEFAULT_DAILY_LIMIT } from '../../../add-inbox/account/providers.ts';
import { parseDailyLimit } from '../../../add-inbox/account/sender-account.ts';
import {
  MAX_CHOSEN_PEOPLE,
  type WhoMayAdd,
  type WorkspaceSettings,
} from '../../../add-inbox/people/workspace-settings.ts';
import { renderContext, renderInputFrame, renderNumberInput, renderRadioButtons } from '../../blocks/blocks.ts';
import { oneLine } from '../../blocks/foreign-text.ts';
import { MENU_OPTIONS, OPTION_TEXT } from '../../blocks/limits.ts';
import { plainText } from '../../blocks/text-objects.ts';
import { blockId, CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { readView } from '../../modals/view-state.ts';
import { KEY_FORM } from '../../sentences/keys.ts';
import { SETTINGS_ERRORS, SETTINGS_FORM, SETTINGS_SHOWN } from '../../sentences/settings.ts';
import { FACTS } from '../../sentences/thread.ts';
import type { UserGroup } from '../../web-api/slack-api.ts';

/** Each action looks up every group, with one call to Slack for each. */
const MAX_GROUPS = 10;

/** With up to this many people and groups, the line in the Home stays readable and within Slack's limit. */
const MAX_NAMED = 40;

/** The `action_id` of each input. */
export const SETTINGS_FIELDS = {
  whoMayAdd: 'who_may_add',
  people: 'chosen_people',
  userGroups: 'chosen_user_groups',
  resultsChannel: 'results_channel',
  dailyLimit: 'default_daily_limit',
  channelsWithoutClient: 'elsewhere',
  passwordsIn: 'passwords_in',
  matchingCode: 'matching_code',
  checkLoginFirst: 'check_login_first',
} as const;

/** The values of the options. They never change, so that a form opened before a deploy can still be read. */
const OPTIONS = { workspace_key: 'workspace_key', blocked: 'nothing' } as const;

const PASSWORD_OPTIONS = ['slack_or_page', 'secure_page'] as const;

type SettingsField = (typeof SETTINGS_FIELDS)[keyof typeof SETTINGS_FIELDS];

export type SettingsErrors = Partial<Record<SettingsField, string>>;

/** `stamp` is the version of the settings that the form showed. */
type ParsedSettings = { ok: true; settings: WorkspaceSettings; stamp: string } | { ok: false; errors: SettingsErrors };

/** The form for the settings. `userGroups` is undefined where Slack did not list them. By default, there is no secure page. */
export function renderSettingsForm(
  openedBy: string,
  { settings, stamp }: { settings: WorkspaceSettings; stamp: string },
  userGroups: UserGroup[] | undefined,
  hasSecurePage = false,
): ModalView {
  const { whoMayAdd, resultsChannelId, defaultDailyLimit, channelsWithoutClient } = settings;
  const { checkLoginFirst, passwordsIn, matchingCode } = settings;
  const chosen = whoMayAdd.kind === 'chosen' ? whoMayAdd : { userIds: [], userGroupIds: [] };
  return {
    ...renderModalFrame(CALLBACKS.settings, { ...SETTINGS_FORM, cancel: KEY_FORM.cancel }),
    private_metadata: encodePrivateMetadata({ openedBy, stamp }),
    blocks: [
      renderRadio(SETTINGS_FIELDS.whoMayAdd, SETTINGS_FORM.whoMayAdd, whoMayAdd.kind),
      renderPeople(chosen.userIds),
      ...renderUserGroups(userGroups, chosen.userGroupIds),
      renderResultsChannel(resultsChannelId),
      renderDailyLimit(defaultDailyLimit),
      renderRadio(
        SETTINGS_FIELDS.channelsWithoutClient,
        SETTINGS_FORM.channelsWithoutClient,
        OPTIONS[channelsWithoutClient],
      ),
      ...(hasSecurePage || passwordsIn === 'secure_page'
        ? [
            renderRadio(SETTINGS_FIELDS.passwordsIn, SETTINGS_FORM.passwordsIn, passwordsIn),
            renderYesOrNo(SETTINGS_FIELDS.matchingCode, SETTINGS_FORM.matchingCode, matchingCode),
          ]
        : []),
      ...(hasSecurePage ? [] : [renderContext('passwords', SETTINGS_FORM.noSecurePage)]),
      ...(checkLoginFirst === undefined
        ? []
        : [renderYesOrNo(SETTINGS_FIELDS.checkLoginFirst, SETTINGS_FORM.checkLoginFirst, checkLoginFirst)]),
    ],
  };
}

/** Parses the form. Throws UnreadableViewError. @param before the stored settings, which apply to fields not in the form */
export function parseSettingsForm(view: unknown, before: WorkspaceSettings): ParsedSettings {
  const { textOf, listOf, isShown, metadata } = readView(view);
  const groupsBefore = before.whoMayAdd.kind === 'chosen' ? before.whoMayAdd.userGroupIds : [];
  const whoMayAdd = toWhoMayAdd(
    textOf(SETTINGS_FIELDS.whoMayAdd),
    listOf(SETTINGS_FIELDS.people).slice(0, MAX_CHOSEN_PEOPLE),
    isShown(SETTINGS_FIELDS.userGroups) ? listOf(SETTINGS_FIELDS.userGroups).slice(0, MAX_GROUPS) : groupsBefore,
  );
  const limit = textOf(SETTINGS_FIELDS.dailyLimit);
  const dailyLimit = limit === undefined ? undefined : parseDailyLimit(limit);
  const errors: SettingsErrors = {
    ...(whoMayAdd === undefined && { [SETTINGS_FIELDS.people]: SETTINGS_ERRORS.nobodyChosen }),
    ...(limit !== undefined &&
      dailyLimit === undefined && { [SETTINGS_FIELDS.dailyLimit]: SETTINGS_ERRORS.dailyLimit }),
  };
  if (whoMayAdd === undefined || Object.keys(errors).length > 0) return { ok: false, errors };
  const resultsChannelId = textOf(SETTINGS_FIELDS.resultsChannel);
  const chosen = textOf(SETTINGS_FIELDS.channelsWithoutClient);
  const channelsWithoutClient = chosen === OPTIONS.blocked ? 'blocked' : 'workspace_key';
  const isYes = (field: SettingsField): boolean | undefined => toBoolean(textOf(field));
  const passwordsIn =
    PASSWORD_OPTIONS.find((option) => option === textOf(SETTINGS_FIELDS.passwordsIn)) ?? before.passwordsIn;
  return {
    ok: true,
    stamp: metadata.stamp,
    settings: {
      whoMayAdd,
      resultsChannelId,
      defaultDailyLimit: dailyLimit,
      channelsWithoutClient,
      checkLoginFirst: isYes(SETTINGS_FIELDS.checkLoginFirst) ?? before.checkLoginFirst,
      passwordsIn,
      matchingCode: isYes(SETTINGS_FIELDS.matchingCode) ?? before.matchingCode,
    },
  };
}

/** Undefined where the option requires a choice of people and none was made. */
function toWhoMayAdd(kind: string | undefined, userIds: string[], userGroupIds: string[]): WhoMayAdd | undefined {
  if (kind === 'everyone') return { kind };
  if (kind !== 'chosen') return { kind: 'admins' };
  return userIds.length + userGroupIds.length === 0 ? undefined : { kind, userIds, userGroupIds };
}

function renderPeople(userIds: string[]): InputBlock {
  return {
    ...renderFrame(SETTINGS_FIELDS.people, SETTINGS_FORM.people, SETTINGS_FORM.peopleHint),
    optional: true,
    element: {
      type: 'multi_users_select',
      action_id: SETTINGS_FIELDS.people,
      max_selected_items: MAX_CHOSEN_PEOPLE,
      ...(userIds.length > 0 && { initial_users: userIds }),
    },
  };
}

function renderUserGroups(userGroups: UserGroup[] | undefined, chosen: string[]): KnownBlock[] {
  const groups = (userGroups ?? []).toSorted((a, b) => a.name.localeCompare(b.name));
  const gone = chosen.filter((id) => !groups.some((group) => group.id === id));
  const all = [...groups.filter(({ id }) => chosen.includes(id)), ...groups.filter(({ id }) => !chosen.includes(id))];
  const options = all.slice(0, MENU_OPTIONS).map(
    ({ id, name, handle }): PlainTextOption => ({
      value: id,
      text: plainText(oneLine(`${name} (@${handle})`), OPTION_TEXT),
    }),
  );
  const initial = options.filter(({ value }) => value !== undefined && chosen.includes(value));
  const notice = sayOfGroups(userGroups, gone.length);
  return [
    ...(options.length === 0
      ? []
      : [
          {
            ...renderFrame(SETTINGS_FIELDS.userGroups, SETTINGS_FORM.userGroups, SETTINGS_FORM.userGroupsHint),
            optional: true,
            element: {
              type: 'multi_static_select' as const,
              action_id: SETTINGS_FIELDS.userGroups,
              max_selected_items: MAX_GROUPS,
              options,
              ...(initial.length > 0 && { initial_options: initial }),
            },
          },
        ]),
    ...(notice === undefined ? [] : [renderContext('groups', notice)]),
  ];
}

function sayOfGroups(userGroups: UserGroup[] | undefined, gone: number): string | undefined {
  if (userGroups === undefined) return SETTINGS_FORM.groupsUnknown;
  if (userGroups.length > MENU_OPTIONS) return SETTINGS_FORM.groupsCapped(MENU_OPTIONS);
  return gone > 0 ? SETTINGS_FORM.groupsGone : undefined;
}

function renderResultsChannel(channelId: string | undefined): InputBlock {
  return {
    ...renderFrame(SETTINGS_FIELDS.resultsChannel, SETTINGS_FORM.resultsChannel, SETTINGS_FORM.resultsChannelHint),
    optional: true,
    element: {
      type: 'conversations_select',
      action_id: SETTINGS_FIELDS.resultsChannel,
      filter: { include: ['public', 'private'], exclude_bot_users: true },
      ...(channelId !== undefined && { initial_conversation: channelId }),
    },
  };
}

function renderDailyLimit(limit: number | undefined): InputBlock {
  return {
    ...renderFrame(SETTINGS_FIELDS.dailyLimit, SETTINGS_FORM.dailyLimit, SETTINGS_FORM.dailyLimitHint),
    optional: true,
    element: renderNumberInput(SETTINGS_FIELDS.dailyLimit, limit?.toString()),
  };
}

function renderRadio(
  field: SettingsField,
  { label, options: words }: { label: string; options: Record<string, { text: string; description: string }> },
  chosen: string,
): InputBlock {
  const choices = Object.entries(words).map(([value, said]) => ({ value, ...said }));
  return {
    ...renderFrame(field, label),
    element: renderRadioButtons(field, choices, chosen),
  };
}

function renderYesOrNo(field: SettingsField, words: Parameters<typeof renderRadio>[1], isYes: boolean): InputBlock {
  return renderRadio(field, words, isYes ? 'yes' : 'no');
}

/** Undefined where the form has no such field. */
function toBoolean(chosen: string | undefined): boolean | undefined {
  return chosen === undefined ? undefined : chosen === 'yes';
}

function renderFrame(field: SettingsField, label: string, hint?: string) {
  return renderInputFrame(blockId(field, 0), label, hint);
}

/** The settings line by line for the Home, as mrkdwn of ours. @param hasSecurePage whether this installation serves the secure page */
export function describeSettings(settings: WorkspaceSettings, hasSecurePage: boolean): string {
  const { resultsChannelId, defaultDailyLimit, channelsWithoutClient, checkLoginFirst } = settings;
  const words = SETTINGS_SHOWN;
  const passwords = hasSecurePage ? words.passwords : words.passwordsWithoutPage;
  const lines: Record<keyof WorkspaceSettings, string | undefined> = {
    whoMayAdd: `*${words.whoMayAdd}:* ${sayWho(settings.whoMayAdd)}`,
    resultsChannelId: `*${words.results}:* ${resultsChannelId === undefined ? words.ownChannel : `<#${resultsChannelId}>`}`,
    defaultDailyLimit: `*${words.dailyLimit}:* ${FACTS.perDay(defaultDailyLimit ?? DEFAULT_DAILY_LIMIT)}`,
    channelsWithoutClient: `*${words.channelsWithoutClient}:* ${words[channelsWithoutClient]}`,
    passwordsIn: `*${words.passwordsIn}:* ${passwords[settings.passwordsIn]}`,
    matchingCode: hasSecurePage
      ? `*${words.matchingCode}:* ${settings.matchingCode ? words.required : words.notRequired}`
      : undefined,
    checkLoginFirst:
      checkLoginFirst === undefined
        ? undefined
        : `*${words.checkLoginFirst}:* ${checkLoginFirst ? words.checked : words.notChecked}`,
  };
  return Object.values(lines)
    .filter((line) => line !== undefined)
    .join('\n');
}

function sayWho(whoMayAdd: WhoMayAdd): string {
  if (whoMayAdd.kind !== 'chosen') return SETTINGS_SHOWN.people[whoMayAdd.kind];
  const groups = whoMayAdd.userGroupIds.map((id) => `<!subteam^${id}>`);
  const all = [...groups, ...whoMayAdd.userIds.map((id) => `<@${id}>`)];
  const named = all.slice(0, MAX_NAMED);
  const rest = all.length > named.length ? [FACTS.more(all.length - named.length)] : [];
  return SETTINGS_SHOWN.people.chosen([...named, ...rest].join(', '));
}
