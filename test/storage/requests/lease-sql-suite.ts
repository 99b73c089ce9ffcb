import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestLease, leaseUntil } from '../../../src/storage/requests/lease-sql.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

const HOUR_MS = 60 * 60 * 1000;
const LEASE_MS = 10 * HOUR_MS;

export function describeRequestLease(databases: TestDatabases) {
  describe(`request lease on ${databases.kind}`, () => {
    let db: Database;
    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(() => emptyTables(db));

    /** Whether the one request there is is free for `owner`, once it is held as said. */
    async function isFree(held: { owner: string | null; until: number | null }, owner = 'a', leaseMs = LEASE_MS) {
      const { kysely, kind } = db;
      await kysely.updateTable('requests').set({ lease_owner: held.owner, lease_until: held.until }).execute();
      const { free } = createRequestLease(kind, { owner, leaseMs });
      return (await kysely.selectFrom('requests').select('id').where(free).execute()).length === 1;
    }

    async function acceptOne() {
      const requests = createRequestRepository({
        db,
        sealer: testSealer,
        owner: 'a',
        leaseMs: LEASE_MS,
        now: Date.now,
      });
      await acceptSample(requests, '1');
    }

    async function numberOf(name: string, value: ReturnType<typeof leaseUntil>) {
      const { rows } = await sql<{ value: number | null }>`select ${value} as value`.execute(db.kysely);
      assert.equal(rows.length, 1, name);
      return rows[0]?.value;
    }

    test('what nobody holds is free', async () => {
      await acceptOne();
      assert.equal(await isFree({ owner: null, until: null }), true);
    });

    if (databases.kind === 'sqlite') {
      test('a lease of this process never runs out, and one of any other is void', async () => {
        await acceptOne();
        assert.equal(await isFree({ owner: 'a', until: null }), false);
        assert.equal(await isFree({ owner: 'a', until: 1 }), false, 'whatever an earlier version wrote');
        assert.equal(await isFree({ owner: 'b', until: null }), true);
        assert.equal(await isFree({ owner: 'b', until: Date.now() + HOUR_MS }), true);
      });

      test('a lease has no end', async () => {
        const lease = createRequestLease(db.kind, { owner: 'a', leaseMs: LEASE_MS });
        assert.equal(await numberOf('until', lease.until), null);
      });
      return;
    }

    test('a lease holds until it ends, whoever has it', async () => {
      await acceptOne();
      for (const owner of ['a', 'b']) {
        assert.equal(await isFree({ owner, until: Date.now() + HOUR_MS }), false, owner);
      }
    });

    test('a lease that has ended is free once the server runs for longer than one', async () => {
      await acceptOne();
      const ended = { owner: 'b', until: Date.now() - HOUR_MS };
      assert.equal(await isFree(ended, 'a', 0), true);
      assert.equal(await isFree({ ...ended, owner: 'a' }, 'a', 0), true);
      assert.equal(
        await isFree({ owner: 'b', until: Date.now() + HOUR_MS }, 'a', 0),
        false,
        'the later of both counts',
      );
    });

    test('whoever held a lease when the server stopped has the time of one from its start', async () => {
      await acceptOne();
      // The server of this test started a moment ago: everything of before may still be renewed.
      assert.equal(await isFree({ owner: 'b', until: 1 }), false);
    });

    test('a lease ends so long after now, by the clock of the database', async () => {
      const lease = createRequestLease(db.kind, { owner: 'a', leaseMs: LEASE_MS });
      for (const [name, until] of [
        ['of a lease', lease.until],
        ['of another length', leaseUntil(db.kind, LEASE_MS)],
      ] as const) {
        const end = await numberOf(name, until);
        assert.ok(typeof end === 'number' && Math.abs(end - LEASE_MS - Date.now()) < HOUR_MS, `${name}: ${end}`);
      }
    });
  });
}
