import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import { acceptSample } from '../../samples.ts';
import { HOUR, type RequestSetUp } from './request-set-up.ts';

export function describeLeases({ kind, pass, repositoryOf }: RequestSetUp) {
  describe('leases', () => {
    test('what another has claimed can be written, opened and kept by it alone', async () => {
      // A lease of 0 ms has run out on PostgreSQL as soon as it is taken; on SQLite another owner is enough.
      const before = repositoryOf('a', { leaseMs: 0 });
      const after = repositoryOf('b', { leaseMs: 1 });
      const stale = await acceptSample(before, '1');
      const [held] = await after.claimDue(10);
      assert.ok(held);
      assert.equal(held.fence, 2);

      await assert.rejects(before.advance(stale, { state: 'armed' }), LeaseLostError);
      await assert.rejects(before.openPasswords(stale), LeaseLostError);
      assert.deepEqual(await before.renew([stale]), []);
      await before.release(stale);
      assert.deepEqual(await after.renew([held]), ['request-1']);
      assert.equal((await after.advance(held, { state: 'armed' })).state, 'armed');
      assert.equal((await after.find('T1', 'request-1'))?.state, 'armed');
    });

    test('a claim of one owner ends its own earlier claim', async () => {
      const requests = repositoryOf('a', { leaseMs: 0 });
      const stale = await acceptSample(requests, '1');
      await requests.release(stale);
      const [held] = await requests.claimDue(1);
      assert.ok(held);
      await assert.rejects(requests.advance(stale, { tries: 9 }), LeaseLostError);
      assert.deepEqual(await requests.renew([stale]), []);
      await requests.release(stale);
      await requests.advance(held, { tries: 1 });
    });

    if (kind === 'postgres') {
      test('owners claiming at once never get the same request, and get all of them', async () => {
        const accepting = repositoryOf('z');
        for (let n = 0; n < 60; n += 1) await accepting.release(await acceptSample(accepting, String(n)));
        const owners = ['a', 'b', 'c', 'd'].map((owner) => repositoryOf(owner));
        const claimed = await Promise.all(
          owners.flatMap((requests) => Array.from({ length: 5 }, () => requests.claimDue(3))),
        );
        const ids = claimed.flat().map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, 'claimed twice');
        assert.ok(
          claimed.every((some) => some.length <= 3),
          'more than the limit',
        );
        assert.equal(ids.length, 60);
      });

      test("a lease holds against others, whatever this process's clock says, until it runs out", async () => {
        const holder = repositoryOf('a');
        const other = repositoryOf('b', { leaseMs: 1 });
        const held = await acceptSample(holder, '1');
        pass(24 * HOUR);
        assert.deepEqual(await other.claimDue(10), []);
        const expiring = repositoryOf('a', { leaseMs: 0 });
        assert.deepEqual(await expiring.renew([held]), ['request-1']);
        assert.deepEqual(
          (await other.claimDue(10)).map(({ fence }) => fence),
          [2],
        );
      });

      test('a lease that ran out and was taken by nobody can still be renewed and used', async () => {
        const expiring = repositoryOf('a', { leaseMs: 0 });
        const held = await acceptSample(expiring, '1');
        assert.deepEqual(await repositoryOf('a').renew([held]), ['request-1']);
        assert.deepEqual(await repositoryOf('b').claimDue(10), []);
        await expiring.advance(held, { state: 'announced' });
      });
    } else {
      test('a clock that jumps does not make a process claim its own work twice', async () => {
        const requests = repositoryOf('a', { leaseMs: 0 });
        await acceptSample(requests, '1');
        pass(24 * HOUR);
        assert.deepEqual(await requests.claimDue(10), []);
      });

      test('what the process before held is free at once', async () => {
        await acceptSample(repositoryOf('a'), '1');
        const restarted = repositoryOf('b');
        assert.equal((await restarted.claimDue(10)).length, 1);
      });
    }
  });
}
