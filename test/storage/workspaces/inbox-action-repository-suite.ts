import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ActionOutcome, AskedAction } from '../../../src/add-inbox/actions/inbox-action.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { AddInboxRequest } from '../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createAuditRepository } from '../../../src/storage/workspaces/audit-repository.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { createInboxActionRepository } from '../../../src/storage/workspaces/inbox-action-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { listEntries } from './list-entries.ts';

const ACCOUNT = {
  inbox_id: 'i-1',
  email_address: 'jane@acme.com',
  display_name: 'Jane',
  inbox_type: 'CUSTOM_SMTP',
  daily_limit: 30,
  overall_status: 'ACTIVE',
};

const OUTCOMES: ActionOutcome[] = [
  { kind: 'done' },
  { kind: 'gone', reason: 'Inbox not found' },
  { kind: 'unsupported', status: 404 },
  { kind: 'not_done', why: 'rate_limited' },
  { kind: 'refused', reason: 'no', fields: [], trouble: { kind: 'proxy_login', status: 407, isColdsends: false } },
  { kind: 'key_refused', reason: 'no', missingScopes: ['x'] },
  { kind: 'unknown', why: 'answer_lost', status: 503 },
];

export function describeInboxActions(databases: TestDatabases) {
  describe(`test emails and removals on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let request: AddInboxRequest;
    const now = () => time;
    const open = (owner: string, leaseMs = 10_000) =>
      createInboxActionRepository({ database: db, owner, leaseMs, now });
    const requests = () => createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 10_000, now });

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      const claimed = await acceptSample(requests(), '1');
      const outcome = { kind: 'added', account: ACCOUNT } as const;
      request = await requests().advance(claimed, { state: 'reported', outcome }, { release: true });
    });

    test('one view makes one test email, and removals at once make one, until it is settled', async () => {
      const actions = open('a');
      const asked = (change: Partial<AskedAction>): AskedAction => ({ ...testEmail('1'), ...change });
      const removal = (id: string) => asked({ id, kind: 'remove', recipient: '', viewId: undefined });
      assert.equal(await actions.arm(asked({}), request), true);
      assert.equal(await actions.arm(asked({ id: '2' }), request), false);
      assert.equal(await actions.arm(asked({ id: '3', viewId: 'V2' }), request), true);
      const removals = await Promise.all(['4', '5'].map((id) => actions.arm(removal(id), request)));
      assert.deepEqual(removals.toSorted(), [false, true]);
      const id = removals[0] ? '4' : '5';
      await actions.settle({ ...removal(id), outcome: undefined }, request, { kind: 'unknown', why: 'answer_lost' });
      assert.equal(await actions.arm(removal('6'), request), true);
      assert.equal(await actions.arm(removal('7'), request), false);
    });

    for (const outcome of OUTCOMES) {
      test(`the outcome ${outcome.kind} is read as it was written, once, with its audit entry`, async () => {
        const actions = open('a');
        const action = { ...testEmail('1'), outcome: undefined };
        await actions.arm(testEmail('1'), request);
        time += 1;
        assert.equal(await actions.settle(action, request, outcome), true);
        assert.equal(await actions.settle(action, request, { kind: 'done' }), false);
        await actions.release('1');
        const [left, ...others] = await actions.claimLeft();
        assert.deepEqual([left?.outcome, others], [outcome, []]);
        const about = { email_address: 'jane@acme.com', inbox_id: 'i-1', recipient: 'me@acme.com' };
        assert.deepEqual(await listEntries(createAuditRepository({ db, now }), 'T1'), [
          ['test_email', 'U1', about],
          ['test_email', undefined, { ...about, outcome: outcome.kind }],
        ]);
        await actions.finish('1');
        assert.deepEqual(await actions.claimLeft(), []);
      });
    }

    test('what closes the inbox stands in its request; anything else leaves it open', async () => {
      const closing: [kind: 'test_email' | 'remove', outcome: ActionOutcome, closed: string | undefined][] = [
        ['test_email', { kind: 'done' }, undefined],
        ['remove', { kind: 'unknown', why: 'answer_lost' }, undefined],
        ['test_email', { kind: 'unsupported', status: 404 }, 'unsupported'],
        ['test_email', { kind: 'gone', reason: '' }, 'removed'],
        ['remove', { kind: 'done' }, 'removed'],
        ['test_email', { kind: 'unsupported', status: 404 }, 'removed'],
      ];
      for (const [index, [kind, outcome, closed]] of closing.entries()) {
        const asked = { ...testEmail(String(index)), kind };
        await open('a').arm(asked, request);
        await open('a').settle({ ...asked, outcome: undefined }, request, outcome);
        const found = (await requests().find('T1', request.id))?.outcome;
        assert.equal(found?.kind === 'added' ? found.closed : 'no', closed, `${kind} ${outcome.kind}`);
      }
    });

    test('nobody takes what a living process holds; what a dead one left is taken', async () => {
      const isLeased = databases.kind === 'postgres';
      await open('a', isLeased ? 60_000 : 0).arm(testEmail('1'), request);
      if (isLeased) assert.deepEqual(await open('b').claimLeft(), []);
      else assert.deepEqual(await open('a').claimLeft(), []);
      await db.kysely.updateTable('inbox_actions').set({ lease_until: 0 }).execute();
      // After a start of PostgreSQL, a lease gets its whole time again.
      const taken = await open('b', 0).claimLeft();
      assert.deepEqual(
        taken.map(({ id, outcome }) => [id, outcome]),
        [['1', undefined]],
      );
      const late = { ...testEmail('1'), outcome: undefined };
      assert.equal(await open('a').settle(late, request, { kind: 'done' }), false, 'it is not theirs any more');
    });

    test('that an API has no such calls is kept with its key until another is stored', async () => {
      const keys = createColdsendKeyRepository({ db, sealer: testSealer, now });
      const key = { teamId: 'T1', owner: WORKSPACE, apiKey: 'cs_live_1', storedBy: 'U1', missingScopes: [] };
      const { version } = await keys.save({ ...key, status: 'works' });
      assert.equal((await keys.open('T1', WORKSPACE))?.lacksActions, false);
      await keys.noteLacksActions('T1', version + 1);
      assert.equal((await keys.open('T1', WORKSPACE))?.lacksActions, false);
      await keys.noteLacksActions('T1', version);
      assert.equal((await keys.open('T1', WORKSPACE))?.lacksActions, true);
      await keys.save({ ...key, status: 'works' });
      assert.equal((await keys.open('T1', WORKSPACE))?.lacksActions, false);
    });

    test('old ones are deleted', async () => {
      await open('a').arm(testEmail('1'), request);
      assert.equal(await open('a').deleteBefore(time), 0);
      assert.equal(await open('a').deleteBefore(time + 1), 1);
    });

    function testEmail(id: string): AskedAction {
      const { id: requestId } = request;
      const viewId = `view ${id}`;
      return { id, teamId: 'T1', userId: 'U1', requestId, kind: 'test_email', recipient: 'me@acme.com', viewId };
    }
  });
}
