import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { DEFAULT_SETTINGS, type WorkspaceSettings } from '../../../src/add-inbox/people/workspace-settings.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createAdminChanges } from '../../../src/storage/workspaces/admin-changes.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import { createSettingsRepository } from '../../../src/storage/workspaces/settings-repository.ts';
import { testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { listEntries } from './list-entries.ts';

export function describeSettingsChanges(databases: TestDatabases) {
  describe(`changes of settings on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let changes: ReturnType<typeof createAdminChanges>;
    const now = () => time;
    const listed = () => listEntries(createAuditRepository({ db, now }), 'T1');
    const saveSettings = async (settings: WorkspaceSettings, userId = 'U1') =>
      changes.saveSettings('T1', userId, settings, (await createSettingsRepository(db).findStamped('T1')).stamp);

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      changes = createAdminChanges({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    });

    test('settings are the defaults until somebody sets them, for that workspace only', async () => {
      const settings = createSettingsRepository(db);
      assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
      const set = {
        ...DEFAULT_SETTINGS,
        whoMayAdd: { kind: 'chosen' as const, userIds: ['U2'], userGroupIds: ['S1'] },
        resultsChannelId: 'C7',
        defaultDailyLimit: 40,
        channelsWithoutClient: 'blocked' as const,
        checkLoginFirst: true,
      };
      await saveSettings(set);
      assert.deepEqual(await settings.find('T1'), set);
      assert.deepEqual(await settings.find('T2'), DEFAULT_SETTINGS);
      await saveSettings(DEFAULT_SETTINGS);
      assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
    });

    test('without login checks their setting is not there, and saving the others keeps it', async () => {
      await saveSettings({ ...DEFAULT_SETTINGS, checkLoginFirst: true });
      const hiding = createSettingsRepository(db, undefined, false);
      const shown = await hiding.find('T1');
      assert.deepEqual(shown, { ...DEFAULT_SETTINGS, checkLoginFirst: undefined });
      assert.equal((await hiding.find('T2')).checkLoginFirst, undefined);
      await saveSettings({ ...shown, defaultDailyLimit: 40 });
      assert.equal((await createSettingsRepository(db).find('T1')).checkLoginFirst, true);
    });

    test('each setting that changed is noted with what it was and is; what did not change is not', async () => {
      await saveSettings(DEFAULT_SETTINGS);
      assert.deepEqual(await listed(), []);
      await saveSettings({ ...DEFAULT_SETTINGS, defaultDailyLimit: 40 });
      time += 1;
      await saveSettings({ ...DEFAULT_SETTINGS, defaultDailyLimit: 40, resultsChannelId: 'C7' }, 'U2');
      assert.deepEqual(await listed(), [
        ['settings_changed', 'U1', { setting: 'default daily limit', from: 'not set', to: '40' }],
        ['settings_changed', 'U2', { setting: 'where results go', from: 'the channel of the command', to: 'C7' }],
      ]);
    });

    test('settings keep their stored words', async () => {
      await saveSettings({ ...DEFAULT_SETTINGS, channelsWithoutClient: 'blocked' });
      const { settings } = await db.kysely
        .selectFrom('workspace_settings')
        .select('settings')
        .executeTakeFirstOrThrow();
      assert.equal(JSON.parse(settings).elsewhere, 'nothing');
    });

    test('settings that were changed back are others all the same, and of changes at once one counts', async () => {
      const settings = createSettingsRepository(db);
      const forty = { ...DEFAULT_SETTINGS, defaultDailyLimit: 40 };
      const { stamp } = await settings.findStamped('T1');
      await saveSettings(forty);
      assert.equal(await changes.saveSettings('T1', 'U1', forty, stamp), false);
      await saveSettings(DEFAULT_SETTINGS, 'U2');
      assert.equal(await changes.saveSettings('T1', 'U1', forty, stamp), false);
      assert.deepEqual(await settings.find('T1'), DEFAULT_SETTINGS);
      const now = await settings.findStamped('T1');
      const limits = [50, 60, 70];
      const done = await Promise.all(
        limits.map((defaultDailyLimit) =>
          changes.saveSettings('T1', 'U1', { ...DEFAULT_SETTINGS, defaultDailyLimit }, now.stamp),
        ),
      );
      assert.equal(done.filter(Boolean).length, 1);
      assert.equal((await settings.find('T1')).defaultDailyLimit, limits[done.indexOf(true)]);
    });
  });
}
