import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Kysely, sql } from 'kysely';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import type { Executor } from '../../../src/storage/database.ts';
import { DatabaseUnusableError } from '../../../src/storage/database.ts';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { POSTGRES_CLOCK, POSTGRES_STARTED_AT } from '../../../src/storage/postgres/postgres-clock.ts';
import { createPostgresDialect } from '../../../src/storage/postgres/postgres-database.ts';
import { createKeyBudget } from '../../../src/storage/rate-limit/key-budget.ts';
import { createRateLimitRepository } from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createRequestStore } from '../../../src/storage/requests/request-store.ts';
import type { Tables } from '../../../src/storage/tables.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { listPrepared } from './list-prepared.ts';
import type { TestPostgres } from './start-postgres.ts';
import { startTcpProxy } from './tcp-proxy.ts';

export function describePostgresConnections(postgres: TestPostgres) {
  describe('connections to PostgreSQL', () => {
    test('64-bit integers and counts are numbers', async () => {
      const db = await openDatabase(await postgres.createDatabase(), { sealer: testSealer });
      const { rows } = await sql<{
        big: unknown;
        count: unknown;
      }>`select 9007199254740991 as big, count(*) as count`.execute(db.kysely);
      assert.deepEqual(rows, [{ big: 9_007_199_254_740_991, count: 1 }]);
      await db.close();
    });

    test('a crash of PostgreSQL, in a transaction and beside it, is an error and not the end of the process', async () => {
      const lost: Error[] = [];
      const url = await postgres.createDatabase();
      const db = await openDatabase(url, { sealer: testSealer, onConnectionError: (error) => lost.push(error) });
      await db.check();
      await assert.rejects(
        db.transaction(async (within) => {
          await sql`select 1`.execute(within.kysely);
          await postgres.crash();
          await sql`select 1`.execute(within.kysely);
        }),
      );
      await assert.rejects(db.check());
      assert.ok(lost.length > 0);

      await postgres.start();
      await db.check();
      await db.close();
    });

    test('a transaction that its replica leaves standing is ended, and what it had locked is free for the others', async (t) => {
      const url = await postgres.createDatabase();
      const connect = (statementMs: number) =>
        new Kysely<Tables>({
          dialect: createPostgresDialect(url, {
            poolSize: 1,
            timeouts: { statementMs, answerMs: 10_000 },
            onConnectionError: () => {},
          }),
        });
      const frozen = connect(200);
      const other = connect(10_000);
      t.after(() => Promise.all([frozen.destroy(), other.destroy()]));
      const left = frozen.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(1)`.execute(transaction);
        await sql`select pg_advisory_lock(1)`.execute(other);
        await sql`select 1`.execute(transaction);
      });
      await assert.rejects(left);
    });

    test('a connection that no longer answers is given up, and the next query gets another', async (t) => {
      const url = new URL(await postgres.createDatabase());
      const proxy = await startTcpProxy(Number(url.port));
      url.port = String(proxy.port);
      const kysely = new Kysely<Tables>({
        dialect: createPostgresDialect(url.href, {
          poolSize: 1,
          timeouts: { statementMs: 5_000, answerMs: 200 },
          onConnectionError: () => {},
        }),
      });
      t.after(async () => {
        await proxy.stop();
        await kysely.destroy();
      });
      await sql`select 1`.execute(kysely);
      proxy.freeze();
      proxy.thaw();
      await assert.rejects(sql`select 1`.execute(kysely), /Query read timeout/);
      await sql`select 1`.execute(kysely);
      assert.equal(proxy.connections(), 2);
    });

    test('however many wait for the slots of a key, everybody else has connections left', async (t) => {
      const url = await postgres.createDatabase();
      const db = await openDatabase(url, { sealer: testSealer, poolSize: 3 });
      const other = await openDatabase(url, { sealer: testSealer });
      t.after(() => Promise.all([db.close(), other.close()]));
      const limits = [{ requests: 1_000, seconds: 60 }];
      const held = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now, limits };
      const slots = createRateLimitRepository({ database: db, ...held });
      const entered = Promise.withResolvers<void>();
      const mayEnd = Promise.withResolvers<void>();
      const busy = other.transaction(async (within) => {
        await createKeyBudget(within, 'key', { limits, steadyNow: Date.now }).lock();
        entered.resolve();
        await mayEnd.promise;
      });
      await entered.promise;
      const checks = Promise.all(Array.from({ length: 20 }, () => slots.reserveForKeyCheck('key')));
      await Promise.all([db.check(), db.check()]);
      mayEnd.resolve();
      await busy;
      assert.deepEqual(new Set(await checks), new Set([true]));
    });

    test('leases are renewed while every other connection is busy', async (t) => {
      const db = await openDatabase(await postgres.createDatabase(), { sealer: testSealer, poolSize: 2 });
      t.after(() => db.close());
      const held = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now };
      const claimed = await acceptSample(createRequestRepository({ db, ...held }), '1');
      let isBusy = true;
      const busy = Promise.all([1, 2].map(() => sql`select pg_sleep(1)`.execute(db.kysely))).then(() => {
        isBusy = false;
      });
      assert.deepEqual(await createRequestStore({ database: db, ...held }).renew([claimed]), [claimed.id]);
      assert.ok(isBusy);
      await busy;
    });

    test('what was held when PostgreSQL went away is left to its holder for a lease after PostgreSQL is back', async (t) => {
      const db = await openDatabase(await postgres.createDatabase(), { sealer: testSealer });
      t.after(() => db.close());
      const held = { sealer: testSealer, now: Date.now };
      const holder = createRequestRepository({ db, ...held, owner: 'a', leaseMs: 1 });
      const another = createRequestRepository({ db, ...held, owner: 'b', leaseMs: 2_000 });
      const claimed = await acceptSample(holder, '1');
      await postgres.crash();
      await postgres.start();
      assert.deepEqual(await another.claimDue(1), []);
      assert.deepEqual(await holder.renew([claimed]), [claimed.id]);
      let [taken] = await another.claimDue(1);
      while (taken === undefined) [taken] = await another.claimDue(1);
      const { rows } = await sql<{ age: number }>`
        select ${POSTGRES_CLOCK} - ${POSTGRES_STARTED_AT} as age`.execute(db.kysely);
      assert.ok((rows[0]?.age ?? 0) >= 2_000);
    });

    test('a commit that is not answered is in doubt; everything before it is not', async (t) => {
      const url = new URL(await postgres.createDatabase());
      const proxy = await startTcpProxy(Number(url.port));
      url.port = String(proxy.port);
      const db = await openDatabase(url.href, { sealer: testSealer });
      t.after(async () => {
        await db.close();
        await proxy.stop();
      });
      const write = (sealed: string) => (within: Executor) =>
        within.kysely.insertInto('sealed_check').values({ key_id: sealed, sealed }).execute();

      proxy.freezeAfter('insert');
      await assert.rejects(db.transaction(write('never')), (error) => !(error instanceof CommitInDoubtError));
      proxy.thaw();
      proxy.freezeAfter('commit');
      const startedAt = performance.now();
      await assert.rejects(db.transaction(write('perhaps')), CommitInDoubtError);
      assert.ok(performance.now() - startedAt < 2_500, 'in time for a person who waits');
      proxy.thaw();
      const rows = await db.kysely.selectFrom('sealed_check').select('key_id').execute();
      const stored = rows.map(({ key_id }) => key_id);
      assert.deepEqual([stored.includes('never'), stored.includes('perhaps')], [false, true]);
    });

    test('a commit that the server refuses is not in doubt', async () => {
      const db = await openDatabase(await postgres.createDatabase(), { sealer: testSealer });
      await sql`create table late (id integer unique deferrable initially deferred)`.execute(db.kysely);
      const twice = db.transaction(({ kysely }) => sql`insert into late values (1), (1)`.execute(kysely));
      await assert.rejects(twice, /unique constraint/);
      await db.close();
    });

    test('a server that is not there or refuses the password is named in a sentence, without the password', async () => {
      const url = new URL(await postgres.createDatabase());
      const { password } = url;
      url.port = '1';
      await assert.rejects(openDatabase(url.href, { sealer: testSealer }), (error) => {
        assert.ok(error instanceof DatabaseUnusableError);
        assert.match(error.message, /ECONNREFUSED/);
        assert.ok(!error.message.includes(password));
        return true;
      });
      const wrong = new URL(await postgres.createDatabase());
      wrong.password = 'planted-secret';
      await assert.rejects(openDatabase(wrong.href, { sealer: testSealer }), (error) => {
        assert.ok(error instanceof DatabaseUnusableError);
        assert.match(error.message, /password authentication failed/);
        assert.ok(!error.message.includes('planted-secret'));
        return true;
      });
    });
  });
}

export function describePreparedStatements(postgres: TestPostgres) {
  test('repeated statements are prepared, up to a number, and outlive a newer version’s columns', async (t) => {
    const db = await openDatabase(await postgres.createDatabase(), { sealer: testSealer, poolSize: 1 });
    t.after(() => db.close());
    const { kysely } = db;
    const read = () => kysely.selectFrom('write_check').select('id').where('id', '=', 1).execute();
    const readAll = () => kysely.selectFrom('write_check').selectAll().where('id', '=', 1).execute();
    const change = () => kysely.updateTable('write_check').set({ id: 1 }).where('id', '=', 1).returningAll().execute();
    const run = async () => {
      await change();
      await db.transaction(async (within) => void (await sql`select ${1}::int`.execute(within.kysely)));
      return [...(await read()), ...(await readAll())];
    };
    const before = await listPrepared(db);
    await run();
    await db.check();
    await sql`alter table write_check add column newer integer`.execute(kysely);
    assert.deepEqual(Object.keys((await run())[1] ?? {}), ['id', 'written_at', 'newer']);
    const added = (await listPrepared(db)).filter((statement) => !before.includes(statement));
    assert.deepEqual(added.map((statement) => statement.slice(0, 11)).toSorted(), [
      'insert into',
      'select "id"',
      'select $1::',
    ]);
    for (let length = 1; length < 250; length += 1) {
      const ids = Array.from({ length }, () => 1);
      await kysely.selectFrom('write_check').select('id').where('id', 'in', ids).execute();
    }
    assert.equal((await listPrepared(db)).length, 200);
    assert.equal((await read()).length, 1);
  });
}
