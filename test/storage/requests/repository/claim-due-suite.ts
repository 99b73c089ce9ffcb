import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { RequestToAccept } from '../../../../src/add-inbox/request/submit.ts';
import type { Shares } from '../../../../src/add-inbox/worker/shares.ts';
import { acceptSample } from '../../samples.ts';
import { acmeIn, HOUR, type RequestSetUp } from './request-set-up.ts';

export function describeClaimDue({ kind, db, now, pass, repositoryOf }: RequestSetUp) {
  describe('claimDue', () => {
    test('leaves what is beyond a share, counting what is held here, but for a first request', async () => {
      const requests = repositoryOf('a');
      const add = async (name: string, change: Partial<RequestToAccept>) => {
        const held = await acceptSample(requests, name, change);
        pass(1);
        return held;
      };
      const claim = async (limit: number, shares: Shares) =>
        (await requests.claimDue(limit, shares)).map(({ id }) => id.replace('request-', ''));
      await add('held', { userId: 'A' });
      for (const [name, change] of [
        ['a2', { userId: 'A' }],
        ['a3', { userId: 'A' }],
        ['b1', { userId: 'B' }],
        ['b2', { userId: 'B' }],
        ['b3', { userId: 'B' }],
        ['c1', { userId: 'C', keyName: acmeIn('C1') }],
        ['c2', { userId: 'C', keyName: acmeIn('C2') }],
        // The same person elsewhere is another one.
        ['x1', { teamId: 'T2', userId: 'A' }],
        ['x2', { teamId: 'T2', userId: 'A' }],
      ] as const) {
        await requests.release(await add(name, change));
      }
      assert.deepEqual(await claim(100, { person: 1, key: 0, workspace: 0 }), ['b1', 'c1', 'x1']);
      assert.deepEqual(await claim(100, { person: 1, key: 100, workspace: 100 }), []);
      assert.deepEqual(await claim(100, { person: 2, key: 2, workspace: 3 }), ['x2'], 'T1 has all it may have');
      assert.deepEqual(await claim(100, { person: 9, key: 2, workspace: 100 }), ['c2'], 'its own key is full');
      assert.deepEqual(await claim(1, { person: 2, key: 100, workspace: 100 }), ['a2']);
      assert.deepEqual(await claim(100, { person: 2, key: 4, workspace: 6 }), ['b2']);
      const elsewhere = await repositoryOf('b').claimDue(100, { person: 2, key: 100, workspace: 100 });
      const first = elsewhere.slice(0, 2).map(({ id }) => id);
      // On SQLite another owner is the bot after a restart, which may have all of it.
      assert.deepEqual(first, kind === 'postgres' ? ['request-a3', 'request-b3'] : ['request-held', 'request-a2']);
    });

    test('takes what is due, the oldest first, up to the limit, each with a new fence', async () => {
      const requests = repositoryOf('a');
      for (const name of ['3', '1', '2']) {
        const held = await acceptSample(requests, name);
        await requests.release(held);
        pass(1000);
      }
      await requests.release(await requests.advance(await acceptSample(requests, 'later'), { notBefore: now() + 1 }));
      const first = await requests.claimDue(2);
      assert.deepEqual(
        first.map(({ id, fence }) => ({ id, fence })),
        [
          { id: 'request-3', fence: 2 },
          { id: 'request-1', fence: 2 },
        ],
      );
      assert.deepEqual(
        (await requests.claimDue(10)).map(({ id }) => id),
        ['request-2'],
      );
      pass(1);
      assert.deepEqual(
        (await requests.claimDue(10)).map(({ id }) => id),
        ['request-later'],
      );
      assert.deepEqual(await requests.claimDue(10), []);
    });

    test('what is reported is not claimed', async () => {
      const requests = repositoryOf('a');
      await requests.advance(await acceptSample(requests, '1'), { state: 'reported' }, { release: true });
      assert.deepEqual(await repositoryOf('b').claimDue(10), []);
    });

    test('a time that only a jumping clock can have meant counts as due', async () => {
      const requests = repositoryOf('a');
      const absurd = await acceptSample(requests, 'absurd');
      await requests.advance(absurd, { notBefore: now() + 26 * HOUR }, { release: true });
      const far = await acceptSample(requests, 'far');
      await requests.advance(far, { waitsFor: 'key', notBefore: now() + 24 * HOUR }, { release: true });
      const setBack = await acceptSample(requests, 'set-back');
      await requests.advance(setBack, { waitsFor: 'unavailable', notBefore: now() + 24 * HOUR }, { release: true });
      const asked = await acceptSample(requests, 'asked');
      await requests.advance(asked, { waitsFor: 'rate_limited', notBefore: now() + HOUR }, { release: true });
      assert.deepEqual(
        (await requests.claimDue(10)).map(({ id }) => id),
        ['request-absurd', 'request-set-back'],
      );
      const later = await acceptSample(requests, 'later');
      await requests.advance(later, { notBefore: now() + 26 * HOUR }, { release: true });
      assert.deepEqual(await requests.claimDue(10), [], 'looked for once a minute, since all unfinished ones are read');
      pass(60_000);
      assert.deepEqual(
        (await requests.claimDue(10)).map(({ id }) => id),
        ['request-later'],
      );
    });

    test('a row that cannot be read is reported and keeps no other waiting', async () => {
      const unreadable: string[] = [];
      const requests = repositoryOf('a', { onUnreadable: (id) => unreadable.push(id) });
      for (const name of ['1', '2', '3']) await requests.release(await acceptSample(requests, name));
      await db().kysely.updateTable('requests').set({ account: '{oops' }).where('id', '=', 'request-1').execute();
      await db().kysely.updateTable('requests').set({ state: 'pondering' }).where('id', '=', 'request-2').execute();
      assert.deepEqual(
        (await requests.claimDue(10)).map(({ id }) => id),
        ['request-3'],
      );
      assert.deepEqual(unreadable.sort(), ['request-1', 'request-2']);
      await assert.rejects(requests.find('T1', 'request-1'));
    });
  });

  test('a new key makes what waits for it due, in that workspace and of that client only', async () => {
    const requests = repositoryOf('a');
    const waiting = { waitsFor: 'key', notBefore: now() + HOUR } as const;
    await requests.advance(await acceptSample(requests, '1'), waiting, { release: true });
    await requests.advance(await acceptSample(requests, '2', { teamId: 'T2' }), waiting, { release: true });
    await requests.advance(
      await acceptSample(requests, '3'),
      { waitsFor: 'unavailable', notBefore: now() + HOUR },
      { release: true },
    );
    const ofClient = { keyName: acmeIn('C1') };
    await requests.advance(await acceptSample(requests, '4', ofClient), waiting, { release: true });
    assert.equal(await requests.resumeWaitingForKey('T1', WORKSPACE), 1);
    assert.equal(await requests.resumeWaitingForKey('T1', WORKSPACE), 0);
    const [claimed, ...others] = await requests.claimDue(10);
    assert.equal(claimed?.id, 'request-1');
    assert.equal(claimed?.waitsFor, undefined);
    assert.deepEqual(others, []);
    assert.equal(await requests.resumeWaitingForKey('T1', acmeIn('C1')), 1);
    assert.deepEqual((await requests.claimDue(10))[0]?.keyName, acmeIn('C1'));
  });
}
