import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Database } from '../../../src/storage/database.ts';
import { SealError } from '../../../src/storage/sealing/sealing.ts';
import {
  createInstallationRepository,
  type InstallationRepository,
} from '../../../src/storage/workspaces/installation-repository.ts';
import {
  createOauthStateRepository,
  type OauthStateRepository,
} from '../../../src/storage/workspaces/oauth-state-repository.ts';
import { testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { sampleInstallation } from './installation-samples.ts';

export function describeInstallationRepository(databases: TestDatabases) {
  describe(`installation repository on ${databases.kind}`, () => {
    let database: Database;
    let installations: InstallationRepository;
    let states: OauthStateRepository;
    let time: number;
    const now = () => time;
    before(async () => {
      database = await databases.open();
    });
    after(() => databases.closeAll());

    beforeEach(async () => {
      await emptyTables(database);
      time = 1_700_000_000_000;
      installations = createInstallationRepository({ database, sealer: testSealer, now });
      states = createOauthStateRepository({ db: database, now });
    });

    test('an installation is found with its token, and listed without', async () => {
      const { botToken, ...shown } = await installations.save(sampleInstallation());
      assert.equal(shown.installedAt, time);
      assert.deepEqual(await installations.find('T1'), { ...shown, botToken });
      assert.deepEqual(await installations.list(), [shown]);
      assert.equal(await installations.find('T2'), undefined);
    });

    test('the token is sealed, for its workspace alone', async () => {
      await installations.save(sampleInstallation());
      await installations.save(sampleInstallation({ teamId: 'T2' }));
      const rows = await database.kysely.selectFrom('installations').selectAll().execute();
      assert.ok(!JSON.stringify(rows).includes('xoxb-'));
      const ofFirst = rows.find(({ team_id }) => team_id === 'T1')?.sealed_token ?? '';
      await database.kysely
        .updateTable('installations')
        .set({ sealed_token: ofFirst })
        .where('team_id', '=', 'T2')
        .execute();
      await assert.rejects(installations.find('T2'), SealError);
    });

    test('installing again replaces the token and is another installation, whatever the clock says', async () => {
      const first = await installations.save(sampleInstallation());
      time -= 5_000;
      const second = await installations.save(sampleInstallation({ botToken: 'xoxb-2', installedBy: 'U2' }));
      assert.ok(second.installedAt > first.installedAt);
      assert.deepEqual(await installations.find('T1'), second);
      const notes = await database.kysely.selectFrom('audit_entries').selectAll().orderBy('at').execute();
      assert.deepEqual(
        notes.map(({ action, user_id, details }) => [action, user_id, details]).toSorted(),
        [
          ['installed', 'U1', '{}'],
          ['installed', 'U2', '{"again":"yes"}'],
        ].toSorted(),
      );
    });

    test('a state is used once, whoever asks at the same time', async () => {
      const used = await Promise.all(Array.from({ length: 10 }, () => states.use('s1', time + 1000)));
      assert.equal(used.filter(Boolean).length, 1);
      assert.equal(await states.use('s1', time + 1000), false);
    });

    test('whether a state was used is asked without using it', async () => {
      assert.equal(await states.has('s1'), false);
      assert.equal(await states.use('s1', time + 1000), true);
      assert.deepEqual([await states.has('s1'), await states.has('s2')], [true, false]);
    });

    test('a state that a version before this one noted when it was given out can be used', async () => {
      const state_hash = createHash('sha256').update('s1').digest('base64url');
      await database.kysely.insertInto('oauth_states').values({ state_hash, expires_at: time }).execute();
      assert.equal(await states.use('s1', time), true);
    });

    test('expired states are forgotten once no clock can take them, and none is stored as it is', async () => {
      await states.use('old-state', time);
      time += 5 * 60_000;
      await states.use('new-state', time);
      assert.equal(await states.has('old-state'), true);
      time += 5 * 60_000;
      await states.use('another-state', time);
      const rows = await database.kysely.selectFrom('oauth_states').selectAll().execute();
      assert.equal(rows.length, 2);
      assert.equal(await states.has('old-state'), false);
      assert.ok(!JSON.stringify(rows).includes('-state'));
    });
  });
}
