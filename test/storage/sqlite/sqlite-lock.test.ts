import assert from 'node:assert/strict';
import { linkSync, mkdirSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { DatabaseUnusableError } from '../../../src/storage/database.ts';
import { DatabaseInUseError } from '../../../src/storage/sqlite/sqlite-lock.ts';
import { repositoryOf, setUpSqlite } from './sqlite-set-up.ts';

const { folder, databases, startChild } = await setUpSqlite();

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
    assert.deepEqual((await repositoryOf(tool).latest('T1', { limit: 1 })).entries, []);

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

    test('a hard link is refused to everybody, with what to do about it', async () => {
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

/** A symbolic link to `target`, beside the target unless it says where; returns its path. */
function link(target: string, name: string): string {
  const path = resolve(dirname(target), name);
  symlinkSync(target, path);
  return path;
}
