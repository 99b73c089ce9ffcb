import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { createInstallationRepository } from '../../../src/storage/workspaces/installation-repository.ts';
import { createSettingsRepository } from '../../../src/storage/workspaces/settings-repository.ts';
import { createWorkspaceRepository } from '../../../src/storage/workspaces/workspace-repository.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { testSealer } from '../samples.ts';
import { emptyTables } from '../test-databases.ts';
import { sampleInstallation } from '../workspaces/installation-samples.ts';
import { BEYOND, LARGEST, SMALLEST, type UnreadableSetUp } from './unreadable-set-up.ts';

const ACME = sampleClient('Acme', 'C1');

export function describeUnreadableWorkspaces({ kind, db, noted, now, pass, onUnreadable, set }: UnreadableSetUp) {
  test('an audit entry that cannot be read stands in its place among the others', async () => {
    const audit = createAuditRepository({ db: db(), now, onUnreadable });
    const note = { teamId: 'T1', userId: 'U1', action: 'audit_exported', requestId: undefined, details: {} } as const;
    for (let n = 0; n < 5; n += 1) {
      pass(1);
      await audit.add(note);
    }
    const ids = (await audit.page('T1', { limit: 10 })).entries.map(({ id }) => id);
    const [first = '', second = '', , fourth = ''] = ids;
    await set('audit_entries', 'action', "'batch_started'", first);
    await set('audit_entries', 'details', `'{"count":7}'`, second);
    await set('audit_entries', 'details', "'{oops'", fourth);
    const page = (await audit.page('T1', { limit: 10 })).entries;
    assert.deepEqual(
      page.map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      page.map((entry) => 'unreadable' in entry),
      [true, true, false, true, false],
    );
    assert.equal(page[0]?.at, now());
    assert.deepEqual(
      noted(),
      [first, second, fourth].map((id) => `audit_entries ${id}`),
    );
  });

  test("a key that cannot be read is listed as that, is not used, and can be replaced; the others' are as they were", async () => {
    const keys = createColdsendKeyRepository({ db: db(), sealer: testSealer, now, onUnreadable });
    const key = { teamId: 'T1', apiKey: 'cs_live_1234', storedBy: 'U1', status: 'works', missingScopes: [] } as const;
    const changes: [column: string, value: string][] = [
      ['sealed_key', "'rubbish'"],
      ['status', "'expiring'"],
      ['missing_scopes', "'{oops'"],
      ['version', BEYOND],
      ['stored_at', LARGEST],
      ['checked_at', SMALLEST],
      ...(kind === 'sqlite' ? ([['last_four', "x'00ff'"]] as [string, string][]) : []),
    ];
    for (const [column, value] of changes) {
      await emptyTables(db());
      await keys.save({ ...key, owner: WORKSPACE, missingScopes: [] });
      await keys.save({ ...key, missingScopes: [], owner: ACME });
      await sql`update coldsend_keys set ${sql.ref(column)} = ${sql.raw(value)} where label = 'Acme'`.execute(
        db().kysely,
      );
      const statuses = (await keys.list('T1')).map(({ owner, status }) => [owner, status]);
      const expected = [
        [WORKSPACE, 'works'],
        [ACME, 'unreadable'],
      ];
      assert.deepEqual(statuses, expected, column);
      const { bound, own } = await keys.findFor('T1', 'C1');
      assert.deepEqual([bound?.current?.status, own?.status], ['unreadable', 'works']);
      const name = { kind: 'client', name: 'Acme', channelId: 'C1' } as const;
      assert.equal((await keys.find('T1', name))?.status, 'unreadable');
      assert.equal(await keys.open('T1', name), undefined);
      await keys.save({ ...key, missingScopes: [], owner: ACME });
      assert.equal((await keys.find('T1', name))?.status, 'works');
      assert.equal((await keys.open('T1', name))?.apiKey, key.apiKey);
    }
  });

  test('settings that cannot be read allow as little as they can, each for itself', async () => {
    const settings = createSettingsRepository(db(), onUnreadable);
    const shared = { whoMayAdd: { kind: 'everyone' }, resultsChannelId: 'C7', defaultDailyLimit: 40 };
    const stored = { ...shared, elsewhere: 'workspace_key', passwordsIn: 'slack_or_page' };
    const read = {
      ...shared,
      channelsWithoutClient: 'workspace_key',
      checkLoginFirst: false,
      passwordsIn: 'slack_or_page',
      matchingCode: false,
    };
    const closed = {
      whoMayAdd: { kind: 'unreadable' },
      resultsChannelId: undefined,
      defaultDailyLimit: undefined,
      channelsWithoutClient: 'blocked',
      passwordsIn: 'secure_page',
      matchingCode: true,
      checkLoginFirst: false,
    };
    const cases: [text: string, expected: object][] = [
      [JSON.stringify(stored), read],
      [JSON.stringify({ ...stored, elsewhere: 'nothing' }), { ...read, channelsWithoutClient: 'blocked' }],
      [JSON.stringify({ ...stored, whoMayAdd: { kind: 'departments' } }), { ...read, whoMayAdd: closed.whoMayAdd }],
      [JSON.stringify({ ...stored, resultsChannelId: 7 }), { ...read, resultsChannelId: undefined }],
      [JSON.stringify({ ...stored, defaultDailyLimit: 2 ** 60 }), { ...read, defaultDailyLimit: undefined }],
      [JSON.stringify({ ...stored, defaultDailyLimit: -1 }), { ...read, defaultDailyLimit: undefined }],
      [JSON.stringify({ ...stored, elsewhere: 'ask' }), { ...read, channelsWithoutClient: 'blocked' }],
      [JSON.stringify({ ...stored, passwordsIn: 'on paper' }), { ...read, passwordsIn: 'secure_page' }],
      [JSON.stringify({ ...stored, matchingCode: true }), { ...read, matchingCode: true }],
      [JSON.stringify({ ...stored, matchingCode: 'sometimes' }), { ...read, matchingCode: true }],
      [JSON.stringify({ ...stored, checkLoginFirst: true }), { ...read, checkLoginFirst: true }],
      [JSON.stringify({ ...stored, checkLoginFirst: 'first' }), read],
      ['{oops', closed],
      ['[]', closed],
      ['null', closed],
      ['{}', DEFAULT_SETTINGS],
    ];
    for (const [text, expected] of cases) {
      await emptyTables(db());
      await db().kysely.insertInto('workspace_settings').values({ team_id: 'T1', settings: text }).execute();
      assert.deepEqual(await settings.find('T1'), expected, text);
      assert.deepEqual(await settings.find('T2'), DEFAULT_SETTINGS);
    }
    assert.deepEqual(new Set(noted()), new Set(['workspace_settings T1']));
  });

  test('an installation that cannot be read is listed as that, can be removed, and is mended by installing again', async () => {
    const installations = createInstallationRepository({ database: db(), sealer: testSealer, now, onUnreadable });
    for (const [column, value, isListed] of [
      ['sealed_token', "'rubbish'", true],
      ['scopes', "'{oops'", false],
      ['installed_at', BEYOND, false],
      ['installed_at', LARGEST, false],
    ] as const) {
      await emptyTables(db());
      await installations.save(sampleInstallation());
      await installations.save(sampleInstallation({ teamId: 'T2' }));
      await set('installations', column, value, 'T1', 'team_id');
      const listed = (await installations.list()).map((each) => ('unreadable' in each ? `? ${each.id}` : each.teamId));
      assert.deepEqual(listed.sort(), isListed ? ['T1', 'T2'] : ['? T1', 'T2']);
      assert.deepEqual(await installations.listTeams(), [{ teamId: 'T1' }, { teamId: 'T2' }]);
      const found = await installations.findReadable('T1');
      assert.equal(found?.botToken, column === 'sealed_token' ? undefined : 'xoxb-1-secret');
      assert.equal(found?.botUserId, 'U0BOT');
      assert.equal((await installations.findReadable('T2'))?.botToken, 'xoxb-1-secret');

      const again = await installations.save(sampleInstallation());
      assert.deepEqual(await installations.find('T1'), again);
      await set('installations', column, value, 'T1', 'team_id');
      const { installedAt } = (await installations.findReadable('T1')) ?? assert.fail();
      const workspaces = createWorkspaceRepository({ database: db(), now });
      assert.equal(await workspaces.remove('T1', installedAt, 'test'), true, column);
      assert.deepEqual(await installations.listTeams(), [{ teamId: 'T2' }]);
    }
  });
}
