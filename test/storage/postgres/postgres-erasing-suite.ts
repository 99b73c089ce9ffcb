import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository, type RequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

export function describePostgresErasing(databases: TestDatabases) {
  describe('erasing on PostgreSQL', () => {
    let url: string;
    let db: Database;
    let requests: RequestRepository;
    before(async () => {
      url = await databases.createUrl();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      db = await databases.open(url);
      await emptyTables(db);
      requests = createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now });
    });

    async function settleAll(names: string[]): Promise<string[]> {
      const held = await Promise.all(names.map((name) => acceptSample(requests, name)));
      const rows = await db.kysely.selectFrom('request_passwords').select('sealed').execute();
      for (const request of held) await requests.advance(request, { state: 'settled', outcome: { kind: 'expired' } });
      return rows.map(({ sealed }) => sealed);
    }

    test('takes settled passwords out of all files of the database, and leaves the others', async () => {
      const waiting = await acceptSample(requests, 'waiting');
      const { sealed: kept } = await db.kysely
        .selectFrom('request_passwords')
        .select('sealed')
        .executeTakeFirstOrThrow();
      const sealed = (await settleAll(['1', '2', '3'])).filter((text) => text !== kept);
      assert.equal(sealed.length, 3);
      const before = await readFiles(db);
      assert.ok(
        sealed.every((text) => before.includes(text)),
        'PostgreSQL leaves deleted rows in the file',
      );
      await db.eraseFreed();
      const files = await readFiles(db);
      for (const text of sealed) assert.ok(!files.includes(text));
      assert.ok(files.includes(kept));
      assert.equal((await requests.openPasswords(waiting)).imap_password, 'other');
    });

    test('what PostgreSQL samples for its statistics while they are waiting is not of them', async () => {
      const names = Array.from({ length: 20 }, (_, index) => `sampled-${index}`);
      const held = await Promise.all(names.map((name) => acceptSample(requests, name)));
      const rows = await db.kysely.selectFrom('request_passwords').select('sealed').execute();
      await sql`analyze`.execute(db.kysely);
      for (const request of held) await requests.advance(request, { state: 'settled', outcome: { kind: 'expired' } });
      await db.eraseFreed();
      const files = await readFiles(db);
      assert.equal(rows.length, names.length);
      for (const { sealed } of rows) assert.ok(!files.includes(sealed));
    });

    test('an idle transaction that could still see them does not keep them', async () => {
      const other = await databases.open(url);
      await other.transaction(async (within) => {
        await sql`set transaction isolation level repeatable read`.execute(within.kysely);
        await sql`select count(*) from requests`.execute(within.kysely);
        const sealed = await settleAll(['1']);
        await db.eraseFreed();
        const files = await readFiles(db);
        for (const text of sealed) assert.ok(!files.includes(text));
      });
    });

    test('somebody who reads the table for long is not waited for, and holds nobody up', async () => {
      const other = await databases.open(url);
      await other.transaction(async (within) => {
        await sql`select * from request_passwords`.execute(within.kysely);
        await settleAll(['1']);
        const erased = db.eraseFreed();
        const startedAt = performance.now();
        await acceptSample(requests, '2');
        assert.ok(performance.now() - startedAt < 1_000);
        await erased;
      });
      await acceptSample(requests, '3');
    });

    test('what is left is done when the database is closed', async () => {
      const sealed = await settleAll(['1']);
      void db.eraseFreed();
      await db.close();
      db = await databases.open(url);
      const files = await readFiles(db);
      for (const text of sealed) assert.ok(!files.includes(text));
    });

    test('replicas that do it at once do not disturb each other', async () => {
      const replicas = await Promise.all([databases.open(url), databases.open(url)]);
      await settleAll(['1', '2']);
      await Promise.all([db, ...replicas].map((replica) => replica.eraseFreed()));
      await acceptSample(requests, '3');
    });

    test('a removed API key is taken out too', async () => {
      const keys = createColdsendKeyRepository({ db, sealer: testSealer, now: Date.now });
      await keys.save({ teamId: 'T1', apiKey: 'cs_live_1', storedBy: 'U1', status: 'works', missingScopes: [] });
      const { sealed_key } = await db.kysely.selectFrom('coldsend_keys').select('sealed_key').executeTakeFirstOrThrow();
      await keys.remove('T1');
      assert.ok((await readFiles(db)).includes(String(sealed_key)));
      await db.eraseFreed('coldsend_keys');
      assert.ok(!(await readFiles(db)).includes(String(sealed_key)));
    });
  });
}

/** Every file of this database as it is on disk, but for the log of changes, which all databases of the server share. */
async function readFiles({ kysely }: Database): Promise<string> {
  await sql`checkpoint`.execute(kysely);
  const { rows } = await sql<{ root: string; path: string }>`
    select current_setting('data_directory') as root, pg_relation_filepath('request_passwords') as path
  `.execute(kysely);
  const [row] = rows;
  assert.ok(row);
  const folder = join(row.root, row.path, '..');
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
  return files.join('\n');
}
