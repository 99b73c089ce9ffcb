import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import { WORKSPACE } from '../../src/add-inbox/keys/key-owner.ts';
import type { Database, Executor } from '../../src/storage/database.ts';
import { type Migration, MigrationError } from '../../src/storage/migrations/migrate.ts';
import { MIGRATIONS } from '../../src/storage/migrations/migrations.ts';
import { createRequestRepository } from '../../src/storage/requests/request-repository.ts';
import { WrongKeysError } from '../../src/storage/sealing/sealed-check.ts';
import { createSealer, type Sealer, type SealingKey } from '../../src/storage/sealing/sealing.ts';
import { QueryOutsideTransactionError } from '../../src/storage/transactions.ts';
import { createColdsendKeyRepository } from '../../src/storage/workspaces/coldsend-key-repository.ts';
import { acceptSample, testKey } from './samples.ts';
import type { TestDatabases } from './test-databases.ts';

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

export function describeDatabase(databases: TestDatabases) {
  describe(`database on ${databases.kind}`, () => {
    afterEach(() => databases.closeAll());
    after(() => databases.closeAll());

    describe('transactions', () => {
      test('commit what was done, and give back what the work returns', async () => {
        const db = await databases.open();
        assert.equal(await db.transaction((within) => note(within, 'x').then(() => 5)), 5);
        assert.deepEqual(await notes(db), ['x']);
      });

      test('undo everything when the work throws, and pass the error on', async () => {
        const db = await databases.open();
        const failing = db.transaction(async (within) => {
          await note(within, 'x');
          throw new Error('no');
        });
        await assert.rejects(failing, /^Error: no$/);
        assert.deepEqual(await notes(db), []);
      });

      test('repositories work inside them', async () => {
        const db = await databases.open();
        const sealer = createSealer([testKey]);
        await db.transaction(async (within) => {
          const requests = createRequestRepository({ db: within, sealer, owner: 'a', leaseMs: 1, now: Date.now });
          await acceptSample(requests, '1');
        });
        const requests = createRequestRepository({ db, sealer, owner: 'a', leaseMs: 1, now: Date.now });
        assert.equal((await requests.find('T1', 'request-1'))?.state, 'accepted');
      });

      test('a query on the database itself inside one is an error, not a wait without end', async () => {
        const db = await databases.open();
        await assert.rejects(
          db.transaction(async (within) => {
            await note(within, 'x');
            await note(db, 'y');
          }),
          QueryOutsideTransactionError,
        );
        await assert.rejects(
          db.transaction(() => db.transaction(async () => {})),
          QueryOutsideTransactionError,
        );
        assert.deepEqual(await notes(db), []);
      });

      test('queries of everybody else wait their turn', async () => {
        const db = await databases.open();
        const started = Promise.withResolvers<void>();
        const goOn = Promise.withResolvers<void>();
        const slow = db.transaction(async (within) => {
          await note(within, 'slow');
          started.resolve();
          await goOn.promise;
        });
        await started.promise;
        const beside = note(db, 'beside');
        goOn.resolve();
        await Promise.all([slow, beside]);
        assert.deepEqual(await notes(db), ['beside', 'slow']);
      });

      test('what a transaction leaves running may use the database again', async () => {
        const db = await databases.open();
        const finished = Promise.withResolvers<void>();
        let left = Promise.resolve();
        await db.transaction(async () => {
          left = finished.promise.then(() => note(db, 'afterwards'));
        });
        finished.resolve();
        await left;
        assert.deepEqual(await notes(db), ['afterwards']);
      });
    });

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
            for (const [column, was] of columns)
              assert.deepEqual(now.get(table)?.get(column), was, `${name}: ${column}`);
            for (const [column, { isNullable, hasDefaultValue }] of now.get(table) ?? []) {
              assert.ok(columns.has(column) || isNullable || hasDefaultValue, `${name}: ${column} can't be left out`);
            }
          }
          before = now;
        }
        assert.ok(before.has('requests'));
      });

      test('those of a newer version are no obstacle to this one', async () => {
        const url = await databases.createUrl();
        await (await databases.open(url, { migrations: [...MIGRATIONS, NEXT] })).close();
        const db = await databases.open(url);
        await db.check();
      });
    });

    describe('encryption keys', () => {
      const other = { id: 'other', key: new Uint8Array(32).fill(9) };

      async function reopen(url: string, keys: SealingKey[], use?: (db: Database, sealer: Sealer) => Promise<unknown>) {
        const sealer = createSealer(keys);
        const db = await databases.open(url, { sealer });
        await use?.(db, sealer);
        await db.close();
      }

      function saveKey(db: Database, sealer: Sealer) {
        const keys = createColdsendKeyRepository({ db, sealer, now: Date.now });
        return keys.save({
          teamId: 'T1',
          owner: WORKSPACE,
          apiKey: 'cs_live_1',
          storedBy: 'U1',
          status: 'works',
          missingScopes: [],
        });
      }

      test('others than the ones that sealed are refused, whatever they are called', async () => {
        const url = await databases.createUrl();
        await reopen(url, [testKey]);
        await reopen(url, [testKey]);
        for (const wrong of [[other], [{ ...other, id: 'test' }], [{ ...other, id: 'test' }, other]]) {
          await assert.rejects(reopen(url, wrong), (error) => {
            assert.ok(error instanceof WrongKeysError);
            assert.match(error.message, /ENCRYPTION_KEYS can't open this database.*"test"/);
            return true;
          });
        }
        await reopen(url, [testKey]);
      });

      test('an old key may go once another seals and nothing sealed with the old one is left', async () => {
        const url = await databases.createUrl();
        await reopen(url, [testKey], saveKey);
        await reopen(url, [other, testKey]);
        await assert.rejects(reopen(url, [other]), WrongKeysError);
        await reopen(url, [other, testKey], saveKey);
        await reopen(url, [other]);
        await assert.rejects(reopen(url, [testKey]), WrongKeysError);
      });

      test('passwords that wait for their turn keep the old key needed', async () => {
        const url = await databases.createUrl();
        await reopen(url, [testKey], (db, sealer) =>
          acceptSample(createRequestRepository({ db, sealer, owner: 'a', leaseMs: 1, now: Date.now }), '1'),
        );
        await reopen(url, [other, testKey]);
        await assert.rejects(reopen(url, [other]), WrongKeysError);
      });
    });

    test('check works, again and again', async () => {
      const db = await databases.open();
      await db.check();
      await db.check();
    });

    test('a closed database says so', async () => {
      const db = await databases.open();
      await db.close();
      await assert.rejects(db.check());
      await db.close();
    });
  });
}

async function note({ kysely }: Executor, keyId: string): Promise<void> {
  await kysely
    .insertInto('sealed_check')
    .values({ key_id: `note ${keyId}`, sealed: '' })
    .execute();
}

async function notes({ kysely }: Executor): Promise<string[]> {
  const rows = await kysely.selectFrom('sealed_check').select('key_id').where('key_id', 'like', 'note %').execute();
  return rows.map(({ key_id }) => key_id.slice('note '.length)).sort();
}

async function applied({ kysely }: Executor): Promise<string[]> {
  const rows = await kysely.selectFrom('migrations').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name);
}
