import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { EXPIRES_AFTER_MS } from '../../../src/add-inbox/request/next-step.ts';
import type { Executor } from '../../../src/storage/database.ts';
import { type Migration, MigrationError } from '../../../src/storage/migrations/migrate.ts';
import { MIGRATIONS } from '../../../src/storage/migrations/migrations.ts';
import { createBatchRepository } from '../../../src/storage/requests/batches/batch-repository.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { ACCOUNT_TO_ADD } from '../../add-inbox/request/sample-request.ts';
import { testSealer } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';

const NEXT: Migration = {
  name: '9001-next',
  async up({ kysely }) {
    await sql`create table next_one (id text)`.execute(kysely);
  },
};

const FAILING: Migration = {
  name: '9002-failing',
  async up({ kysely }) {
    await sql`create table half_done (id text)`.execute(kysely);
    await sql`insert into half_done values ('x')`.execute(kysely);
    await sql`create table requests (id text)`.execute(kysely);
  },
};

/** A request as the version before batches inserts it. */
const OLD_REQUEST = {
  team_id: 'T1',
  user_id: 'U1',
  channel_id: 'C1',
  key_channel_id: '',
  client: '',
  state: 'accepted',
  account: JSON.stringify(ACCOUNT_TO_ADD),
  not_before: 1_000,
  tries: 0,
  accepted_at: 1_000,
};

export function describeMigrations(databases: TestDatabases) {
  describe('migrations', () => {
    test('are applied once, however often and by however many at once it is opened', async () => {
      const url = await databases.createUrl();
      if (databases.kind === 'postgres') await Promise.all([1, 2, 3].map(() => databases.open(url)));
      else await (await databases.open(url)).close();
      const db = await databases.open(url);
      assert.deepEqual(
        await applied(db),
        MIGRATIONS.map(({ name }) => name),
      );
    });

    test('a failed one leaves nothing half done, and what came before it stays', async () => {
      const url = await databases.createUrl();
      await assert.rejects(databases.open(url, { migrations: [...MIGRATIONS, NEXT, FAILING] }), (error) => {
        assert.ok(error instanceof MigrationError);
        assert.match(error.message, /9002-failing.*requests/);
        return true;
      });
      const db = await databases.open(url);
      assert.deepEqual(await applied(db), [...MIGRATIONS.map(({ name }) => name), '9001-next']);
      await assert.rejects(sql`select * from half_done`.execute(db.kysely));
      await sql`select * from next_one`.execute(db.kysely);
    });

    test('each only adds: what the version before reads and writes stays as it was', async () => {
      const url = await databases.createUrl();
      const columnsAfter = async (count: number) => {
        const db = await databases.open(url, { migrations: MIGRATIONS.slice(0, count) });
        const tables = await db.kysely.introspection.getTables();
        await db.close();
        return new Map(
          tables.map(({ name, columns }) => [name, new Map(columns.map((column) => [column.name, column]))]),
        );
      };
      let before: Awaited<ReturnType<typeof columnsAfter>> = new Map();
      for (const [index, { name }] of MIGRATIONS.entries()) {
        const now = await columnsAfter(index + 1);
        for (const [table, columns] of before) {
          for (const [column, was] of columns) assert.deepEqual(now.get(table)?.get(column), was, `${name}: ${column}`);
          for (const [column, { isNullable, hasDefaultValue }] of now.get(table) ?? []) {
            assert.ok(columns.has(column) || isNullable || hasDefaultValue, `${name}: ${column} can't be left out`);
          }
        }
        before = now;
      }
      assert.ok(before.has('requests'));
    });

    test('requests of the version before batches, written before or after the migration, are read and expire after a day', async () => {
      const url = await databases.createUrl();
      const before = await databases.open(url, { migrations: MIGRATIONS.filter(({ name }) => name < '0007') });
      const insert = ({ kysely }: Executor, id: string) =>
        kysely
          .insertInto('requests')
          .values({ ...OLD_REQUEST, id, view_id: id, fence: 1 })
          .execute();
      await insert(before, 'old');
      await before.close();
      const db = await databases.open(url);
      await insert(db, 'late');
      const requests = createRequestRepository({
        db,
        sealer: testSealer,
        owner: 'a',
        leaseMs: 1_000,
        now: () => 1_000,
      });
      const claimed = await requests.claimDue(10);
      assert.deepEqual(claimed.map(({ id, batch, expiresAt }) => [id, batch, expiresAt]).toSorted(), [
        ['late', undefined, 1_000 + EXPIRES_AFTER_MS],
        ['old', undefined, 1_000 + EXPIRES_AFTER_MS],
      ]);
      const batches = createBatchRepository({ database: db, owner: 'a', leaseMs: 1_000, now: () => 1_000 });
      assert.deepEqual([await batches.claimDue(10), (await batches.latest('T1', { limit: 10 })).entries], [[], []]);
    });

    test('those of a newer version are no obstacle to this one', async () => {
      const url = await databases.createUrl();
      await (await databases.open(url, { migrations: [...MIGRATIONS, NEXT] })).close();
      const db = await databases.open(url);
      await db.check();
    });
  });
}

async function applied({ kysely }: Executor): Promise<string[]> {
  const rows = await kysely.selectFrom('migrations').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name);
}
