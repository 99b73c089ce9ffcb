import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { Outcome } from '../../../src/add-inbox/request/outcome.ts';
import { LeaseLostError, PasswordsUnreadableError } from '../../../src/add-inbox/request/request.ts';
import type { Shares } from '../../../src/add-inbox/worker/shares.ts';
import type { Database } from '../../../src/storage/database.ts';
import type { RequestToAccept } from '../../../src/storage/requests/new-request.ts';
import {
  createRequestRepository,
  type RequestRepositoryDeps,
} from '../../../src/storage/requests/request-repository.ts';
import { SealError } from '../../../src/storage/sealing/sealing.ts';
import { acceptSample, sampleAccount, sampleRequest, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

const HOUR = 60 * 60 * 1000;

const OUTCOMES: Outcome[] = [
  {
    kind: 'added',
    account: {
      inbox_id: '5f0c',
      email_address: 'jane@acme.com',
      display_name: 'Jane',
      inbox_type: 'NEW_KIND',
      daily_limit: 1,
      overall_status: 'Ünheard of',
    },
  },
  { kind: 'exists', reason: 'Email already exists' },
  { kind: 'refused', reason: 'no\u0000 good', fields: [{ field: 'smtp_port', reason: 'too <high>' }] },
  { kind: 'key_refused', reason: 'Missing', missingScopes: ['sender_accounts:write'] },
  { kind: 'unknown', why: 'interrupted' },
  { kind: 'expired' },
];

const acmeIn = (channelId: string) => ({ kind: 'client', name: 'Acme', channelId }) as const;

export function describeRequestRepository(databases: TestDatabases) {
  describe(`request repository on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());

    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
    });

    function repositoryOf(owner: string, deps: Partial<RequestRepositoryDeps> = {}) {
      return createRequestRepository({ db, sealer: testSealer, owner, leaseMs: 60_000, now: () => time, ...deps });
    }

    describe('accept', () => {
      test('commits the request, held with fence 1, and reads back what was given', async () => {
        const requests = repositoryOf('a');
        const announcement = { channelId: 'C9', ts: '1.2', surface: 'dm' } as const;
        const accepted = await acceptSample(requests, '1', { retryOf: 'request-0', announcement });
        assert.deepEqual(accepted, {
          id: 'request-1',
          teamId: 'T1',
          userId: 'U1',
          viewId: 'view-1',
          channelId: 'C1',
          resultsChannelId: undefined,
          keyName: WORKSPACE,
          retryOf: 'request-0',
          account: sampleAccount,
          state: 'accepted',
          announcement,
          waitsFor: undefined,
          notBefore: time,
          tries: 0,
          outcome: undefined,
          replyTs: undefined,
          acceptedAt: time,
          settledAt: undefined,
          reportedAt: undefined,
          fence: 1,
        });
        const { fence: _fence, ...request } = accepted;
        assert.deepEqual(await requests.find('T1', 'request-1'), request);
        assert.deepEqual(await requests.findByView('T1', 'view-1'), request);
        assert.deepEqual(await requests.claimDue(10), [], 'what is held is not claimed again');
      });

      test('a view submitted again, with other contents too, changes nothing and returns the first', async () => {
        const requests = repositoryOf('a');
        const first = await acceptSample(requests, '1');
        const other = sampleRequest('1', {
          id: 'request-2',
          userId: 'U2',
          passwords: { smtp_password: 'x', imap_password: 'y' },
        });
        const again = await repositoryOf('b').accept(other);
        const { fence: _fence, ...request } = first;
        assert.deepEqual(again, { kind: 'repeated', request });
        assert.equal(await requests.find('T1', 'request-2'), undefined);
        assert.equal((await requests.openPasswords(first)).imap_password, 'other');
      });

      test('the same view id in another workspace is another request', async () => {
        const requests = repositoryOf('a');
        await acceptSample(requests, '1');
        const elsewhere = await requests.accept(sampleRequest('1', { id: 'request-2', teamId: 'T2' }));
        assert.equal(elsewhere.kind, 'accepted');
        assert.equal(await requests.find('T2', 'request-1'), undefined);
        assert.equal(await requests.findByView('T3', 'view-1'), undefined);
      });

      test('of twenty copies at once one is accepted', async () => {
        const owners = ['a', 'b', 'c'].map((owner) => repositoryOf(owner));
        const acceptances = await Promise.all(
          Array.from({ length: 20 }, (_, n) => owners[n % 3]?.accept(sampleRequest('1', { id: `copy-${n}` }))),
        );
        assert.equal(acceptances.filter((acceptance) => acceptance?.kind === 'accepted').length, 1);
        assert.equal(new Set(acceptances.map((acceptance) => acceptance?.request.id)).size, 1);
      });

      test('a request id that exists is an error, not a second view', async () => {
        const requests = repositoryOf('a');
        await acceptSample(requests, '1');
        await assert.rejects(requests.accept(sampleRequest('1', { viewId: 'another' })));
      });
    });

    describe('advance', () => {
      test('commits each step and returns the request as it is stored', async () => {
        const requests = repositoryOf('a');
        let held = await acceptSample(requests, '1');
        held = await requests.advance(held, {
          state: 'announced',
          announcement: { channelId: 'C1', ts: '17.5', surface: 'channel' },
          waitsFor: 'rate_limited',
          notBefore: time + 0.25,
          tries: 3,
        });
        const { fence: _fence, ...request } = held;
        assert.deepEqual(await requests.find('T1', 'request-1'), request);
        assert.equal(held.notBefore, time + 1);

        held = await requests.advance(held, { announcement: undefined, waitsFor: undefined });
        const cleared = await requests.find('T1', 'request-1');
        assert.equal(cleared?.announcement, undefined);
        assert.equal(cleared?.waitsFor, undefined);
        assert.equal(cleared?.tries, 3, 'what a change leaves out stays');
      });

      for (const outcome of OUTCOMES) {
        test(`reads back the outcome ${outcome.kind}`, async () => {
          const requests = repositoryOf('a');
          const held = await requests.advance(await acceptSample(requests, '1'), { state: 'settled', outcome });
          assert.equal(held.settledAt, time);
          assert.deepEqual((await requests.find('T1', 'request-1'))?.outcome, outcome);
        });
      }

      test('settling wipes the passwords, reporting the response URL', async () => {
        const requests = repositoryOf('a');
        let held = await acceptSample(requests, '1');
        held = await requests.advance(held, { state: 'settled', outcome: { kind: 'expired' }, settledAt: time + 5 });
        await assert.rejects(requests.openPasswords(held), /deleted/);
        assert.equal(await requests.openResponseUrl(held), 'https://hooks.slack.com/commands/T1/1/secret');

        held = await requests.advance(held, { state: 'reported', replyTs: '18.1' });
        assert.equal(await requests.openResponseUrl(held), undefined);
        const reported = await requests.find('T1', 'request-1');
        assert.equal(reported?.settledAt, time + 5);
        assert.equal(reported?.reportedAt, time);
        assert.equal(reported?.replyTs, '18.1');
        const row = await db.kysely.selectFrom('requests').selectAll().executeTakeFirstOrThrow();
        assert.deepEqual(await db.kysely.selectFrom('request_passwords').selectAll().execute(), []);
        assert.equal(row.response_url, null);
      });

      test('with release the request is released in the same commit', async () => {
        const requests = repositoryOf('a');
        const held = await acceptSample(requests, '1');
        const given = await requests.advance(held, { state: 'announced' }, { release: true });
        await assert.rejects(requests.advance(given, { tries: 1 }), LeaseLostError);
        const [claimed] = await requests.claimDue(10);
        assert.equal(claimed?.fence, 2);
        assert.equal(claimed?.state, 'announced');
      });

      test('a change that says nothing still finds out that the lease is lost', async () => {
        const requests = repositoryOf('a');
        const held = await acceptSample(requests, '1');
        await requests.advance(held, {});
        await requests.release(held);
        await assert.rejects(requests.advance(held, {}), LeaseLostError);
      });
    });

    describe('claimDue', () => {
      test('leaves what is beyond a share, counting what is held here, but for a first request', async () => {
        const requests = repositoryOf('a');
        const add = async (name: string, change: Partial<RequestToAccept>) => {
          const held = await acceptSample(requests, name, change);
          time += 1;
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
        assert.deepEqual(
          first,
          databases.kind === 'postgres' ? ['request-a3', 'request-b3'] : ['request-held', 'request-a2'],
        );
      });

      test('takes what is due, the oldest first, up to the limit, each with a new fence', async () => {
        const requests = repositoryOf('a');
        for (const name of ['3', '1', '2']) {
          const held = await acceptSample(requests, name);
          await requests.release(held);
          time += 1000;
        }
        await requests.release(await requests.advance(await acceptSample(requests, 'later'), { notBefore: time + 1 }));
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
        time += 1;
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
        assert.equal(await requests.nextDueAt(), undefined);
      });

      test('a time that only a jumping clock can have meant counts as due', async () => {
        const requests = repositoryOf('a');
        const absurd = await acceptSample(requests, 'absurd');
        await requests.advance(absurd, { notBefore: time + 26 * HOUR }, { release: true });
        const far = await acceptSample(requests, 'far');
        await requests.advance(far, { waitsFor: 'key', notBefore: time + 24 * HOUR }, { release: true });
        const setBack = await acceptSample(requests, 'set-back');
        await requests.advance(setBack, { waitsFor: 'unavailable', notBefore: time + 24 * HOUR }, { release: true });
        const asked = await acceptSample(requests, 'asked');
        await requests.advance(asked, { waitsFor: 'rate_limited', notBefore: time + HOUR }, { release: true });
        assert.equal(await requests.nextDueAt(), 0);
        assert.deepEqual(
          (await requests.claimDue(10)).map(({ id }) => id),
          ['request-absurd', 'request-set-back'],
        );
        assert.equal(await requests.nextDueAt(), time + HOUR);
      });

      test('a row that cannot be read is reported and keeps no other waiting', async () => {
        const unreadable: string[] = [];
        const requests = repositoryOf('a', { onUnreadable: (id) => unreadable.push(id) });
        for (const name of ['1', '2', '3']) await requests.release(await acceptSample(requests, name));
        await db.kysely.updateTable('requests').set({ account: '{oops' }).where('id', '=', 'request-1').execute();
        await db.kysely.updateTable('requests').set({ state: 'pondering' }).where('id', '=', 'request-2').execute();
        assert.deepEqual(
          (await requests.claimDue(10)).map(({ id }) => id),
          ['request-3'],
        );
        assert.deepEqual(unreadable.sort(), ['request-1', 'request-2']);
        await assert.rejects(requests.find('T1', 'request-1'));
      });
    });

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

      test('nothing to renew is no query', async () => {
        assert.deepEqual(await repositoryOf('a').renew([]), []);
      });

      if (databases.kind === 'postgres') {
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
          time += 24 * HOUR;
          assert.deepEqual(await other.claimDue(10), []);
          assert.equal(await other.nextDueAt(), undefined);
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
          time += 24 * HOUR;
          assert.deepEqual(await requests.claimDue(10), []);
          assert.equal(await requests.nextDueAt(), undefined);
        });

        test('what the process before held is free at once', async () => {
          await acceptSample(repositoryOf('a'), '1');
          const restarted = repositoryOf('b');
          assert.equal(await restarted.nextDueAt(), time);
          assert.equal((await restarted.claimDue(10)).length, 1);
        });
      }
    });

    describe('secrets', () => {
      test('passwords come back exactly as typed', async () => {
        const requests = repositoryOf('a');
        const passwords = { smtp_password: ' \u0000\ud800"\\💌'.padEnd(500, 'ö'), imap_password: '.' };
        const held = await acceptSample(requests, '1', { passwords });
        assert.deepEqual(await requests.openPasswords(held), passwords);
      });

      test('no response URL is none', async () => {
        const requests = repositoryOf('a');
        const held = await acceptSample(requests, '1', { responseUrl: undefined });
        assert.equal(await requests.openResponseUrl(held), undefined);
      });

      test('sealed values moved to another request do not open there', async () => {
        const requests = repositoryOf('a');
        await acceptSample(requests, '1');
        const held = await acceptSample(requests, '2');
        const { sealed, response_url } = await db.kysely
          .selectFrom('requests')
          .innerJoin('request_passwords', 'request_id', 'id')
          .select(['sealed', 'response_url'])
          .where('id', '=', 'request-1')
          .executeTakeFirstOrThrow();
        await db.kysely
          .updateTable('request_passwords')
          .set({ sealed })
          .where('request_id', '=', 'request-2')
          .execute();
        await db.kysely.updateTable('requests').set({ response_url }).where('id', '=', 'request-2').execute();
        await assert.rejects(requests.openPasswords(held), PasswordsUnreadableError);
        await assert.rejects(requests.openResponseUrl(held), SealError);
      });
    });

    test('latest gives the last requests of the workspace, the newest first', async () => {
      const requests = repositoryOf('a');
      for (const name of ['1', '2', '3']) {
        await acceptSample(requests, name);
        time += 1;
      }
      await acceptSample(requests, 'elsewhere', { teamId: 'T2' });
      assert.deepEqual(
        (await requests.latest('T1', 2)).map(({ id }) => id),
        ['request-3', 'request-2'],
      );
      assert.deepEqual(await requests.latest('T3', 2), []);
    });

    test('a new key makes what waits for it due, in that workspace and of that client only', async () => {
      const requests = repositoryOf('a');
      const waiting = { waitsFor: 'key', notBefore: time + HOUR } as const;
      await requests.advance(await acceptSample(requests, '1'), waiting, { release: true });
      await requests.advance(await acceptSample(requests, '2', { teamId: 'T2' }), waiting, { release: true });
      await requests.advance(
        await acceptSample(requests, '3'),
        { waitsFor: 'unavailable', notBefore: time + HOUR },
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

    test('nextDueAt is the soonest of what nobody holds', async () => {
      const requests = repositoryOf('a');
      await acceptSample(requests, 'held');
      assert.equal(await requests.nextDueAt(), undefined);
      for (const [name, notBefore] of [
        ['1', time + 700],
        ['2', time + 300],
      ] as const) {
        await requests.advance(await acceptSample(requests, name), { notBefore }, { release: true });
      }
      assert.equal(await requests.nextDueAt(), time + 300);
    });

    test('deleteFinishedBefore deletes what was reported before, however much, and nothing else', async () => {
      const requests = repositoryOf('a');
      await acceptSample(requests, 'unfinished');
      await requests.advance(await acceptSample(requests, 'settled'), {
        state: 'settled',
        outcome: { kind: 'expired' },
      });
      const old = await acceptSample(requests, 'old');
      await requests.advance(old, { state: 'reported', reportedAt: time - 1 });
      await requests.advance(await acceptSample(requests, 'new'), { state: 'reported' });
      const {
        id: _id,
        view_id: _viewId,
        ...copied
      } = await db.kysely.selectFrom('requests').selectAll().where('id', '=', 'request-old').executeTakeFirstOrThrow();
      const many = Array.from({ length: 600 }, (_, n) => ({ ...copied, id: `many-${n}`, view_id: `many-${n}` }));
      await db.kysely.insertInto('requests').values(many).execute();

      const pieces = [await requests.deleteFinishedBefore(time)];
      while (pieces.at(-1) !== 0) pieces.push(await requests.deleteFinishedBefore(time));
      assert.deepEqual(pieces, [100, 100, 100, 100, 100, 100, 1, 0]);
      assert.deepEqual((await requests.latest('T1', 10)).map(({ id }) => id).sort(), [
        'request-new',
        'request-settled',
        'request-unfinished',
      ]);
    });

    test('countWaiting counts what waits, by what for', async () => {
      const requests = repositoryOf('a');
      for (const [name, waitsFor] of [
        ['1', 'key'],
        ['2', 'key'],
        ['3', 'unavailable'],
        ['4', undefined],
      ] as const) {
        await requests.advance(await acceptSample(requests, name), { waitsFor });
      }
      await requests.advance(await acceptSample(requests, '5'), { state: 'reported', waitsFor: 'key' });
      assert.deepEqual(await requests.countWaiting(), { no_connection: 0, unavailable: 1, rate_limited: 0, key: 2 });
    });

    test('countByState counts the unfinished ones and knows the oldest of each state', async () => {
      const requests = repositoryOf('a');
      const none = { count: 0, oldestAcceptedAt: undefined };
      const all = { accepted: none, announced: none, armed: none, settled: none, set_aside: none };
      assert.deepEqual(await requests.countByState(), all);
      const oldest = time;
      await acceptSample(requests, '1');
      time += 5;
      await acceptSample(requests, '2', { teamId: 'T2' });
      await requests.advance(await acceptSample(requests, '3'), { state: 'armed' });
      await requests.advance(await acceptSample(requests, '4'), { state: 'reported' });
      assert.deepEqual(await requests.countByState(), {
        accepted: { count: 2, oldestAcceptedAt: oldest },
        announced: none,
        armed: { count: 1, oldestAcceptedAt: time },
        settled: none,
        set_aside: none,
      });
    });
  });
}
