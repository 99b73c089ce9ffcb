import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Outcome } from '../../../src/add-inbox/request/outcome.ts';
import { type ClaimedRequest, LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createRequestStore } from '../../../src/storage/requests/request-store.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import { sampleRequest, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { listEntries } from '../workspaces/list-entries.ts';
import { recordQueries } from './record-queries.ts';

export function describeRequestStore(databases: TestDatabases) {
  describe(`request store on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let store: ReturnType<typeof createRequestStore>;
    const now = () => time;
    const listed = () => listEntries(createAuditRepository({ db, now }), 'T1');

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      store = createRequestStore({ database: db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });
    });

    test('a request and its outcome are noted with them, once, however often they are repeated', async () => {
      const accepted = await store.accept(
        sampleRequest('1', { keyName: { kind: 'client', name: 'Acme', channelId: 'C1' } }),
      );
      assert.equal(accepted.kind, 'accepted');
      assert.equal((await store.accept(sampleRequest('2', { viewId: 'view-1' }))).kind, 'repeated');
      assert.ok('fence' in accepted.request);
      time += 1;
      const armed = await store.advance(accepted.request, { state: 'armed' });
      const settled = await store.advance(armed, { state: 'settled', outcome: { kind: 'expired' } });
      await store.advance(settled, { state: 'reported' }, { release: true });
      const about = { email_address: 'jane@acme.com', client: 'Acme' };
      assert.deepEqual(await listed(), [
        ['inbox_requested', 'U1', { ...about, channel: 'C1' }],
        ['inbox_outcome', undefined, { ...about, outcome: 'expired' }],
      ]);
    });

    test('requests that end at the same time are reported in one commit, each under its own lease', async () => {
      const settled: ClaimedRequest[] = [];
      for (const name of ['1', '2', '3']) {
        const accepted = await store.accept(sampleRequest(name));
        assert.ok('fence' in accepted.request);
        settled.push(await store.advance(accepted.request, { state: 'settled', outcome: { kind: 'expired' } }));
      }
      const { database, queries } = recordQueries(db);
      const deps = { sealer: testSealer, owner: 'a', leaseMs: 10_000, now };
      const recorded = createRequestStore({ database, ...deps });
      time += 5;
      const [first, lost, last] = await Promise.allSettled(
        settled.map((each, index) =>
          recorded.advance(index === 1 ? { ...each, fence: 7 } : each, { state: 'reported' }, { release: true }),
        ),
      );
      assert.deepEqual([first?.status, last?.status], ['fulfilled', 'fulfilled']);
      assert.ok(lost?.status === 'rejected' && lost.reason instanceof LeaseLostError);
      assert.equal(queries.filter(({ sql }) => sql.startsWith('update')).length, 1);
      const found = await Promise.all(settled.map(({ id }) => store.find('T1', id)));
      assert.deepEqual(
        found.map((each) => [each?.state, each?.reportedAt]),
        [
          ['reported', time],
          ['settled', undefined],
          ['reported', time],
        ],
      );
      const other = createRequestStore({ database: db, ...deps, owner: 'b' });
      await assert.rejects(other.advance(settled[1] ?? assert.fail(), { state: 'reported' }, { release: true }));
    });

    test('what our check of the login found is noted beside the outcome, with the servers', async () => {
      const accepted = await store.accept(sampleRequest('1'));
      assert.ok('fence' in accepted.request);
      const refused: Outcome = { kind: 'refused', reason: 'Connection failed', fields: [] };
      const login = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } } as const;
      time += 1;
      const settled = await store.advance(accepted.request, { state: 'settled', outcome: refused });
      time += 1;
      const checked = await store.advance(settled, { outcome: { ...refused, login } });
      assert.deepEqual((await store.find('T1', checked.id))?.outcome, { ...refused, login });
      const about = { email_address: 'jane@acme.com' };
      assert.deepEqual((await listed()).slice(1), [
        ['inbox_outcome', undefined, { ...about, outcome: 'refused' }],
        [
          'login_checked',
          undefined,
          { ...about, smtp: 'smtp.acme.com:587 works', imap: 'imap.acme.com:993 refused wrong_login' },
        ],
      ]);
    });

    test('so is what it found before sending, with the outcome of what it held back', async () => {
      const accepted = await store.accept(sampleRequest('1'));
      assert.ok('fence' in accepted.request);
      const login = { smtp: { kind: 'refused', reason: 'wrong_login' }, imap: { kind: 'works' } } as const;
      const outcome: Outcome = { kind: 'refused', reason: '', fields: [], login, isHeldBack: true };
      await store.advance(accepted.request, { state: 'settled', outcome });
      assert.deepEqual((await listed()).map(([action]) => action).toSorted(), [
        'inbox_outcome',
        'inbox_requested',
        'login_checked',
      ]);
    });

    test('who lost a request notes no outcome for it', async () => {
      const accepted = await store.accept(sampleRequest('1'));
      assert.ok('fence' in accepted.request);
      const outdated = { ...accepted.request, fence: 7 };
      await assert.rejects(store.advance(outdated, { state: 'settled', outcome: { kind: 'expired' } }));
      assert.equal((await listed()).length, 1);
      const stored = await createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 1, now }).find(
        'T1',
        accepted.request.id,
      );
      assert.equal(stored?.state, 'accepted');
    });
  });
}
