import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { inspectPostgres } from '../../../src/storage/postgres/inspect-postgres.ts';
import { addGoogleInbox } from '../../acceptance/world/add-google-inbox.ts';
import { deliverTo, startReplica } from '../../acceptance/world/replicas.ts';
import { startWorld } from '../../acceptance/world/start-bot.ts';
import { findMissing } from '../../project/deploy/missing-program.ts';
import { describeDatabase } from '../database/database-suite.ts';
import { describeRateLimitRepository } from '../rate-limit/rate-limit-repository-suite.ts';
import { describeBatchSuites } from '../requests/batches/batch-suites.ts';
import { describeRequestLease } from '../requests/lease-sql-suite.ts';
import { describeRequestRepository } from '../requests/repository/request-repository-suite.ts';
import { describeRequestStore } from '../requests/request-store-suite.ts';
import { testSealer } from '../samples.ts';
import { createTestDatabases } from '../test-databases.ts';
import { describeSettingsChanges } from '../workspaces/settings-changes-suite.ts';
import { listPrepared } from './list-prepared.ts';
import { startPgbouncer } from './start-pgbouncer.ts';
import { sharePostgres } from './start-postgres.ts';

const skip = findMissing('pgbouncer', 'pgbouncer');

describe('behind PgBouncer in transaction mode', { skip }, async () => {
  const postgres = await sharePostgres();
  const pgbouncer = await startPgbouncer(await postgres.createDatabase());
  after(async () => {
    await pgbouncer.stop();
    await postgres.stop();
  });
  const createUrl = async () => pgbouncer.through(await postgres.createDatabase());
  const databases = () => createTestDatabases('postgres', createUrl);

  describeDatabase(databases());
  describeRequestLease(databases());
  describeRequestRepository(databases());
  describeRequestStore(databases());
  describeBatchSuites(databases);
  describeRateLimitRepository(databases());
  describeSettingsChanges(databases());

  test('the time-outs of a transaction end with it, and are not left to the next client of the connection', async (t) => {
    const db = await openDatabase(await createUrl(), { sealer: testSealer });
    t.after(() => db.close());
    const show = sql<{ statement_timeout: string }>`show statement_timeout`;
    const inside = await db.transaction(({ kysely }) => show.execute(kysely));
    assert.deepEqual(inside.rows, [{ statement_timeout: '1500ms' }]);
    for (let query = 0; query < 10; query += 1) {
      assert.deepEqual((await show.execute(db.kysely)).rows, [{ statement_timeout: '0' }]);
    }
  });

  test('no statement is prepared, since the next one may come to another session', async (t) => {
    const db = await openDatabase(await createUrl(), { sealer: testSealer });
    t.after(() => db.close());
    for (let time = 0; time < 10; time += 1) await db.check();
    assert.deepEqual(await listPrepared(db), []);
  });

  test('options in DATABASE_URL, which it refuses, are named in a sentence', async () => {
    const url = new URL(await createUrl());
    url.searchParams.set('options', '-c search_path=bot');
    await assert.rejects(openDatabase(url.href, { sealer: testSealer }), /Remove options from DATABASE_URL/);
  });

  test('the doctor sees it, and its mode', async () => {
    const { pooler, isRemote, isEncrypted } = await inspectPostgres(await createUrl());
    assert.deepEqual({ pooler, isRemote, isEncrypted }, { pooler: 'transaction', isRemote: false, isEncrypted: false });
  });

  test('two replicas add each inbox once', async (context) => {
    const world = await startWorld(context, { env: { DATABASE_URL: await createUrl() } });
    const { slack, coldsend, member, channelId } = world;
    deliverTo(world, world.bot, await startReplica(context, world));
    for (const address of ['one@acme.com', 'two@acme.com', 'three@acme.com']) {
      assert.equal((await addGoogleInbox(member, { address, channelId })).status, 'ok');
      const isAdded = () =>
        member.in(channelId).find(({ rendered }) => rendered.startsWith('✅') && rendered.includes(address));
      await slack.waitFor(isAdded, `${address} to be added`);
      assert.equal(coldsend.ledger.filter(({ body }) => JSON.stringify(body).includes(address)).length, 1);
      await member.close({ all: true });
    }
    assert.deepEqual(slack.problems, []);
  });
});
