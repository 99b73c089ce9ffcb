import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRateLimitRepository } from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { listPending } from '../../../src/storage/requests/lists/list-pending.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createSetAsideRequests } from '../../../src/storage/requests/set-aside.ts';
import { createWorkspaceRepository } from '../../../src/storage/workspaces/workspace-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables } from '../test-databases.ts';
import { BEYOND, LARGEST, SMALLEST, type UnreadableSetUp } from './unreadable-set-up.ts';

const DAY = 24 * 60 * 60 * 1000;

/** As SQL: what a newer version, a hand or a fault may have left in a column of a request. */
const BAD_REQUESTS: [column: string, values: string[]][] = [
  ...['not_before', 'accepted_at', 'settled_at', 'told_at'].map((column): [string, string[]] => [
    column,
    [BEYOND, LARGEST, SMALLEST, '253402300800000'],
  ]),
  ['tries', ['2147483647', '-1']],
  ['fence', ['2147483647']],
  ['state', ["'pondering'", "''", "'settled'"]],
  ['waits_for', ["'the moon'"]],
  ['announcement_place', ["'canvas'"]],
  ['account', ["'{oops'", "''", "'null'", "'{}'", "'[1]'"]],
  ['outcome', [`'{"kind":"postponed"}'`, "'{oops'", `'{"kind":"added","account":{"daily_limit":1e999}}'`]],
];

/** SQLite takes anything in any column. */
const BAD_ON_SQLITE: [column: string, values: string[]][] = [
  ['not_before', ["'soon'", '1.5', '9e999', "x'00ff'"]],
  ['accepted_at', ["'long ago'", "x'00ff'"]],
  ['tries', [BEYOND, "'many'"]],
  ['fence', [LARGEST, "'high'"]],
  ['team_id', ["x'00ff'"]],
  ['account', ["x'00ff'", '7']],
];

export function describeUnreadableRequests({
  kind,
  db,
  noted,
  now,
  pass,
  onUnreadable,
  requestsOf,
  set,
}: UnreadableSetUp) {
  const setAside = () => createSetAsideRequests({ db: db(), now });

  describe('requests', () => {
    const cases = [...BAD_REQUESTS, ...(kind === 'sqlite' ? BAD_ON_SQLITE : [])];
    for (const [column, values] of cases) {
      for (const value of values) {
        test(`${column} = ${value} is set aside once, is shown in its place, and holds up nobody`, async () => {
          const requests = requestsOf();
          for (const name of ['1', '2', '3']) await requests.release(await acceptSample(requests, name));
          await set('requests', column, value, 'request-2');
          pass(1);
          const others = ['request-1', 'request-3'];
          assert.deepEqual((await requests.claimDue(10)).map(({ id }) => id).sort(), others);
          assert.deepEqual(noted(), ['requests request-2']);
          assert.deepEqual(
            await requestsOf('restarted')
              .claimDue(10)
              .then((all) => all.map(({ id }) => id).sort()),
            [...(kind === 'sqlite' ? others : [])],
          );
          assert.deepEqual(noted(), ['requests request-2'], 'it is claimed no more');
          assert.equal((await requests.countByState()).set_aside.count, 1);
          assert.equal(await setAside().count(), 1);

          const pending = (await listPending(db(), 10)).filter((each) => 'unreadable' in each);
          assert.deepEqual(
            pending.map(({ id }) => id),
            ['request-2'],
          );
          if (column === 'team_id') return;
          const latest = (await requests.latest('T1', { limit: 10 })).entries;
          assert.deepEqual(latest.map(({ id }) => id).sort(), ['request-1', 'request-2', 'request-3']);
          assert.deepEqual(
            latest.filter((each) => 'unreadable' in each).map(({ id }) => id),
            ['request-2'],
          );
        });
      }
    }

    test('one that is queued leaves the queue and is set aside; the others get their slots', async () => {
      for (const column of ['account', 'tries', 'fence']) {
        await emptyTables(db());
        const limits = [{ requests: 2, seconds: 60 }];
        const deps = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now, onUnreadable };
        const requests = createRequestRepository({ db: db(), ...deps });
        const slots = createRateLimitRepository({ database: db(), limits, ...deps });
        for (const name of ['1', '2']) {
          const announced = await requests.advance(await acceptSample(requests, name), { state: 'announced' });
          await requests.release(announced);
          await set('requests', 'turn_of', "'key'", announced.id);
        }
        await set('requests', column, column === 'account' ? "'{}'" : '2147483647', 'request-1');
        assert.deepEqual(
          (await slots.claimQueued(10)).armed.map(({ id }) => id),
          ['request-2'],
          column,
        );
        assert.equal(await setAside().count(), 1);
      }
    });

    test('what was mended, or what this version can read after all, is taken up again and goes on where it was', async () => {
      const requests = requestsOf();
      const announced = await requests.advance(await acceptSample(requests, '1'), { state: 'announced' });
      await requests.release(announced);
      await set('requests', 'outcome', `'{"kind":"postponed"}'`, 'request-1');
      assert.deepEqual(await requests.claimDue(10), []);
      assert.equal(await setAside().takeUp(), 0);
      await set('requests', 'outcome', 'null', 'request-1');
      assert.deepEqual(await requests.claimDue(10), [], 'nobody looks at it in between');
      assert.equal(await setAside().takeUp(), 1);
      const [again] = await requests.claimDue(10);
      assert.equal(again?.state, 'announced');
      assert.equal((await requests.openPasswords(again ?? assert.fail())).imap_password, 'other');
    });

    test('all of them are looked at again, however many they are', async () => {
      const requests = requestsOf();
      const names = Array.from({ length: 450 }, (_, n) => String(n));
      for (const name of names) await requests.release(await acceptSample(requests, name));
      await db().kysely.updateTable('requests').set({ set_aside_at: now() }).execute();
      await db().kysely.updateTable('requests').set({ account: '{}' }).where('id', '<', 'request-3').execute();
      const bad = names.filter((name) => `request-${name}` < 'request-3').length;
      assert.equal(await setAside().takeUp(), names.length - bad);
      assert.equal(await setAside().count(), bad);
    });

    test('its passwords are kept for a day at the most, and the row for as long as a reported one', async () => {
      const requests = requestsOf();
      for (const name of ['1', '2']) await requests.release(await acceptSample(requests, name));
      await set('requests', 'account', "'{}'", 'request-1');
      await requests.claimDue(10);
      assert.equal(await setAside().wipePasswords(), 0);
      pass(DAY + 1);
      assert.equal(await setAside().wipePasswords(), 1);
      const left = await db().kysely.selectFrom('request_passwords').select('request_id').execute();
      assert.deepEqual(
        left.map(({ request_id }) => request_id),
        ['request-2'],
      );
      await setAside().deleteBefore(now() - 2 * DAY);
      assert.equal(await setAside().count(), 1);
      await setAside().deleteBefore(now());
      assert.deepEqual(
        (await requests.latest('T1', { limit: 10 })).entries.map(({ id }) => id),
        ['request-2'],
      );
    });

    test('a workspace is cleared whatever its requests hold', async () => {
      const requests = requestsOf();
      for (const name of ['1', '2']) await requests.release(await acceptSample(requests, name));
      await set('requests', 'fence', '2147483647', 'request-1');
      await set('requests', 'account', "'{}'", 'request-2');
      assert.equal(await createWorkspaceRepository({ database: db(), now }).clear('T1', 'test'), true);
      assert.deepEqual(await db().kysely.selectFrom('request_passwords').selectAll().execute(), []);
      assert.deepEqual(await listPending(db(), 10), []);
    });
  });
}
