import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { ClaimedRequest } from '../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../src/storage/database.ts';
import { DatabaseUnusableError } from '../../../src/storage/database.ts';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { createRequestRepository, type RequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { CorruptDatabaseError } from '../../../src/storage/sqlite/sqlite-database.ts';
import { DatabaseInUseError } from '../../../src/storage/sqlite/sqlite-lock.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { createTemporaryFolder, createTestDatabases } from '../test-databases.ts';

const folder = await createTemporaryFolder();
const databases = createTestDatabases('sqlite', async () => `sqlite:${folder.createPath()}`);
after(() => folder.remove());
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  return databases.closeAll();
});

function repositoryOf(db: Database): RequestRepository {
  return createRequestRepository({ db, sealer: testSealer, owner: 'a', leaseMs: 1000, now: Date.now });
}

describe('the file', () => {
  test('and its folder are created for this user alone', async () => {
    const path = folder.createPath();
    await databases.open(`sqlite:${path}`);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
    for (const name of readdirSync(dirname(path))) {
      assert.equal(statSync(join(dirname(path), name)).mode & 0o777, 0o600, name);
    }
  });

  test('that is there already keeps its mode', async () => {
    const path = folder.createPath();
    await (await databases.open(`sqlite:${path}`)).close();
    chmodSync(path, 0o640);
    await databases.open(`sqlite:${path}`);
    assert.equal(statSync(path).mode & 0o777, 0o640);
  });

  test('is written safely', async () => {
    const { kysely } = await databases.open();
    const { rows } = await sql`
      select * from pragma_journal_mode, pragma_synchronous, pragma_secure_delete, pragma_foreign_keys, pragma_temp_store
    `.execute(kysely);
    assert.deepEqual(
      { ...(rows[0] ?? {}) },
      { journal_mode: 'wal', synchronous: 2, secure_delete: 1, foreign_keys: 1, temp_store: 2 },
    );
  });

  test('may be given relative to the working folder, or with slashes', async () => {
    const path = folder.createPath();
    await databases.open(`sqlite://${path}`);
    assert.ok(existsSync(path));
  });

  test('whose folder cannot be is refused with a sentence', async () => {
    const path = folder.createPath();
    mkdirSync(dirname(dirname(path)), { recursive: true });
    writeFileSync(dirname(path), 'a file where the folder should be');
    await assert.rejects(openDatabase(`sqlite:${path}`, { sealer: testSealer }), DatabaseUnusableError);

    const isFolder = folder.createPath();
    mkdirSync(isFolder, { recursive: true });
    await assert.rejects(openDatabase(`sqlite:${isFolder}`, { sealer: testSealer }), DatabaseUnusableError);
  });

  test('is the only kind of address besides postgres', async () => {
    for (const url of ['', 'sqlite:', 'mysql://x:planted@y', 'postgres://x:planted@[', 'data.db']) {
      await assert.rejects(openDatabase(url, { sealer: testSealer }), (error) => {
        assert.ok(error instanceof DatabaseUnusableError);
        assert.ok(!JSON.stringify(error, Object.getOwnPropertyNames(error)).includes('planted'));
        return true;
      });
    }
  });
});

describe('a second bot', () => {
  test('on the same file is refused, the operators’ commands are not; killing the first one frees the file', async () => {
    const url = await databases.createUrl();
    const first = startChild(url);
    assert.equal((await first.lines.next()).value, 'open');

    await assert.rejects(databases.open(url), (error) => {
      assert.ok(error instanceof DatabaseInUseError);
      assert.match(error.message, /Another bot is running/);
      return true;
    });
    const tool = await databases.open(url, { role: 'tool' });
    await tool.check();
    assert.equal(await repositoryOf(tool).nextDueAt(), undefined);

    await first.kill();
    const db = await databases.open(url);
    await db.check();
  });

  describe('under another name of the same file', () => {
    const names: [string, (path: string) => string][] = [
      ['a symbolic link', (path) => link(path, 'link.db')],
      ['a link to a link, relative', (path) => link(basename(link(path, 'link.db')), join(dirname(path), 'second.db'))],
      ['a linked folder', (path) => join(link(dirname(path), 'folder'), basename(path))],
      ['a detour', (path) => `${dirname(path)}/../data/./${basename(path)}`],
      ['a path relative to the working folder', (path) => relative(process.cwd(), path)],
    ];
    for (const [name, createName] of names) {
      for (const isThere of [true, false]) {
        test(`${name} is refused, ${isThere ? 'beside the file' : 'the first bot making the file through it'}`, async () => {
          const path = folder.createPath();
          mkdirSync(dirname(path), { recursive: true });
          if (isThere) await (await databases.open(`sqlite:${path}`)).close();
          const other = createName(path);
          const [first, second] = isThere ? [path, other] : [other, path];
          const bot = startChild(`sqlite:${first}`);
          assert.equal((await bot.lines.next()).value, 'open');
          await assert.rejects(databases.open(`sqlite:${second}`), DatabaseInUseError);
          await (await databases.open(`sqlite:${second}`, { role: 'tool' })).check();
          assert.equal(statSync(path).mode & 0o777, 0o600);
        });
      }
    }

    test('a hard link is refused to everybody, and told how to mend it', async () => {
      const path = folder.createPath();
      const bot = startChild(`sqlite:${path}`);
      assert.equal((await bot.lines.next()).value, 'open');
      const other = join(dirname(path), 'other.db');
      linkSync(path, other);
      for (const role of ['bot', 'tool'] as const) {
        await assert.rejects(databases.open(`sqlite:${other}`, { role }), (error) => {
          assert.ok(error instanceof DatabaseUnusableError);
          assert.match(error.message, /other\.db has a second name \(a hard link\)/);
          return true;
        });
      }
      await bot.kill();
      await assert.rejects(databases.open(`sqlite:${path}`), DatabaseUnusableError);
      unlinkSync(other);
      await (await databases.open(`sqlite:${path}`)).check();
    });

    test('links that lead nowhere are refused with a sentence', async () => {
      const path = folder.createPath();
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(path, path);
      await assert.rejects(databases.open(`sqlite:${path}`), DatabaseUnusableError);
    });
  });

  test('in the same process is refused too, until the first is closed', async () => {
    const url = await databases.createUrl();
    const first = await databases.open(url);
    await assert.rejects(databases.open(url), DatabaseInUseError);
    // A refused attempt must not take the lock away, as closing any file handle of it would.
    const other = startChild(url);
    assert.equal((await other.lines.next()).done, true);
    await first.close();
    await databases.open(url);
  });

  test('that failed to open leaves the file free', async () => {
    const url = await databases.createUrl();
    const failing = [{ name: 'x', up: () => Promise.reject(new Error('no')) }];
    await assert.rejects(databases.open(url, { migrations: failing }));
    await databases.open(url);
  });
});

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
    assert.equal((await requests.latest('T1', 100)).length, 50);
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
    const stored = (await requests.latest('T1', 1000)).map(({ id }) => id);
    assert.deepEqual(stored.sort(), [...acknowledged, 'request-afterwards'].sort());
  });
});

