import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import type { TestDatabases } from '../../test-databases.ts';
import { draftOf, MINUTE, setUpBatches } from './batch-set-up.ts';

export function describeBatchLeases(databases: TestDatabases) {
  describe(`leases of batches on ${databases.kind}`, () => {
    const { batchesOf, claim, confirm, db, drafts, now, pass, settle, startBatch, unreadable } =
      setUpBatches(databases);
    const due = async (owner = 'a') => (await batchesOf(owner).claimDue(100)).map(({ id }) => id);

    test('a batch is claimed by one owner until it is released, and is then due at the time that was named', async () => {
      await confirm('one', 1);
      const claimed = await claim('batch-one');
      assert.deepEqual(await due(), []);
      await batchesOf().release(claimed, now() + 5_000, 3);
      assert.deepEqual(await due(), []);
      pass(5_000);
      const again = await claim('batch-one');
      assert.deepEqual([again.fence, again.tries], [claimed.fence + 1, 3]);
    });

    test('a limit is kept, and the batch that has been due for longest comes first', async () => {
      for (const name of ['c', 'b', 'a']) {
        await drafts().save(draftOf(name, 1, { userId: `U${name}` }));
        pass(1);
      }
      assert.deepEqual(
        (await batchesOf().claimDue(2)).map(({ id }) => id),
        ['batch-c', 'batch-b'],
      );
    });

    test('finished and discarded batches are never due', async () => {
      const batch = await startBatch('one', 1);
      await batchesOf().release(await batchesOf().advance(batch, { state: 'finished' }), 0);
      await drafts().save(draftOf('two', 1));
      await drafts().discard('T1', 'U1', 'batch-two');
      pass(60 * MINUTE);
      assert.deepEqual(await due(), []);
    });

    test('who holds it no more changes nothing', async () => {
      await confirm('one', 1);
      const claimed = await claim('batch-one');
      for (const other of [batchesOf('b'), batchesOf('a')]) {
        const held = other === batchesOf('b') ? claimed : { ...claimed, fence: claimed.fence - 1 };
        await assert.rejects(other.advance(held, { tries: 9 }), LeaseLostError);
        await assert.rejects(other.start(held, 'f'), LeaseLostError);
        await assert.rejects(other.discard(held), LeaseLostError);
        await other.release(held, 0);
      }
      assert.deepEqual(await due('a'), [], 'it is still held');
      assert.equal((await batchesOf().advance(claimed, { tries: 1 })).tries, 1);
    });

    test('a step changes what it names, and nothing else', async () => {
      await confirm('one', 1);
      const claimed = await claim('batch-one');
      const progress = await batchesOf().countProgress('batch-one');
      const change = {
        announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' },
        shown: { ...progress, state: 'waiting', at: now() },
        failuresTs: '1.2',
        summaryTs: '1.3',
        areResultsPosted: true,
        tries: 2,
      } as const;
      assert.deepEqual(await batchesOf().advance(claimed, change), { ...claimed, ...change });
      assert.deepEqual(await batchesOf().advance(claimed, { announcement: undefined }), {
        ...claimed,
        ...change,
        announcement: undefined,
      });
    });

    test('a step that was decided before the batch was stopped is not committed', async () => {
      const batch = await startBatch('one', 2);
      await batchesOf().stop('T1', 'batch-one', 'U2');
      await assert.rejects(batchesOf().advance(batch, { state: 'finished' }), LeaseLostError);
      await batchesOf().release(batch, now());
      assert.deepEqual([(await claim('batch-one')).state], ['stopped']);
    });

    test('what made it due while it was held outlives its release', async () => {
      const batch = await startBatch('one', 1);
      await settle('row-one-0', { kind: 'expired' });
      await batchesOf().release(batch, now() + 15_000);
      const again = await claim('batch-one');
      await batchesOf().release(again, now() + 15_000);
      assert.deepEqual(await due(), [], 'and is noticed once');
    });

    test('the last row makes it due at once, and no earlier row does', async () => {
      const batch = await startBatch('one', 2);
      await batchesOf().release(batch, now() + 15_000);
      await settle('row-one-0', { kind: 'expired' });
      assert.deepEqual(await due(), []);
      await settle('row-one-1', { kind: 'expired' });
      assert.deepEqual(await due(), ['batch-one']);
    });

    test('one that this version can’t read keeps no other waiting, and is looked at again after ten minutes', async () => {
      const names = ['a', 'b', 'c'];
      for (const name of names) await confirm(name, 1, { userId: `U${name}` });
      const setState = (state: string) => db().kysely.updateTable('batches').set({ state }).where('id', '<', 'batch-c');
      await setState('paused').execute();
      const claimed = [...(await batchesOf().claimDue(2)), ...(await batchesOf().claimDue(2))];
      assert.deepEqual(
        claimed.map(({ id }) => id),
        ['batch-c'],
      );
      assert.deepEqual(unreadable().toSorted(), ['batch-a', 'batch-b']);
      await setState('waiting').execute();
      assert.deepEqual(await due(), []);
      pass(10 * MINUTE);
      assert.deepEqual((await due()).toSorted(), ['batch-a', 'batch-b']);
    });

    if (databases.kind === 'postgres') {
      test('two owners never get the same batch, and one that stops renewing loses it', async () => {
        for (let n = 0; n < 20; n += 1) await confirm(`${n}`, 1, { userId: `U${n}` });
        const [a, b] = await Promise.all([batchesOf('a').claimDue(15), batchesOf('b').claimDue(15)]);
        assert.equal(new Set([...a, ...b].map(({ id }) => id)).size, 20);
        assert.equal(a.length + b.length, 20);
        const held = [...a, { ...(b[0] ?? assert.fail()) }];
        assert.deepEqual((await batchesOf('a').renew(held)).toSorted(), a.map(({ id }) => id).toSorted());
        await db().kysely.updateTable('batches').set({ lease_until: null }).where('lease_owner', '=', 'a').execute();
        assert.equal((await batchesOf('b').claimDue(100)).length, a.length);
        assert.deepEqual(await batchesOf('a').renew(a), []);
        await assert.rejects(batchesOf('a').advance(a[0] ?? assert.fail(), { tries: 1 }), LeaseLostError);
      });
    } else {
      test('after a restart, what the process before held is due', async () => {
        await confirm('one', 1);
        await claim('batch-one', 'before');
        assert.deepEqual(await due('after'), ['batch-one']);
      });
    }
  });
}
