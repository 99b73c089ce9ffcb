import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome } from '../../../../src/add-inbox/request/outcome.ts';
import { sampleRequest } from '../../samples.ts';
import type { TestDatabases } from '../../test-databases.ts';
import { setUpBatches } from './batch-set-up.ts';

const UNKNOWN: Outcome = { kind: 'unknown', why: 'answer_lost' };
const EXISTS: Outcome = { kind: 'exists', reason: 'x' };
const REFUSED: Outcome = { kind: 'refused', reason: 'x', fields: [] };

export function describeBatchRows(databases: TestDatabases) {
  describe(`rows of batches on ${databases.kind}`, () => {
    const { batchesOf, db, pass, requestsOf, settle, startBatch, unreadable } = setUpBatches(databases);

    /** Fixes a line in the form. Returns the id of the new request. */
    async function fix(line: number, retryOf: string): Promise<string> {
      pass(1);
      const input = sampleRequest(`fix-of-${retryOf}`, { batch: { id: 'batch-one', line }, retryOf });
      const accepted = await requestsOf().accept(input);
      assert.ok(accepted.kind === 'accepted');
      await requestsOf().advance(accepted.request, { state: 'announced' }, { release: true });
      return accepted.request.id;
    }

    const counts = async () => {
      const all = Object.entries((await batchesOf().countProgress('batch-one')).counts);
      return Object.fromEntries(all.filter(([, count]) => count > 0));
    };

    test('each line counts once, as its last request stands', async () => {
      await startBatch('one', 4);
      await startBatch('other', 2, { userId: 'U2' });
      await settle('row-one-0', EXISTS);
      await settle('row-one-1', REFUSED);
      await settle('row-one-2', UNKNOWN);
      assert.deepEqual(await counts(), { exists: 1, refused: 1, unknown: 1, unsettled: 1 });
      const fixed = await fix(3, 'row-one-1');
      assert.deepEqual(await counts(), { exists: 1, unknown: 1, unsettled: 2 });
      await settle(fixed, EXISTS);
      assert.deepEqual(await counts(), { exists: 2, unknown: 1, unsettled: 1 });
      assert.equal((await batchesOf().countProgress('batch-one')).waitsForKey, false);
    });

    test('what ColdSend has already after an unknown outcome of the same line was added by that try', async () => {
      await startBatch('one', 2);
      await settle('row-one-0', UNKNOWN);
      await settle('row-one-1', EXISTS);
      await settle(await fix(2, 'row-one-0'), EXISTS);
      assert.deepEqual(await counts(), { added: 1, exists: 1 });
      const rows = await batchesOf().listRows('batch-one');
      assert.deepEqual(
        rows.map(({ line, requestId, isAddedBefore }) => [line, requestId, isAddedBefore]),
        [
          [2, 'request-fix-of-row-one-0', true],
          [3, 'row-one-1', false],
        ],
      );
      assert.deepEqual(await batchesOf().listFailed('T1', 'batch-one'), []);
    });

    test('the lines are listed in order, without secrets', async () => {
      await startBatch('one', 7);
      await settle('row-one-3', REFUSED);
      const lines = (await batchesOf().listRows('batch-one')).map(({ line }) => line);
      assert.deepEqual(lines, [2, 3, 4, 5, 6, 7, 8]);
      const [failed, ...none] = await batchesOf().listFailed('T1', 'batch-one');
      assert.deepEqual([failed?.line, failed?.requestId, failed?.outcome, none], [5, 'row-one-3', REFUSED, []]);
      assert.ok(!JSON.stringify(failed).includes('password'));
      assert.deepEqual(await batchesOf().listFailed('T2', 'batch-one'), [], 'nor by another workspace');
    });

    test('the failed lines are those that a person can do something about', async () => {
      await startBatch('one', 6);
      const outcomes: Outcome[] = [
        EXISTS,
        REFUSED,
        { kind: 'key_refused', reason: 'x', missingScopes: [] },
        UNKNOWN,
        { kind: 'expired' },
      ];
      for (const [index, outcome] of outcomes.entries()) await settle(`row-one-${index}`, outcome);
      await batchesOf().stop('T1', 'batch-one', 'U1');
      const failed = await batchesOf().listFailed('T1', 'batch-one');
      assert.deepEqual(
        failed.map(({ outcome }) => outcome?.kind),
        ['refused', 'key_refused', 'unknown', 'expired'],
      );
      assert.equal((await counts()).stopped, 1);
    });

    test('all lines of a long batch are listed, also after many that can’t be read', async () => {
      await startBatch('one', 1_100);
      const settled = { state: 'told', outcome: JSON.stringify(REFUSED), outcome_kind: 'refused' };
      await db().kysely.updateTable('requests').set(settled).execute();
      await db().kysely.updateTable('requests').set({ account: '{' }).where('line', '<=', 1_001).execute();
      const left = Array.from({ length: 100 }, (_, index) => 1_002 + index);
      for (const rows of [await batchesOf().listRows('batch-one'), await batchesOf().listFailed('T1', 'batch-one')]) {
        assert.deepEqual(
          rows.map(({ line }) => line),
          left,
        );
      }
    });

    test('a row that can’t be read is left out of the lists, and still counts', async () => {
      await startBatch('one', 2);
      for (const index of [0, 1]) await settle(`row-one-${index}`, REFUSED);
      await db().kysely.updateTable('requests').set({ outcome: '{' }).where('id', '=', 'row-one-0').execute();
      assert.deepEqual(await counts(), { refused: 2 });
      assert.equal((await batchesOf().listFailed('T1', 'batch-one')).length, 1);
      assert.deepEqual(unreadable(), ['row-one-0']);
    });
  });
}
