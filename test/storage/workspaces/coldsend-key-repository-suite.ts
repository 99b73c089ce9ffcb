import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { Database } from '../../../src/storage/database.ts';
import {
  ChannelTakenError,
  type ColdsendKeyRepository,
  createColdsendKeyRepository,
} from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { sampleClient } from '../../add-inbox/keys/sample-key.ts';
import { testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

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
      return keys.save({ ...KEY, owner: WORKSPACE, missingScopes: [], ...change });
    }

    test('a saved key is shown without the key, and opens', async () => {
      const shown = {
        teamId: 'T1',
        version: 0,
        revision: '',
        lastFour: '1234',
        storedBy: 'U1',
        storedAt: time,
        status: 'works',
        missingScopes: [],
        checkedAt: time,
      };
      const saved = await save();
      assert.deepEqual({ ...saved, version: 0, revision: '' }, shown);
      assert.deepEqual(await keys.find('T1', WORKSPACE), saved);
      const opened = await keys.open('T1', WORKSPACE);
      assert.equal(opened?.apiKey, 'cs_live_first1234');
      assert.equal(opened.version, saved.version);
      assert.equal(opened.status, 'works');
    });

    test('a workspace without a key, or of another key, has none', async () => {
      await save();
      assert.equal(await keys.find('T2', WORKSPACE), undefined);
      assert.equal(await keys.open('T2', WORKSPACE), undefined);
      assert.equal(await keys.remove('T2', WORKSPACE), false);
    });

    test('what could not be checked yet was never checked', async () => {
      assert.equal((await save({ status: 'unchecked' })).checkedAt, undefined);
    });

    test('a replaced key is gone and another version counts', async () => {
      const first = await save();
      time += 1000;
      const second = await save({
        apiKey: 'cs_live_second',
        storedBy: 'U2',
        status: 'refused',
        missingScopes: ['a', 'b'],
      });
      assert.notEqual(second.version, first.version);
      assert.equal(second.storedAt, time);
      assert.deepEqual(second.missingScopes, ['a', 'b']);
      const opened = await keys.open('T1', WORKSPACE);
      assert.equal(opened?.apiKey, 'cs_live_second');
      assert.equal(opened.version, second.version);
      assert.equal(opened.status, 'refused');
      const rows = await db.kysely.selectFrom('coldsend_keys').selectAll().execute();
      assert.equal(rows.length, 1);
    });

    test('a removed key is gone, and no late answer for it marks the one after it', async () => {
      const { version } = await save();
      assert.equal(await keys.remove('T1', WORKSPACE), true);
      assert.equal(await keys.remove('T1', WORKSPACE), false);
      assert.equal(await keys.find('T1', WORKSPACE), undefined);
      assert.equal(await keys.open('T1', WORKSPACE), undefined);
      assert.deepEqual(await db.kysely.selectFrom('coldsend_keys').selectAll().execute(), []);
      await save();
      assert.equal(await keys.mark('T1', version, { status: 'refused', missingScopes: [] }), false);
    });

    test('keys saved at once get versions of their own, and the last one stays whole', async () => {
      const saved = await Promise.all(Array.from({ length: 8 }, (_, n) => save({ apiKey: `cs_live_${n}` })));
      assert.equal(new Set(saved.map(({ version }) => version)).size, 8);
      const opened = await keys.open('T1', WORKSPACE);
      const last = saved.find(({ version }) => version === opened?.version);
      assert.equal(opened?.apiKey.slice(-4), last?.lastFour);
    });

    test('mark notes what ColdSend said of the current version only', async () => {
      const { version } = await save({ status: 'unchecked' });
      time += 1000;
      assert.equal(await keys.mark('T1', version, { status: 'refused', missingScopes: ['x'] }), true);
      const refused = await keys.find('T1', WORKSPACE);
      assert.equal(refused?.status, 'refused');
      assert.deepEqual(refused?.missingScopes, ['x']);
      assert.equal(refused?.checkedAt, time);

      const next = await save();
      assert.equal(await keys.mark('T1', version, { status: 'refused', missingScopes: [] }), false);
      assert.equal(await keys.mark('T2', next.version, { status: 'refused', missingScopes: [] }), false);
      assert.equal((await keys.find('T1', WORKSPACE))?.status, 'works');
    });

    describe('of a client', () => {
      const ACME = sampleClient('Acme', 'C1', 'C2');
      const acmeIn = (channelId: string, name = 'Acme') => ({ kind: 'client', name, channelId }) as const;

      test('is there in each of its channels, beside the own one', async () => {
        await save({ apiKey: 'cs_live_own1' });
        await save({ owner: ACME, apiKey: 'cs_live_acme' });
        assert.deepEqual(
          (await keys.list('T1')).map(({ owner, lastFour }) => [owner, lastFour]),
          [
            [WORKSPACE, 'own1'],
            [ACME, 'acme'],
          ],
        );
        assert.equal((await keys.open('T1', acmeIn('C2')))?.apiKey, 'cs_live_acme');
        const { bound, own } = await keys.findFor('T1', 'C1');
        assert.deepEqual([bound?.keyName, own?.lastFour], [acmeIn('C1'), 'own1']);
        assert.equal((await keys.findFor('T1', 'C3')).bound, undefined);
        assert.deepEqual(await keys.findFor('T2', 'C1'), {});
      });

      test('is replaced and marked in all of its channels, and in no other', async () => {
        await save({ owner: ACME });
        await save({ owner: sampleClient('Globex', 'C3') });
        const { version } = await save({ owner: sampleClient('Acme', 'C2', 'C4'), apiKey: 'cs_live_new1' });
        assert.equal(await keys.mark('T1', version, { status: 'refused', missingScopes: [] }), true);
        assert.deepEqual(
          (await keys.list('T1')).map(({ owner, lastFour, status }) => [owner, lastFour, status]),
          [
            [sampleClient('Acme', 'C2', 'C4'), 'new1', 'refused'],
            [sampleClient('Globex', 'C3'), '1234', 'works'],
          ],
        );
      });

      test('takes no channel of another client', async () => {
        await save({ owner: ACME });
        const taken = { owner: sampleClient('Globex', 'C2'), apiKey: 'cs_live_globex' };
        await assert.rejects(save(taken), ChannelTakenError);
        assert.equal((await keys.open('T1', acmeIn('C2')))?.apiKey, 'cs_live_first1234');
      });

      test('is not opened for a request of another client whose channel it was', async () => {
        await save({ owner: ACME });
        assert.equal(await keys.open('T1', acmeIn('C1', 'Globex')), undefined);
        assert.equal(await keys.find('T1', WORKSPACE), undefined);
      });

      test('moves to other channels as it is', async () => {
        const { version, revision } = await save({ owner: ACME, status: 'refused', missingScopes: ['x'] });
        time += 1000;
        assert.equal(await keys.rebind('T1', sampleClient('Acme', 'C2', 'C5')), true);
        const moved = await keys.find('T1', acmeIn('C5'));
        assert.deepEqual(
          [moved?.version, moved?.status, moved?.missingScopes, moved?.storedAt],
          [version, 'refused', ['x'], time - 1000],
        );
        assert.notEqual(moved?.revision, revision);
        assert.equal((await keys.open('T1', acmeIn('C5')))?.apiKey, 'cs_live_first1234');
        assert.equal(await keys.find('T1', acmeIn('C1')), undefined);
        assert.equal(await keys.rebind('T1', sampleClient('Nobody', 'C9')), false);
      });

      test('is removed from all of its channels, and nothing else is', async () => {
        await save();
        await save({ owner: ACME });
        await save({ owner: ACME, teamId: 'T2' });
        assert.equal(await keys.remove('T1', ACME), true);
        assert.deepEqual(
          (await keys.list('T1')).map(({ owner }) => owner),
          [WORKSPACE],
        );
        assert.deepEqual(
          (await keys.list('T2')).map(({ owner }) => owner),
          [ACME],
        );
      });
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
      assert.equal(await keys.open('T2', WORKSPACE), undefined);
    });
  });
}
