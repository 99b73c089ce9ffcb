import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Database } from '../../src/storage/database.ts';
import {
  createInstallationRepository,
  type InstallationRepository,
} from '../../src/storage/installation-repository.ts';
import { createOauthStateRepository, type OauthStateRepository } from '../../src/storage/oauth-state-repository.ts';
import { SealError } from '../../src/storage/sealing.ts';
import { sampleInstallation } from './installation-samples.ts';
import { testSealer } from './samples.ts';
import { emptyTables, type TestDatabases } from './test-databases.ts';

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

    test('a state is taken once, whoever asks at the same time', async () => {
      await states.add('s1', time + 1000);
      const taken = await Promise.all(Array.from({ length: 10 }, () => states.take('s1')));
      assert.equal(taken.filter(Boolean).length, 1);
      assert.equal(await states.take('s1'), false);
    });

    test('whether a state could be taken is asked without taking it', async () => {
      await states.add('s1', time + 1000);
      assert.deepEqual([await states.has('s1'), await states.has('s2')], [true, false]);
      assert.equal(await states.take('s1'), true);
      assert.equal(await states.has('s1'), false);
      await states.add('s3', time + 1000);
      time += 1000;
      assert.equal(await states.has('s3'), false);
    });

    test('a state that nobody gave out, or that has expired, is not taken', async () => {
      assert.equal(await states.take('s2'), false);
      await states.add('s3', time + 1000);
      time += 1000;
      assert.equal(await states.take('s3'), false);
    });

    test('expired states are forgotten, and none is stored as it is', async () => {
      await states.add('old-state', time + 1000);
      time += 1000;
      await states.add('new-state', time + 1000);
      const rows = await database.kysely.selectFrom('oauth_states').selectAll().execute();
      assert.equal(rows.length, 1);
      assert.ok(!JSON.stringify(rows).includes('new-state'));
    });
  });
}
