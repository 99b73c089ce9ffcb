import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../../../../src/add-inbox/people/workspace-settings.ts';
import {
  describeSettings,
  parseSettingsForm,
  renderSettingsForm,
  SETTINGS_FIELDS,
} from '../../../../src/slack/home/settings/settings-form.ts';
import { placeErrors } from '../../../../src/slack/modals/submission-answer.ts';
import { readView } from '../../../../src/slack/modals/view-state.ts';
import { assertView, textsOf } from '../../blocks/block-kit.ts';
import { HOSTILE } from '../../examples.ts';
import { typedView } from '../../modals/typed-view.ts';

const groups = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `S${1e9 + n}`, name: `Group ${n}`, handle: `g${n}` }));

const CHOSEN: WorkspaceSettings = {
  whoMayAdd: { kind: 'chosen', userIds: ['U1000000001'], userGroupIds: ['S1000000000', 'S1000000001'] },
  resultsChannelId: 'C1000000001',
  defaultDailyLimit: 40,
  channelsWithoutClient: 'blocked',
  passwordsIn: 'secure_page',
  matchingCode: true,
  checkLoginFirst: true,
};

const stamped = (settings: WorkspaceSettings) => ({ settings, stamp: 's1' });

const ADMINS: WorkspaceSettings = { ...DEFAULT_SETTINGS, whoMayAdd: { kind: 'admins' } };

for (const [name, settings] of Object.entries({ defaults: DEFAULT_SETTINGS, admins: ADMINS, chosen: CHOSEN })) {
  test(`what it comes up with is what is set (${name})`, () => {
    const view = renderSettingsForm('U1', stamped(settings), groups(3));
    assertView(view);
    assert.deepEqual(parseSettingsForm(typedView(view), settings), { ok: true, settings, stamp: 's1' });
  });
}

test('what the form does not show stays as it is', () => {
  const view = renderSettingsForm('U1', stamped(CHOSEN), undefined);
  assertView(view);
  assert.match(textsOf(view, 'plain_text').join('\n'), /Slack did not list the user groups/);
  assert.deepEqual(parseSettingsForm(typedView(view), CHOSEN), { ok: true, settings: CHOSEN, stamp: 's1' });
});

test('a group that is gone is taken out, and it says so', () => {
  const view = renderSettingsForm('U1', stamped(CHOSEN), groups(1));
  assertView(view);
  assert.match(textsOf(view, 'plain_text').join('\n'), /is gone or switched off/);
  const parsed = parseSettingsForm(typedView(view), CHOSEN);
  assert.ok(parsed.ok && parsed.settings.whoMayAdd.kind === 'chosen');
  assert.deepEqual(parsed.settings.whoMayAdd.userGroupIds, ['S1000000000']);
});

test('mistakes stand at their fields, all at once', () => {
  const view = typedView(renderSettingsForm('U1', stamped(DEFAULT_SETTINGS), groups(2)), {
    who_may_add: 'chosen',
    default_daily_limit: '0',
  });
  const parsed = parseSettingsForm(view, DEFAULT_SETTINGS);
  assert.ok(!parsed.ok);
  const errors = placeErrors(parsed.errors, readView(view), SETTINGS_FIELDS.whoMayAdd);
  assert.deepEqual(Object.keys(errors).toSorted(), ['chosen_people.0', 'default_daily_limit.0']);
});

test('whatever comes back for who may add, nobody gets in by it', () => {
  const view = typedView(renderSettingsForm('U1', stamped(DEFAULT_SETTINGS), []));
  const forged = JSON.parse(JSON.stringify(view).replaceAll('"value":"everyone"', '"value":"whoever"'));
  const parsed = parseSettingsForm(forged, DEFAULT_SETTINGS);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.settings.whoMayAdd, { kind: 'admins' });
});

test('however many groups and people there are, whatever they are called, it fits', () => {
  const many = groups(300).map((group) => ({ ...group, name: HOSTILE, handle: 'x'.repeat(100) }));
  const chosen = {
    kind: 'chosen' as const,
    userIds: Array.from({ length: 100 }, (_, n) => `U${1e9 + n}`),
    userGroupIds: ['S1000000299'],
  };
  const view = renderSettingsForm('U1', stamped({ ...CHOSEN, whoMayAdd: chosen }), many);
  assertView(view);
  assert.match(textsOf(view, 'plain_text').join('\n'), /the first 100 user groups/);
  const parsed = parseSettingsForm(typedView(view), { ...CHOSEN, whoMayAdd: chosen });
  assert.deepEqual(parsed.ok && parsed.settings.whoMayAdd, chosen);
});

test('where the bot logs in to no mailbox, the setting for it is not there, and stays as it is', () => {
  const hidden = { ...CHOSEN, checkLoginFirst: undefined };
  const view = renderSettingsForm('U1', stamped(hidden), groups(3));
  assertView(view);
  for (const shown of [JSON.stringify(view), describeSettings(hidden, true)]) assert.doesNotMatch(shown, /login/i);
  assert.deepEqual(parseSettingsForm(typedView(view), hidden), { ok: true, settings: hidden, stamp: 's1' });
  assert.match(describeSettings(CHOSEN, true), /\*Check the login before sending:\* yes$/);
});

test('without a secure page, the Home and the form say what it would take, and whether anybody can add inboxes', () => {
  const inSlack = describeSettings(DEFAULT_SETTINGS, false);
  assert.match(inSlack, /^\*Passwords:\* in Slack\. To get a secure page .* to set `PUBLIC_URL`\.$/m);
  assert.match(describeSettings(CHOSEN, false), /^\*Passwords:\* .* nobody can add inboxes\..* to set `PUBLIC_URL`/m);
  assert.doesNotMatch(inSlack, /Matching code/);
  for (const settings of [DEFAULT_SETTINGS, CHOSEN]) {
    assert.doesNotMatch(describeSettings(settings, true), /PUBLIC_URL/);
    assert.match(describeSettings(settings, true), /Matching code/);
    const textOf = (hasSecurePage: boolean) =>
      textsOf(renderSettingsForm('U1', stamped(settings), [], hasSecurePage), 'plain_text').join('\n');
    assert.match(textOf(false), /no secure page .* to set PUBLIC_URL/);
    assert.doesNotMatch(textOf(true), /PUBLIC_URL/);
  }
});
