import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listPending, listPendingBatches } from '../../../../src/storage/requests/lists/list-pending.ts';
import { createSetAsideRequests } from '../../../../src/storage/requests/set-aside.ts';
import type { TestDatabases } from '../../test-databases.ts';
import { DAY, draftOf, MINUTE, rowsOf, setUpBatches } from './batch-set-up.ts';

export function describeBatchLife(databases: TestDatabases) {
  describe(`the life of batches on ${databases.kind}`, () => {
    const set = setUpBatches(databases);
    const { batchesOf, claim, confirm, countOf, db, drafts, now, pass, requestsOf, rows, settle, startBatch, states } =
      set;

    const outcomes = async () => (await rows()).map(({ id, outcome_kind }) => [id, outcome_kind]);
    const fieldsOf = async (id: string) => {
      const row = (await rows()).find((each) => each.id === id);
      return [row?.turn_of, row?.waits_for, (row?.not_before ?? 0) - now()];
    };

    test('starting queues its rows for its key, and nobody else’s', async () => {
      await confirm('one', 250);
      await confirm('other', 2, { userId: 'U2' });
      const asked = { waits_for: 'unavailable', not_before: now() + MINUTE };
      await db().kysely.updateTable('requests').set(asked).where('id', '=', 'row-one-9').execute();
      const started = await batchesOf().start(await claim('batch-one'), 'f');
      assert.equal(started.state, 'running');
      const queued = (await rows()).filter(({ turn_of }) => turn_of === 'f');
      assert.deepEqual([queued.length, new Set(queued.map(({ batch_id }) => batch_id))], [249, new Set(['batch-one'])]);
      assert.deepEqual(await fieldsOf('row-one-0'), ['f', 'rate_limited', DAY]);
      assert.deepEqual(await fieldsOf('row-one-9'), [null, 'unavailable', MINUTE]);
      assert.deepEqual(await requestsOf().claimDue(10), [], 'the queue sends them, not the poll');
    });

    test('without a key its rows wait for one; a key that was stored meanwhile queues them after all', async () => {
      await confirm('one', 2);
      const started = await batchesOf().start(await claim('batch-one'), undefined);
      assert.equal((await batchesOf().countProgress('batch-one')).waitsForKey, true);
      assert.deepEqual(await fieldsOf('row-one-0'), [null, 'key', DAY]);
      await batchesOf().start(started, 'f');
      assert.equal((await batchesOf().countProgress('batch-one')).waitsForKey, false);
      assert.deepEqual(await fieldsOf('row-one-0'), ['f', 'rate_limited', DAY]);
    });

    test('rows that may wait for more than a day are not claimed before', async () => {
      const draft = draftOf('long', 2);
      await drafts().save(draft);
      await drafts().confirm(draft, rowsOf('long', 2), now() + 3 * DAY);
      assert.deepEqual(await requestsOf().claimDue(10), []);
      const started = await batchesOf().start(await claim('batch-long'), undefined);
      assert.deepEqual(await requestsOf().claimDue(10), []);
      await batchesOf().start(started, 'f');
      assert.deepEqual(await requestsOf().claimDue(10), []);
      assert.deepEqual(await fieldsOf('row-long-0'), ['f', 'rate_limited', DAY]);
      pass(3 * DAY);
      assert.equal((await requestsOf().claimDue(10)).length, 2, 'they expire');
    });

    test('one of a person and three of a workspace run at once, in the order they were confirmed', async () => {
      const may = async (name: string) =>
        batchesOf().mayStart((await batchesOf().find('T1', `batch-${name}`)) ?? assert.fail());
      await confirm('a', 1, { userId: 'U1' });
      await confirm('b', 1, { userId: 'U1' });
      pass(1);
      for (const n of [2, 3, 4]) {
        await confirm(`u${n}`, 1, { userId: `U${n}` });
        pass(1);
      }
      await confirm('elsewhere', 1, { teamId: 'T2' });
      const mayStart = async () => {
        const names = ['a', 'b', 'u2', 'u3', 'u4'];
        const found = await Promise.all(names.map(may));
        return names.filter((_name, index) => found[index]);
      };
      assert.deepEqual(await mayStart(), ['a', 'u2'], 'b counts for the workspace too');
      const waitsForKey = await batchesOf().start(await claim('batch-a'), undefined);
      assert.deepEqual(await mayStart(), ['a', 'b', 'u2', 'u3'], 'a waits for a key, so it keeps nobody waiting');
      await batchesOf().start(waitsForKey, 'f');
      assert.deepEqual(await mayStart(), ['a', 'u2']);
      await settle('row-a-0', { kind: 'expired' });
      assert.deepEqual(await mayStart(), ['a', 'b', 'u2', 'u3'], 'its rows are over, so it keeps nobody waiting');
      await batchesOf().start(await claim('batch-b'), 'f');
      await batchesOf().stop('T1', 'batch-b', 'U1');
      assert.deepEqual(await mayStart(), ['a', 'b', 'u2', 'u3', 'u4']);
    });

    test('stopping ends what is not under way, with its passwords, once', async () => {
      await startBatch('one', 4);
      await settle('row-one-0', { kind: 'exists', reason: 'x' });
      const sent = db().kysely.updateTable('requests').set({ state: 'armed' }).where('id', '=', 'row-one-1');
      await sent.execute();
      const due = db().kysely.updateTable('requests').set({ not_before: 0, turn_of: null, waits_for: null });
      await due.where('id', '=', 'row-one-2').execute();
      const held = (await requestsOf().claimDue(10)).find(({ id }) => id === 'row-one-2') ?? assert.fail();

      const stopped = await batchesOf().stop('T1', 'batch-one', 'U2');
      assert.deepEqual([stopped?.state, stopped?.stoppedBy], ['stopped', 'U2']);
      assert.deepEqual(await outcomes(), [
        ['row-one-0', 'exists'],
        ['row-one-1', null],
        ['row-one-2', null],
        ['row-one-3', 'stopped'],
      ]);
      assert.equal(await countOf('request_passwords'), 2);
      assert.equal(await batchesOf().stop('T1', 'batch-one', 'U2'), undefined);
      assert.equal(await batchesOf().stop('T2', 'batch-one', 'U2'), undefined);

      await requestsOf().advance(held, { waitsFor: 'unavailable', notBefore: now() + 1 }, { release: true });
      await batchesOf().stopRows('batch-one');
      assert.equal((await outcomes())[2]?.[1], 'stopped', 'what comes back is not sent again');
      const entries = await db().kysely.selectFrom('audit_entries').select(['action', 'user_id']).execute();
      assert.deepEqual(
        entries.filter(({ action }) => action === 'batch_stopped').map(({ user_id }) => user_id),
        ['U2'],
      );
    });

    test('a batch whose rows are all settled has nothing to stop, and its end is noted', async () => {
      const batch = await startBatch('over', 1);
      await settle('row-over-0', { kind: 'exists', reason: 'x' });
      assert.equal(await batchesOf().stop('T1', 'batch-over', 'U1'), undefined);
      assert.equal((await batchesOf().advance(batch, { areResultsPosted: true })).areResultsPosted, true);
    });

    test('a batch that has not started can be stopped, and a draft or a finished one can’t', async () => {
      await confirm('waiting', 2);
      assert.equal((await batchesOf().stop('T1', 'batch-waiting', 'U1'))?.state, 'stopped');
      assert.deepEqual(
        await batchesOf()
          .countProgress('batch-waiting')
          .then(({ counts }) => counts.stopped),
        2,
      );
      await drafts().save(draftOf('draft', 1));
      assert.equal(await batchesOf().stop('T1', 'batch-draft', 'U1'), undefined);
      const batch = await startBatch('done', 1, { userId: 'U2' });
      await batchesOf().advance(batch, { state: 'finished' });
      assert.equal(await batchesOf().stop('T1', 'batch-done', 'U1'), undefined);
    });

    test('a draft that nobody confirmed is discarded with its passwords', async () => {
      await drafts().save(draftOf('one', 2));
      await batchesOf().discard(await claim('batch-one'));
      assert.deepEqual([await states(), await countOf('batch_drafts')], [{ one: 'discarded' }, 0]);
    });

    test('a row that nobody can read ends after a day, so that its batch can', async () => {
      await startBatch('one', 2);
      const setAside = createSetAsideRequests({ db: db(), now });
      const broken = db().kysely.updateTable('requests').set({ account: '{', not_before: 0, turn_of: null });
      await broken.where('id', '=', 'row-one-0').execute();
      assert.deepEqual(await requestsOf().claimDue(10), []);
      pass(DAY + 1);
      await setAside.endRows();
      assert.equal((await outcomes())[0]?.[1], null, 'not with its passwords');
      assert.equal(await setAside.wipePasswords(), 1);
      await setAside.endRows();
      assert.deepEqual((await outcomes())[0]?.[1], 'expired');
      assert.equal(await setAside.count(), 0);
    });

    test('an operator sees an open batch as one line, and of its rows those that nobody can read', async () => {
      await startBatch('one', 3);
      await settle('row-one-0', { kind: 'expired' });
      await drafts().save(draftOf('draft', 1, { userId: 'U2' }));
      const broken = db().kysely.updateTable('requests').set({ account: '{', set_aside_at: now() });
      await broken.where('id', '=', 'row-one-1').execute();
      assert.deepEqual(
        (await listPending(db(), 9)).map(({ id }) => id),
        ['row-one-1'],
      );
      const open = await listPendingBatches(db(), 9);
      const lines = open.map((batch) => ('unreadable' in batch ? [] : [batch.id, batch.unsettled, batch.total]));
      assert.deepEqual(lines.toSorted(), [
        ['batch-draft', 0, 0],
        ['batch-one', 2, 3],
      ]);
    });

    test('a batch is kept as long as its requests', async () => {
      const batch = await startBatch('one', 1);
      await batchesOf().advance(batch, { state: 'finished', finishedAt: now() });
      await confirm('two', 1, { userId: 'U2' });
      await batchesOf().deleteFinishedBefore(now());
      assert.deepEqual(await states(), { one: 'finished', two: 'waiting' });
      pass(MINUTE);
      await batchesOf().deleteFinishedBefore(now());
      assert.deepEqual(await states(), { two: 'waiting' });
    });
  });
}
