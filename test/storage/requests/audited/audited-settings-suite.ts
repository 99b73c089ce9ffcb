import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../../../src/add-inbox/people/workspace-settings.ts';
import { createSettingsRepository } from '../../../../src/storage/workspaces/settings-repository.ts';
import type { AuditedSetUp } from './audited-set-up.ts';

export function describeAuditedSettings({ db, store, pass, listed, saveSettings }: AuditedSetUp) {
  test('settings are the defaults until somebody sets them, for that workspace only', async () => {
    const settings = createSettingsRepository(db());
    assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
    const set = {
      ...DEFAULT_SETTINGS,
      whoMayAdd: { kind: 'chosen' as const, userIds: ['U2'], userGroupIds: ['S1'] },
      resultsChannelId: 'C7',
      defaultDailyLimit: 40,
      elsewhere: 'nothing' as const,
    };
    await saveSettings(set);
    assert.deepEqual(await settings.find('T1'), set);
    assert.deepEqual(await settings.find('T2'), DEFAULT_SETTINGS);
    await saveSettings(DEFAULT_SETTINGS);
    assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
  });

  test('each setting that changed is noted with what it was and is; what did not change is not', async () => {
    await saveSettings(DEFAULT_SETTINGS);
    assert.deepEqual(await listed(), []);
    await saveSettings({ ...DEFAULT_SETTINGS, defaultDailyLimit: 40 });
    pass(1);
    await saveSettings({ ...DEFAULT_SETTINGS, defaultDailyLimit: 40, resultsChannelId: 'C7' }, 'U2');
    assert.deepEqual(await listed(), [
      ['settings_changed', 'U1', { setting: 'default daily limit', from: 'not set', to: '40' }],
      ['settings_changed', 'U2', { setting: 'where results go', from: 'the channel of the command', to: 'C7' }],
    ]);
  });

  test('settings that were changed back are others all the same, and of changes at once one counts', async () => {
    const settings = createSettingsRepository(db());
    const forty = { ...DEFAULT_SETTINGS, defaultDailyLimit: 40 };
    const { stamp } = await settings.findStamped('T1');
    await saveSettings(forty);
    assert.equal(await store().saveSettings('T1', 'U1', forty, stamp), false);
    await saveSettings(DEFAULT_SETTINGS, 'U2');
    assert.equal(await store().saveSettings('T1', 'U1', forty, stamp), false);
    assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
    const now = await settings.findStamped('T1');
    const limits = [50, 60, 70];
    const done = await Promise.all(
      limits.map((defaultDailyLimit) =>
        store().saveSettings('T1', 'U1', { ...DEFAULT_SETTINGS, defaultDailyLimit }, now.stamp),
      ),
    );
    assert.equal(done.filter(Boolean).length, 1);
    assert.equal((await settings.find('T1')).defaultDailyLimit, limits[done.indexOf(true)]);
  });
}
