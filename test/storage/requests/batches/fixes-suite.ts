import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConfirmedRow } from '../../../../src/add-inbox/batch/drafts.ts';
import { isConfirmedRow, LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import { sampleRequest } from '../../samples.ts';
import type { TestDatabases } from '../../test-databases.ts';
import { DAY, draftOf, rowsOf, setUpBatches } from './batch-set-up.ts';

/** Failed rows that are sent again, as a file or one by one, within their batch. */
export function describeFixes(databases: TestDatabases) {
  describe(`fixes of batches on ${databases.kind}`, () => {
    const setUp = setUpBatches(databases);
    const { drafts, batchesOf, claim, countOf, db, now, pass, requestsOf, rows, settle, startBatch, states } = setUp;

    const fixesOf = (name: string, by: string, count: number): ConfirmedRow[] =>
      rowsOf(name, count).map((row) => ({ ...row, id: `${row.id}-${by}`, retryOf: row.id }));

    const draftFix = (by: string, userId: string) => draftOf(by, 2, { fixOf: 'batch-one', userId, channelId: 'C2' });

    test('its rows go to the batch, as requests of the person who fixes them, and it starts once more', async () => {
      await finishFailed(setUp);
      await drafts().save(draftFix('fix', 'U2'));
      const confirmed = await drafts().confirm(draftFix('fix', 'U2'), fixesOf('one', 'fix', 2), now() + DAY);
      assert.ok(confirmed.kind === 'confirmed');
      const { id, state, total, finishedAt } = confirmed.batch;
      assert.deepEqual([id, state, total, finishedAt], ['batch-one', 'waiting', 2, undefined]);
      assert.deepEqual(await states(), { one: 'waiting', fix: 'discarded' });
      assert.equal(await countOf('batch_drafts'), 0);
      const fixed = await requestsOf().find('T1', 'row-one-1-fix');
      assert.deepEqual([fixed?.userId, fixed?.channelId, fixed?.batch?.line], ['U2', 'C1', 3]);
      assert.ok(fixed && isConfirmedRow(fixed));
      const progress = await batchesOf().countProgress('batch-one');
      assert.deepEqual([progress.counts.refused, progress.counts.unsettled], [0, 2]);
      const started = await batchesOf().start(await claim('batch-one'), 'f');
      assert.equal(started.state, 'running');
      const queued = (await rows()).filter(({ turn_of }) => turn_of === 'f');
      assert.deepEqual(
        queued.map(({ id }) => id),
        ['row-one-0-fix', 'row-one-1-fix'],
      );
      assert.deepEqual(
        (await batchesOf().latest('T1', { limit: 9 })).entries.map(({ id }) => id),
        ['batch-one'],
        'the draft is no batch of its own',
      );
    });

    /** The batch gets another refused row's fix, while `outcomes` of its rows are as they are. */
    async function fix(by: string) {
      await drafts().save(draftFix(by, 'U1'));
      const [row] = fixesOf('one', by, 1);
      assert.ok(row);
      return drafts().confirm(draftFix(by, 'U1'), [row], now() + DAY);
    }

    const stateOf = async (id: string) => (await rows()).find((row) => row.id === id);

    test('a batch that waits goes on waiting, and starts with all of its rows', async () => {
      await finishFailed(setUp);
      await drafts().save(draftFix('first', 'U2'));
      await drafts().confirm(draftFix('first', 'U2'), fixesOf('one', 'first', 2).slice(1), now() + DAY);
      assert.equal((await fix('second')).kind, 'confirmed');
      assert.equal((await states()).one, 'waiting');
      await batchesOf().start(await claim('batch-one'), 'f');
      assert.equal((await rows()).filter(({ turn_of }) => turn_of === 'f').length, 2);
    });

    test('a batch that runs goes on, although another of its person runs, and queues only the new rows', async () => {
      await finishFailed(setUp);
      await startBatch('two', 1);
      await drafts().save(draftFix('first', 'U2'));
      await drafts().confirm(draftFix('first', 'U2'), fixesOf('one', 'first', 2).slice(1), now() + DAY);
      const waiting = await claim('batch-one');
      assert.equal(await batchesOf().mayStart(waiting), false);
      const running = await batchesOf().start(waiting, 'f');
      await batchesOf().release(running, now());
      const queuedBefore = await stateOf('row-one-1-first');
      pass(1);
      assert.equal((await fix('second')).kind, 'confirmed');
      const again = await claim('batch-one');
      assert.equal(await batchesOf().mayStart(again), true);
      assert.equal((await batchesOf().start(again, 'f')).state, 'running');
      assert.deepEqual(await stateOf('row-one-1-first'), queuedBefore);
      assert.equal((await stateOf('row-one-0-second'))?.turn_of, 'f');
    });

    test('a worker that holds a running batch finds that it is not the same anymore', async () => {
      await finishFailed(setUp);
      await requestsOf().accept(sampleRequest('form', { batch: { id: 'batch-one', line: 3 }, retryOf: 'row-one-1' }));
      const held = await claim('batch-one');
      assert.equal((await fix('fix')).kind, 'confirmed');
      await assert.rejects(batchesOf().advance(held, { state: 'finished' }), LeaseLostError);
      await batchesOf().release(held, now() + DAY);
      assert.equal((await claim('batch-one')).state, 'waiting', 'it is due at once');
    });

    test('of a stopped batch only the fixed rows are sent, and none while a row is still under way', async () => {
      const batch = await startBatch('one', 4);
      await settle('row-one-0', { kind: 'refused', reason: 'x', fields: [] });
      const due = db().kysely.updateTable('requests').set({ not_before: 0, turn_of: null, waits_for: null });
      await due.where('id', '=', 'row-one-1').execute();
      const held = (await requestsOf().claimDue(10)).find(({ id }) => id === 'row-one-1') ?? assert.fail();
      await batchesOf().release(batch, now());
      assert.equal((await batchesOf().stop('T1', 'batch-one', 'U1'))?.state, 'stopped');
      pass(1);
      assert.deepEqual(await fix('early'), { kind: 'stopping' });
      assert.equal(await batchesOf().isStopping('batch-one'), true, 'the form of a single inbox asks, too');
      assert.deepEqual([(await states()).one, (await states()).early], ['stopped', 'draft'], 'nothing has changed');

      await requestsOf().advance(held, { waitsFor: 'unavailable', notBefore: now() + 1 }, { release: true });
      await batchesOf().stopRows('batch-one');
      assert.equal(await batchesOf().isStopping('batch-one'), false);
      const [row] = fixesOf('one', 'early', 1);
      assert.ok(row);
      assert.equal((await drafts().confirm(draftFix('early', 'U1'), [row], now() + DAY)).kind, 'confirmed');
      await batchesOf().start(await claim('batch-one'), 'f');
      assert.deepEqual(
        (await rows()).map(({ id, turn_of, outcome_kind }) => [id, turn_of ?? outcome_kind]),
        [
          ['row-one-0', 'refused'],
          ['row-one-0-early', 'f'],
          ['row-one-1', 'stopped'],
          ['row-one-2', 'stopped'],
          ['row-one-3', 'stopped'],
        ],
      );
      assert.equal(await countOf('request_passwords'), 1);
    });

    test('submitted again it is answered with the batch that it fixes', async () => {
      await finishFailed(setUp);
      await drafts().save(draftFix('fix', 'U1'));
      await drafts().confirm(draftFix('fix', 'U1'), fixesOf('one', 'fix', 2), now() + DAY);
      const again = await drafts().confirm(draftFix('fix', 'U1'), fixesOf('one', 'again', 2), now() + DAY);
      assert.deepEqual([again.kind, 'batch' in again && again.batch.id], ['repeated', 'batch-one']);
      assert.equal(await countOf('requests'), 4);
    });

    test('of two people who fix the same rows at once, each row is sent once', async () => {
      await finishFailed(setUp);
      await drafts().save(draftFix('a', 'U1'));
      await drafts().save(draftFix('b', 'U2'));
      const confirmed = await Promise.all([
        drafts().confirm(draftFix('a', 'U1'), fixesOf('one', 'a', 2), now() + DAY),
        drafts().confirm(draftFix('b', 'U2'), fixesOf('one', 'b', 2), now() + DAY),
      ]);
      assert.deepEqual(confirmed.map(({ kind }) => kind).toSorted(), ['confirmed', 'gone']);
      assert.deepEqual([await countOf('requests'), await countOf('request_passwords')], [4, 2]);
      assert.equal(await countOf('batch_drafts'), 0);
    });

    test('nor is a row sent twice that is fixed by a file and in the form at once', async () => {
      await finishFailed(setUp);
      await drafts().save(draftFix('a', 'U1'));
      const form = sampleRequest('form', { batch: { id: 'batch-one', line: 2 }, retryOf: 'row-one-0' });
      const [confirmed, accepted] = await Promise.all([
        drafts().confirm(draftFix('a', 'U1'), fixesOf('one', 'a', 2), now() + DAY),
        requestsOf().accept(form),
      ]);
      assert.equal(confirmed.kind, 'confirmed');
      assert.ok(accepted.kind === 'accepted' || accepted.kind === 'superseded');
      assert.equal((await rows()).filter(({ line, outcome }) => line === 2 && outcome === null).length, 1);
    });

    test('a start of its batch queues no row that is fixed in the form, whose login may be unchecked', async () => {
      await finishFailed(setUp);
      const form = sampleRequest('form', { batch: { id: 'batch-one', line: 2 }, retryOf: 'row-one-0' });
      const { request } = await requestsOf().accept(form);
      assert.ok('fence' in request && !isConfirmedRow(request));
      await requestsOf().advance(request, { state: 'announced' }, { release: true });
      await drafts().save(draftFix('file', 'U1'));
      await drafts().confirm(draftFix('file', 'U1'), fixesOf('one', 'file', 2), now() + DAY);
      await batchesOf().start(await claim('batch-one'), 'f');
      const queued = (await rows()).filter(({ turn_of }) => turn_of === 'f').map(({ id }) => id);
      assert.deepEqual(queued, ['row-one-1-file']);
      assert.deepEqual(
        (await requestsOf().claimDue(9)).map(({ id, waitsFor }) => [id, waitsFor]),
        [[request.id, undefined]],
      );
    });

    test('where the batch is gone, the draft goes too, with its passwords', async () => {
      await finishFailed(setUp);
      await drafts().save(draftFix('fix', 'U1'));
      await db().kysely.deleteFrom('batches').where('id', '=', 'batch-one').execute();
      assert.deepEqual(await drafts().confirm(draftFix('fix', 'U1'), fixesOf('one', 'fix', 2), now() + DAY), {
        kind: 'gone',
      });
      assert.deepEqual([await countOf('batch_drafts'), await countOf('requests')], [0, 2]);
    });
  });
}

export function describeFixesInForm(databases: TestDatabases) {
  describe(`rows of batches that are fixed in the form on ${databases.kind}`, () => {
    const setUp = setUpBatches(databases);
    const { batchesOf, claim, pass, requestsOf, settle, startBatch, states } = setUp;

    test('make their finished batch go on', async () => {
      await finishFailed(setUp);
      await requestsOf().accept(sampleRequest('form', { batch: { id: 'batch-one', line: 3 }, retryOf: 'row-one-1' }));
      const { state, finishedAt } = await claim('batch-one');
      assert.deepEqual([state, finishedAt], ['running', undefined]);
      const { counts } = await batchesOf().countProgress('batch-one');
      assert.deepEqual([counts.refused, counts.unsettled], [1, 1]);
    });

    test('make a stopped batch go on, once none of its rows is under way', async () => {
      await startBatch('one', 3);
      await settle('row-one-0', { kind: 'refused', reason: 'x', fields: [] });
      await batchesOf().stop('T1', 'batch-one', 'U1');
      pass(1);
      await requestsOf().accept(sampleRequest('form', { batch: { id: 'batch-one', line: 2 }, retryOf: 'row-one-0' }));
      assert.equal((await states()).one, 'running');
      const { counts } = await batchesOf().countProgress('batch-one');
      assert.deepEqual([counts.unsettled, counts.stopped], [1, 2]);
    });
  });
}

/** A finished batch of two rows, both of them refused. */
async function finishFailed({ batchesOf, now, pass, settle, startBatch }: ReturnType<typeof setUpBatches>) {
  const batch = await startBatch('one', 2);
  for (const index of [0, 1]) await settle(`row-one-${index}`, { kind: 'refused', reason: 'x', fields: [] });
  await batchesOf().release(await batchesOf().advance(batch, { state: 'finished', finishedAt: now() }), now());
  pass(1);
}
