import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type ClientPresets, NO_PRESETS } from '../../../../src/add-inbox/keys/client-presets.ts';
import type { Client } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { Database } from '../../../../src/storage/database.ts';
import { createAdminChanges } from '../../../../src/storage/workspaces/admin-changes.ts';
import { createClientPresetsRepository } from '../../../../src/storage/workspaces/clients/client-presets-repository.ts';
import { createClientRemoval } from '../../../../src/storage/workspaces/clients/client-removal.ts';
import { createColdsendKeyRepository } from '../../../../src/storage/workspaces/coldsend-key-repository.ts';
import { testSealer } from '../../samples.ts';
import { emptyTables, type TestDatabases } from '../../test-databases.ts';

const ACME: Client = { kind: 'client', name: 'Acme', channelIds: ['C1'] };

const PRESETS: ClientPresets = {
  dailyLimit: 40,
  namePattern: '{local} from Acme',
  domains: ['acme.com'],
};

export function describeClientPresets(databases: TestDatabases) {
  describe(`presets of clients on ${databases.kind}`, () => {
    let db: Database;
    const unreadable: string[] = [];
    const now = () => 1_700_000_000_000;
    const presets = () => createClientPresetsRepository(db, (id) => void unreadable.push(id));
    const changes = () => createAdminChanges({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      const key = { teamId: 'T1', owner: ACME, apiKey: 'cs_live_1', storedBy: 'U1', missingScopes: [] };
      await createColdsendKeyRepository({ db, sealer: testSealer, now }).save({ ...key, status: 'works' });
    });

    test('they are saved with an audit entry for each change, and only for a client that is there', async () => {
      assert.deepEqual(await presets().findStamped('T1', ACME), { presets: NO_PRESETS, stamp: 'none' });
      assert.equal(await changes().savePresets('T1', 'UA', ACME, PRESETS, 'none'), true);
      assert.deepEqual(await presets().find('T1', ACME), PRESETS);
      assert.deepEqual(await presets().find('T2', ACME), NO_PRESETS);
      assert.deepEqual(await presets().list('T1'), [{ owner: { kind: 'client', name: 'Acme' }, presets: PRESETS }]);
      const details = await db.kysely.selectFrom('audit_entries').select('details').orderBy('details').execute();
      assert.deepEqual(
        details.map((row) => JSON.parse(row.details)),
        [
          { setting: 'daily limit of Acme', from: 'not set', to: '40' },
          { setting: 'domains of Acme', from: 'any', to: 'acme.com' },
          { setting: 'sender name of Acme', from: 'not set', to: '{local} from Acme' },
        ],
      );
      assert.equal(await changes().savePresets('T1', 'UA', { kind: 'client', name: 'Gone' }, PRESETS, 'none'), false);
    });

    test('of two admins at once, the second one is refused', async () => {
      const { stamp } = await presets().findStamped('T1', ACME);
      const saved = await Promise.all(
        [10, 20].map((dailyLimit) => changes().savePresets('T1', 'UA', ACME, { ...PRESETS, dailyLimit }, stamp)),
      );
      assert.deepEqual(saved.toSorted(), [false, true]);
    });

    test('those that nobody can read count as none', async () => {
      await presets().save('T1', ACME, PRESETS);
      await db.kysely.updateTable('client_presets').set({ presets: '{"dailyLimit":"many"}' }).execute();
      assert.deepEqual(await presets().find('T1', ACME), NO_PRESETS);
      assert.deepEqual(unreadable, ['T1']);
    });

    test('they go with the client', async () => {
      await presets().save('T1', ACME, PRESETS);
      const keys = createColdsendKeyRepository({ db, sealer: testSealer, now });
      const [key] = await keys.list('T1');
      const removal = createClientRemoval({ database: db, sealer: testSealer, now });
      assert.equal(await removal.removeClient('T1', 'UA', ACME, key?.revision ?? ''), 0);
      assert.deepEqual(await presets().list('T1'), []);
    });
  });
}
