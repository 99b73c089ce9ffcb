import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { ClaimedRequest } from '../../../src/add-inbox/request/request.ts';
import { DatabaseUnusableError } from '../../../src/storage/database.ts';
import { explainDatabaseError, openDatabase } from '../../../src/storage/open-database.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { repositoryOf, setUpSqlite } from './sqlite-set-up.ts';

const { folder, databases } = await setUpSqlite();

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
    const isFolder = folder.createPath();
    mkdirSync(isFolder, { recursive: true });
    for (const unusable of [path, isFolder]) {
      await assert.rejects(openDatabase(`sqlite:${unusable}`, { sealer: testSealer }), (error) => {
        assert.ok(error instanceof DatabaseUnusableError);
        assert.ok(error.message.startsWith(`The database ${unusable} can't be used: `), error.message);
        assert.match(error.message, /must be able to write the file and its folder\.$/);
        return true;
      });
    }
  });

  test('that its user can only read keeps the bot from starting', async () => {
    const path = folder.createPath();
    await (await databases.open(`sqlite:${path}`)).close();
    chmodSync(path, 0o444);
    rmSync(`${path}.lock`);
    const data = dirname(path);
    for (const above of [data, dirname(data), dirname(dirname(data))]) chmodSync(above, 0o777);
    const open = `
      const { openDatabase } = await import(${JSON.stringify(import.meta.resolve('../../../src/storage/open-database.ts'))});
      const { testSealer } = await import(${JSON.stringify(import.meta.resolve('../samples.ts'))});
      if (process.getuid() === 0) process.setuid(65534);
      await openDatabase(${JSON.stringify(`sqlite:${path}`)}, { sealer: testSealer }).catch(({ message }) => console.log(message));
    `;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', open], { encoding: 'utf8' });
    assert.match(stdout, /can't be used: EACCES: .*'\. The user who runs this must be able to write the file/);
  });

  test('whose disk is full, or that another program holds, is named to the operator with what to do', async () => {
    const path = folder.createPath();
    const url = `sqlite:${path}`;
    const db = await databases.open(url);
    const explain = async (statement: string): Promise<string> => {
      const failed = await sql
        .raw(statement)
        .execute(db.kysely)
        .then(
          () => assert.fail(),
          (error: unknown) => error,
        );
      const error = explainDatabaseError(url, failed);
      return error instanceof DatabaseUnusableError ? error.message : 'unchanged';
    };
    await sql`pragma max_page_count = 1`.execute(db.kysely);
    const named = `The database ${path} can't be used: `;
    assert.equal(
      await explain('create table t as select zeroblob(100000)'),
      `${named}database or disk is full. Make room on its disk.`,
    );
    await sql`pragma busy_timeout = 0`.execute(db.kysely);
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    assert.equal(
      await explain('insert into write_check (id, written_at) values (7, 7)'),
      `${named}database is locked. Another program is working on it. End that program or wait, then try again.`,
    );
    other.close();
    assert.equal(await explain('select * from no_such_table'), 'unchanged');
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
    for (const request of (await requests.latest('T1', { limit: 100 })).entries) {
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