describe('a transaction', () => {
  test('keeps other writers out from its beginning, so that it can go on to write what it read', async () => {
    const url = await databases.createUrl();
    const db = await databases.open(url);
    const tool = await databases.open(url, { role: 'tool' });
    await sql`pragma busy_timeout = 0`.execute(tool.kysely);
    await db.transaction(async ({ kysely }) => {
      await kysely.selectFrom('sealed_check').selectAll().execute();
      await assert.rejects(tool.check(), /database is locked/);
      await kysely.deleteFrom('sealed_check').execute();
    });
    await tool.check();
  });
});

describe('secrets', () => {
  test('are never readable in any file, and once the bot has stopped what was deleted is not there sealed either', async () => {
    const path = folder.createPath();
    const db = await databases.open(`sqlite:${path}`);
    const requests = repositoryOf(db);
    const keys = createColdsendKeyRepository({ db, sealer: testSealer, now: Date.now });
    const planted = 'pl4nted';
    const readFiles = () => readAll(dirname(path));

    for (let n = 0; n < 30; n += 1) {
      // Up to 500 characters, so that some lie on overflow pages.
      const passwords = { smtp_password: planted.repeat(1 + n * 2), imap_password: `${planted}-${n}` };
      await acceptSample(requests, String(n), { passwords, responseUrl: `https://hooks.slack.com/${planted}/${n}` });
    }
    await keys.save({
      teamId: 'T1',
      owner: WORKSPACE,
      apiKey: `cs_live_${planted}`,
      storedBy: 'U1',
      status: 'works',
      missingScopes: [],
    });
    await keys.save({
      teamId: 'T1',
      owner: WORKSPACE,
      apiKey: `cs_live_${planted}2`,
      storedBy: 'U1',
      status: 'works',
      missingScopes: [],
    });
    const rows = await db.kysely
      .selectFrom('requests')
      .innerJoin('request_passwords', 'request_id', 'id')
      .select(['sealed', 'response_url'])
      .execute();
    const key = await db.kysely.selectFrom('coldsend_keys').select('sealed_key').executeTakeFirstOrThrow();
    const passwords = rows.map((row) => row.sealed);
    const sealed = [...passwords, ...rows.map((row) => String(row.response_url)), String(key.sealed_key)];
    assert.equal(sealed.length, 61);
    const before = readFiles();
    assert.ok(!before.includes(planted));
    assert.ok(sealed.every((text) => fragmentsOf(text).some((fragment) => before.includes(fragment))));

    const settled: ClaimedRequest[] = [];
    for (const request of await requests.latest('T1', 100)) {
      assert.ok(!('unreadable' in request));
      settled.push(
        await requests.advance({ ...request, fence: 1 }, { state: 'settled', outcome: { kind: 'expired' } }),
      );
    }
    for (const held of settled) await requests.advance(held, { state: 'reported' }, { release: true });
    await keys.remove('T1', WORKSPACE);
    await db.close();
    const files = readFiles();
    assertGone(files, [...passwords, String(key.sealed_key)]);
    assert.ok(files.includes('jane@acme.com'), 'the files were read');
    assert.ok(!files.includes(planted));
  });
});

function assertGone(files: string, sealed: string[]) {
  for (const text of sealed) {
    for (const fragment of fragmentsOf(text)) assert.ok(!files.includes(fragment), 'sealed text is left');
  }
}

/** A long text can lie on several pages. */
function fragmentsOf(sealed: string): string[] {
  return sealed.slice('v1.test.'.length).match(/.{24}/g) ?? [];
}

/** By another process: closing a file here would drop SQLite's POSIX locks on it. */
function readAll(path: string): string {
  const files = readdirSync(path).map((name) => join(path, name));
  return execFileSync('cat', files, { encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 });
}

function overwrite(path: string, position: number, bytes: Buffer) {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}

/** A symbolic link to `target`, beside the target unless it says where; returns its path. */
function link(target: string, name: string): string {
  const path = resolve(dirname(target), name);
  symlinkSync(target, path);
  return path;
}

function startChild(url: string, ...rest: string[]) {
  const script = fileURLToPath(new URL('./hold-database.ts', import.meta.url));
  const child = spawn(process.execPath, [script, url, ...rest], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.add(child);
  child.on('exit', () => children.delete(child));
  return {
    lines: createInterface(child.stdout)[Symbol.asyncIterator](),
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
