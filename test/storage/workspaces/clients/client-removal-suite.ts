import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Client, WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import { type ClaimedRequest, LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../../src/storage/database.ts';
import { createRequestRepository } from '../../../../src/storage/requests/request-repository.ts';
import { createRequestStore } from '../../../../src/storage/requests/request-store.ts';
import { createAuditRepository } from '../../../../src/storage/workspaces/audit-repository.ts';
import { createClientRemoval } from '../../../../src/storage/workspaces/clients/client-removal.ts';
import { remembering } from '../../../../src/storage/workspaces/clients/remembered-repository.ts';
import { createColdsendKeyRepository } from '../../../../src/storage/workspaces/coldsend-key-repository.ts';
import { acceptSample, testSealer } from '../../samples.ts';
import { emptyTables, type TestDatabases, untilAnotherWaits } from '../../test-databases.ts';

const ACME = { kind: 'client', name: 'Acme', channelId: 'C1' } as const;

const ACCOUNT = {
  inbox_id: 'i-1',
  email_address: 'jane@acme.com',
  display_name: 'Jane',
  inbox_type: 'CUSTOM_SMTP',
  daily_limit: 30,
  overall_status: 'ACTIVE',
};

export function describeClientRemoval(databases: TestDatabases) {
  describe(`removals of clients on ${databases.kind}`, () => {
    let db: Database;
    const now = () => 1_700_000_000_000;
    const requests = () => createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    const removal = () => createClientRemoval({ database: db, sealer: testSealer, now });
    const keys = () => createColdsendKeyRepository({ db, sealer: testSealer, now });
    const passwords = () => db.kysely.selectFrom('request_passwords').select('request_id').execute();

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(() => emptyTables(db));

    async function saveKey(): Promise<string> {
      const owner: Client = { kind: 'client', name: 'Acme', channelIds: ['C1', 'C2'] };
      const key = { teamId: 'T1', owner, apiKey: 'cs_live_1', storedBy: 'U1', missingScopes: [] };
      return (await keys().save({ ...key, status: 'works' })).revision;
    }

    test('an inbox that is reported as added at this moment is not remembered after it', async () => {
      const revision = await saveKey();
      const accepted = await acceptSample(requests(), 'armed', { keyName: ACME });
      const armed = await requests().advance(accepted, { state: 'armed' });
      const isSettling = Promise.withResolvers<void>();
      const settling = db.transaction(async (within) => {
        const outcome = { kind: 'added', account: ACCOUNT } as const;
        const deps = { db: within, sealer: testSealer, owner: 'a', leaseMs: 10_000, now };
        const remember = (settled: ClaimedRequest) => [remembering(settled, now())];
        await createRequestRepository(deps).advance(armed, { state: 'settled', outcome }, {}, remember);
        isSettling.resolve();
        await untilAnotherWaits(within);
      });
      await isSettling.promise;
      await Promise.all([settling, removal().removeClient('T1', 'UA', ACME, revision)]);
      assert.deepEqual(await db.kysely.selectFrom('remembered').select('domain').execute(), []);
    });

    test('an inbox that is reported as added while its client is being removed is not remembered', async () => {
      await saveKey();
      const accepted = await acceptSample(requests(), 'armed', { keyName: ACME });
      const armed = await requests().advance(accepted, { state: 'armed' });
      const isRemoving = Promise.withResolvers<void>();
      const removing = db.transaction(async (within) => {
        const { kysely } = within;
        await kysely.deleteFrom('coldsend_keys').execute();
        await kysely.updateTable('requests').set({ tries: 1 }).where('id', '=', armed.id).execute();
        isRemoving.resolve();
        await untilAnotherWaits(within);
      });
      await isRemoving.promise;
      const outcome = { kind: 'added', account: ACCOUNT } as const;
      const store = createRequestStore({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
      await Promise.all([removing, store.advance(armed, { state: 'settled', outcome })]);
      assert.deepEqual(await db.kysely.selectFrom('remembered').select('domain').execute(), []);
    });

    test('key, channels, waiting requests and their passwords go in one commit; all else stays', async () => {
      const revision = await saveKey();
      const single = await acceptSample(requests(), 'single', { keyName: ACME });
      const row = await acceptSample(requests(), 'row', { keyName: ACME, batch: { id: 'b', line: 1 } });
      const armed = await acceptSample(requests(), 'armed', { keyName: ACME });
      await requests().advance(armed, { state: 'armed' });
      await acceptSample(requests(), 'own', { keyName: WORKSPACE });
      assert.equal(await removal().removeClient('T1', 'UA', ACME, 'outdated'), undefined);
      assert.equal((await passwords()).length, 4);

      assert.equal(await removal().removeClient('T1', 'UA', ACME, revision), 2);
      assert.deepEqual(await keys().list('T1'), []);
      const states = await Promise.all(
        ['single', 'row', 'armed', 'own'].map(async (name) => {
          const found = await requests().find('T1', `request-${name}`);
          return [found?.state, found?.outcome?.kind];
        }),
      );
      assert.deepEqual(states, [
        ['settled', 'stopped'],
        ['reported', 'stopped'],
        ['armed', undefined],
        ['accepted', undefined],
      ]);
      assert.deepEqual((await passwords()).map(({ request_id }) => request_id).toSorted(), [
        'request-armed',
        'request-own',
      ]);
      for (const held of [single, row])
        await assert.rejects(requests().advance(held, { state: 'armed' }), LeaseLostError, 'it is never sent');
      assert.deepEqual(
        (await requests().claimDue(10)).map(({ id }) => id),
        ['request-single'],
        'to be told in its thread',
      );
      const { entries } = await createAuditRepository({ db, now }).page('T1', { limit: 10 });
      const removed = entries.find((entry) => 'action' in entry && entry.action === 'client_removed');
      assert.deepEqual(removed && 'details' in removed && removed.details, {
        client: 'Acme',
        last_four: 've_1',
        not_sent: '2',
      });
    });

    test('its inboxes are listed, those of batches too, and in pages', async () => {
      for (const [name, batch] of [
        ['1', undefined],
        ['2', { id: 'b', line: 1 }],
      ] as const) {
        const claimed = await acceptSample(requests(), name, { keyName: ACME, batch });
        await requests().advance(claimed, { state: 'reported', outcome: { kind: 'added', account: ACCOUNT } });
      }
      const other = await acceptSample(requests(), '3', { keyName: WORKSPACE });
      await requests().advance(other, { state: 'reported', outcome: { kind: 'added', account: ACCOUNT } });
      await acceptSample(requests(), '4', { keyName: ACME });
      const listed = await removal().listInboxes('T1', ACME, 0, 10);
      assert.deepEqual(
        listed.map((inbox) => 'outcome' in inbox && inbox.outcome.kind),
        ['added', 'added'],
      );
      assert.equal((await removal().listInboxes('T1', ACME, 1, 10)).length, 1);
    });
  });
}
