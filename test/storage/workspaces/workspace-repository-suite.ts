import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { DEFAULT_SETTINGS } from '../../../src/add-inbox/people/workspace-settings.ts';
import { LeaseLostError, PasswordsWipedError } from '../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository, type RequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { createInstallationRepository } from '../../../src/storage/workspaces/installation-repository.ts';
import { createSettingsRepository } from '../../../src/storage/workspaces/settings-repository.ts';
import {
  createWorkspaceRepository,
  type WorkspaceRepository,
} from '../../../src/storage/workspaces/workspace-repository.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { sampleInstallation } from './installation-samples.ts';

const SETTINGS = { ...DEFAULT_SETTINGS, defaultDailyLimit: 40 };

export function describeWorkspaceRepository(databases: TestDatabases) {
  describe(`workspace repository on ${databases.kind}`, () => {
    let database: Database;
    let workspaces: WorkspaceRepository;
    let requests: RequestRepository;
    let time: number;
    const now = () => time;
    const installations = () => createInstallationRepository({ database, sealer: testSealer, now });
    const keys = () => createColdsendKeyRepository({ db: database, sealer: testSealer, now });
    const settings = () => createSettingsRepository(database);
    before(async () => {
      database = await databases.open();
    });
    after(() => databases.closeAll());

    beforeEach(async () => {
      await emptyTables(database);
      time = 1_700_000_000_000;
      workspaces = createWorkspaceRepository({ database, now });
      requests = createRequestRepository({ db: database, sealer: testSealer, owner: 'a', leaseMs: 60_000, now });
    });

    async function fill(teamId: string): Promise<number> {
      const { installedAt } = await installations().save(sampleInstallation({ teamId, botToken: `xoxb-${teamId}` }));
      await keys().save({
        teamId,
        owner: WORKSPACE,
        apiKey: `cs_live_${teamId}`,
        storedBy: 'U1',
        status: 'works',
        missingScopes: [],
      });
      await keys().save({
        teamId,
        owner: sampleClient('Acme', 'C1', 'C2'),
        apiKey: `cs_live_${teamId}_acme`,
        storedBy: 'U1',
        status: 'works',
        missingScopes: [],
      });
      await settings().save(teamId, SETTINGS);
      return installedAt;
    }

    const accept = (teamId: string, name: string) =>
      acceptSample(requests, `${teamId}-${name}`, { teamId, viewId: `V-${name}` });

    async function secretsOf(teamId: string) {
      const passwords = await database.kysely
        .selectFrom('request_passwords')
        .innerJoin('requests', 'id', 'request_id')
        .select('id')
        .where('team_id', '=', teamId)
        .execute();
      const urls = await database.kysely
        .selectFrom('requests')
        .select('id')
        .where('team_id', '=', teamId)
        .where('response_url', 'is not', null)
        .execute();
      return {
        token: (await installations().find(teamId))?.botToken,
        keys: (await keys().list(teamId)).length,
        settings: await settings().find(teamId),
        passwords: passwords.length,
        responseUrls: urls.length,
      };
    }

    const NOTHING = { token: undefined, keys: 0, settings: DEFAULT_SETTINGS, passwords: 0, responseUrls: 0 };

    test('uninstalling takes all that is the workspace’s own, and nothing of another', async () => {
      const installedAt = await fill('T1');
      await fill('T2');
      for (const team of ['T1', 'T2']) await accept(team, 'one');
      const other = await secretsOf('T2');
      assert.deepEqual({ keys: other.keys, passwords: other.passwords }, { keys: 2, passwords: 1 });

      assert.equal(await workspaces.remove('T1', installedAt, 'because'), true);
      assert.deepEqual(await secretsOf('T1'), NOTHING);
      assert.deepEqual(await secretsOf('T2'), other);
      const rows = await database.kysely.selectFrom('installations').selectAll().where('team_id', '=', 'T1').execute();
      assert.deepEqual(
        rows.map(({ team_name, installed_by, removed_at }) => [team_name, installed_by, removed_at]),
        [['', '', time]],
      );
      const notes = await database.kysely
        .selectFrom('audit_entries')
        .select(['team_id', 'details'])
        .where('action', '=', 'uninstalled')
        .execute();
      assert.deepEqual(
        notes.map(({ team_id, details }) => [team_id, details]),
        [['T1', '{"why":"because"}']],
      );
    });

    test('what waits ends without a word, and whoever holds it notices', async () => {
      const installedAt = await fill('T1');
      const accepted = await accept('T1', 'accepted');
      const announced = await requests.advance(await accept('T1', 'announced'), { state: 'announced' });
      const armed = await requests.advance(await accept('T1', 'armed'), { state: 'armed' });
      const settled = await requests.advance(await accept('T1', 'settled'), {
        state: 'settled',
        outcome: { kind: 'exists', reason: 'x' },
      });
      await workspaces.remove('T1', installedAt, 'because');

      for (const held of [accepted, announced, settled]) {
        await assert.rejects(requests.advance(held, { tries: 1 }), LeaseLostError);
        const ended = await requests.find('T1', held.id);
        assert.equal(ended?.state, 'reported');
        assert.equal(ended.outcome?.kind, held === settled ? 'exists' : 'expired');
      }
      await assert.rejects(requests.openPasswords(armed), PasswordsWipedError);
      const outcome = { kind: 'unknown', why: 'answer_lost' } as const;
      assert.equal((await requests.advance(armed, { state: 'settled', outcome })).state, 'settled');
      assert.deepEqual(await requests.claimDue(10), []);
    });

    test('a removal for an installation that is not there any more changes nothing', async () => {
      const first = await fill('T1');
      time += 1000;
      await installations().save(sampleInstallation({ botToken: 'xoxb-again' }));
      const before = await secretsOf('T1');
      assert.equal(await workspaces.remove('T1', first, 'late'), false);
      assert.deepEqual(await secretsOf('T1'), before);
      assert.equal(await workspaces.remove('T9', first, 'never there'), false);
    });

    test('removals at once remove once', async () => {
      const installedAt = await fill('T1');
      const removed = await Promise.all(Array.from({ length: 5 }, () => workspaces.remove('T1', installedAt, 'x')));
      assert.equal(removed.filter(Boolean).length, 1);
    });

    test('what comes in for an uninstalled workspace is swept away, and nothing else', async () => {
      const installedAt = await fill('T1');
      await fill('T2');
      await workspaces.remove('T1', installedAt, 'x');
      assert.deepEqual(await workspaces.sweep(), []);
      for (const team of ['T1', 'T2', 'T3']) {
        await accept(team, 'late');
        await keys().save({
          teamId: team,
          owner: WORKSPACE,
          apiKey: 'cs_live_late',
          storedBy: 'U1',
          status: 'works',
          missingScopes: [],
        });
      }
      await settings().save('T1', SETTINGS);
      assert.deepEqual(await workspaces.sweep(), ['T1']);
      assert.deepEqual(await secretsOf('T1'), NOTHING);
      assert.equal((await secretsOf('T2')).passwords, 1);
      assert.equal((await secretsOf('T3')).passwords, 1, 'of a workspace that was never installed');
      assert.deepEqual(await workspaces.sweep(), []);
    });

    test('who installs again is not swept, and starts without what was there', async () => {
      const installedAt = await fill('T1');
      await workspaces.remove('T1', installedAt, 'x');
      await installations().save(sampleInstallation({ botToken: 'xoxb-again' }));
      await accept('T1', 'new');
      assert.deepEqual(await workspaces.sweep(), []);
      assert.deepEqual(await secretsOf('T1'), { ...NOTHING, token: 'xoxb-again', passwords: 1, responseUrls: 1 });
    });

    test('a workspace that was uninstalled long ago is forgotten altogether', async () => {
      const installedAt = await fill('T1');
      await fill('T2');
      await workspaces.remove('T1', installedAt, 'x');
      time += 92 * 24 * 60 * 60 * 1000;
      await workspaces.sweep();
      const rows = await database.kysely.selectFrom('installations').select('team_id').execute();
      assert.deepEqual(
        rows.map(({ team_id }) => team_id),
        ['T2'],
      );
    });

    test('without a stored installation the rest is removed all the same', async () => {
      await keys().save({
        teamId: 'T5',
        owner: WORKSPACE,
        apiKey: 'cs_live_x',
        storedBy: 'U1',
        status: 'works',
        missingScopes: [],
      });
      await accept('T5', 'one');
      assert.equal(await workspaces.clear('T5', 'x'), true);
      assert.deepEqual(await secretsOf('T5'), NOTHING);
      assert.equal(await workspaces.clear('T5', 'x'), false);
    });
  });
}
