import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ColdsendKeyRepository, createColdsendKeyRepository } from '../../src/storage/coldsend-key-repository.ts';
import type { Database } from '../../src/storage/database.ts';
import { SealError } from '../../src/storage/sealing.ts';
import { testSealer } from './samples.ts';
import { emptyTables, type TestDatabases } from './test-databases.ts';

const KEY = { teamId: 'T1', apiKey: 'cs_live_first1234', storedBy: 'U1', status: 'works', missingScopes: [] } as const;

export function describeColdsendKeyRepository(databases: TestDatabases) {
  describe(`API key repository on ${databases.kind}`, () => {
    let db: Database;
    let keys: ColdsendKeyRepository;
    let time: number;
    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());

    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      keys = createColdsendKeyRepository({ db, sealer: testSealer, now: () => time });
    });

    function save(change: Partial<Parameters<ColdsendKeyRepository['save']>[0]> = {}) {
      return keys.save({ ...KEY, missingScopes: [], ...change });
    }

    test('a saved key is shown without the key, and opens', async () => {
      const shown = {
        teamId: 'T1',
        version: 1,
        lastFour: '1234',
        storedBy: 'U1',
        storedAt: time,
        status: 'works',
        missingScopes: [],
        checkedAt: time,
      };
      assert.deepEqual(await save(), shown);
      assert.deepEqual(await keys.find('T1'), shown);
      const opened = await keys.open('T1');
      assert.equal(opened?.apiKey, 'cs_live_first1234');
      assert.equal(opened.version, 1);
      assert.equal(opened.status, 'works');
    });

    test('a workspace without a key, or of another key, has none', async () => {
      await save();
      assert.equal(await keys.find('T2'), undefined);
      assert.equal(await keys.open('T2'), undefined);
      assert.equal(await keys.remove('T2'), false);
    });

    test('what could not be checked yet was never checked', async () => {
      assert.equal((await save({ status: 'unchecked' })).checkedAt, undefined);
    });

    test('a replaced key is gone and the next version counts', async () => {
      await save();
      time += 1000;
      const second = await save({
        apiKey: 'cs_live_second',
        storedBy: 'U2',
        status: 'refused',
        missingScopes: ['a', 'b'],
      });
      assert.equal(second.version, 2);
      assert.equal(second.storedAt, time);
      assert.deepEqual(second.missingScopes, ['a', 'b']);
      const opened = await keys.open('T1');
      assert.equal(opened?.apiKey, 'cs_live_second');
      assert.equal(opened.version, 2);
      assert.equal(opened.status, 'refused');
      const rows = await db.kysely.selectFrom('coldsend_keys').selectAll().execute();
      assert.equal(rows.length, 1);
    });

    test('a removed key is gone, and the one after it has the next version', async () => {
      await save();
      assert.equal(await keys.remove('T1'), true);
      assert.equal(await keys.remove('T1'), false);
      assert.equal(await keys.find('T1'), undefined);
      assert.equal(await keys.open('T1'), undefined);
      assert.equal(await keys.mark('T1', 1, { status: 'works', missingScopes: [] }), false);
      const row = await db.kysely.selectFrom('coldsend_keys').selectAll().executeTakeFirstOrThrow();
      assert.equal(row.sealed_key, null);
      assert.equal(row.last_four, '');
      assert.equal((await save()).version, 2);
    });

    test('keys saved at once get versions of their own, and the last one stays whole', async () => {
      const saved = await Promise.all(Array.from({ length: 8 }, (_, n) => save({ apiKey: `cs_live_${n}` })));
      assert.deepEqual(saved.map(({ version }) => version).sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
      const last = saved.find(({ version }) => version === 8);
      assert.equal((await keys.open('T1'))?.apiKey.slice(-4), last?.lastFour);
    });

    test('mark notes what ColdSend said of the current version only', async () => {
      await save({ status: 'unchecked' });
      time += 1000;
      assert.equal(await keys.mark('T1', 1, { status: 'refused', missingScopes: ['x'] }), true);
      const refused = await keys.find('T1');
      assert.equal(refused?.status, 'refused');
      assert.deepEqual(refused?.missingScopes, ['x']);
      assert.equal(refused?.checkedAt, time);

      await save();
      assert.equal(await keys.mark('T1', 1, { status: 'refused', missingScopes: [] }), false);
      assert.equal(await keys.mark('T2', 2, { status: 'refused', missingScopes: [] }), false);
      assert.equal((await keys.find('T1'))?.status, 'works');
    });

    test('a sealed key moved to another workspace does not open there', async () => {
      await save();
      await save({ teamId: 'T2' });
      const { id, sealed_key } = await db.kysely
        .selectFrom('coldsend_keys')
        .selectAll()
        .where('team_id', '=', 'T1')
        .executeTakeFirstOrThrow();
      await db.kysely.deleteFrom('coldsend_keys').where('team_id', '=', 'T1').execute();
      await db.kysely.updateTable('coldsend_keys').set({ id, sealed_key }).where('team_id', '=', 'T2').execute();
      await assert.rejects(keys.open('T2'), SealError);
    });
  });
}
