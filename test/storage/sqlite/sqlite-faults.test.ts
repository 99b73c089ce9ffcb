import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { CorruptDatabaseError } from '../../../src/storage/sqlite/sqlite-database.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { repositoryOf, setUpSqlite } from './sqlite-set-up.ts';

const { folder, databases, startChild } = await setUpSqlite();

describe('kill -9', () => {
  test('loses nothing that was acknowledged', async () => {
    const url = await databases.createUrl();
    const acknowledged: string[] = [];
    for (const count of [1, 40, 300]) {
      const child = startChild(url, 'commit');
      assert.equal((await child.lines.next()).value, 'open');
      for (let n = 0; n < count; n += 1) acknowledged.push(String((await child.lines.next()).value));
      await child.kill();
      for await (const line of child.lines) if (line.startsWith('request-')) acknowledged.push(line);
    }
    const db = await databases.open(url);
    const rows = await db.kysely.selectFrom('requests').select('id').execute();
    const stored = new Set(rows.map(({ id }) => id));
    assert.ok(acknowledged.length >= 341);
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
    );
    const claimed = await repositoryOf(db).claimDue(10_000);
    assert.equal(claimed.length, stored.size, 'all of it can be taken up again at once');
  });
});

test('what a killed bot left in the log is saved in the file itself before the next one works', async () => {
  const url = await databases.createUrl();
  const child = startChild(url, 'commit');
  for (let line = 0; line < 20; line += 1) await child.lines.next();
  await child.kill();
  const log = `${url.slice('sqlite:'.length)}-wal`;
  assert.ok(statSync(log).size > 0);
  await databases.open(url);
  assert.equal(statSync(log).size, 0);
});

describe('a damaged file', () => {
  async function createFilled(): Promise<string> {
    const path = folder.createPath();
    const db = await databases.open(`sqlite:${path}`);
    const requests = repositoryOf(db);
    await db.transaction(async (within) => {
      const inside = createRequestRepository({ db: within, sealer: testSealer, owner: 'a', leaseMs: 1, now: Date.now });
      for (let n = 0; n < 50; n += 1) await acceptSample(inside, String(n));
    });
    assert.equal((await requests.latest('T1', { limit: 100 })).entries.length, 50);
    await db.close();
    return path;
  }

  const damages: [string, (path: string) => void][] = [
    ['that is something else', (path) => writeFileSync(path, 'not a database, but longer than a header '.repeat(100))],
    ['that was cut', (path) => truncateSync(path, 8192)],
    ['with zeros in its middle', (path) => overwrite(path, 4096 * 3, Buffer.alloc(4096))],
    ['with a broken header', (path) => overwrite(path, 0, Buffer.from('SQLite format 4'))],
    ['with a broken schema', (path) => overwrite(path, 100, Buffer.alloc(1500, 0xff))],
  ];
  for (const [name, damage] of damages) {
    test(`${name} is refused with a sentence`, async () => {
      const path = await createFilled();
      damage(path);
      await assert.rejects(openDatabase(`sqlite:${path}`, { sealer: testSealer }), (error) => {
        assert.ok(error instanceof CorruptDatabaseError, String(error));
        assert.match(error.message, /is damaged or is not an SQLite database/);
        return true;
      });
    });
  }

  test('an empty file is a new database', async () => {
    const path = folder.createPath();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    await (await databases.open(`sqlite:${path}`)).check();
  });
});

describe('a full disk', () => {
  test('refuses what cannot be committed, by the name of the matter, and works again once there is room', async () => {
    const db = await databases.open();
    const requests = repositoryOf(db);
    const pages = await sql<{ page_count: number }>`pragma page_count`.execute(db.kysely);
    await sql`pragma max_page_count = ${sql.lit((pages.rows[0]?.page_count ?? 0) + 2)}`.execute(db.kysely);
    const acknowledged: string[] = [];
    const untilFull = async () => {
      for (let n = 0; ; n += 1) acknowledged.push((await acceptSample(requests, String(n))).id);
    };
    await assert.rejects(untilFull(), /database or disk is full/);
    const inTransaction = db.transaction(async ({ kysely }) => {
      await kysely
        .insertInto('sealed_check')
        .values({ key_id: 'big', sealed: 'x'.repeat(100_000) })
        .execute();
    });
    await assert.rejects(inTransaction, /database or disk is full/);

    await sql`pragma max_page_count = 1000000`.execute(db.kysely);
    await acceptSample(requests, 'afterwards');
    const stored = (await requests.latest('T1', { limit: 1000 })).entries.map(({ id }) => id);
    assert.deepEqual(stored.sort(), [...acknowledged, 'request-afterwards'].sort());
  });
});

function overwrite(path: string, position: number, bytes: Buffer) {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}
