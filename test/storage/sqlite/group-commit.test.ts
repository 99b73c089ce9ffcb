import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import { createGroupCommit } from '../../../src/storage/sqlite/group-commit.ts';

/** A database with one table, what it holds for another process that reads it now, and how often it committed. */
function openCounted(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-group-'));
  const path = join(folder, 'bot.db');
  const database = new DatabaseSync(path);
  database.exec('pragma journal_mode = wal; create table items (name text not null primary key)');
  const other = new DatabaseSync(path);
  let commits = 0;
  let failing: Error | undefined;
  const exec = database.exec.bind(database);
  database.exec = (sql) => {
    if (sql === 'commit') {
      commits += 1;
      if (failing !== undefined) throw failing;
    }
    exec(sql);
  };
  const group = createGroupCommit(database);
  context.after(() => {
    group.close();
    other.close();
    rmSync(folder, { recursive: true });
  });
  const insert = (name: string) => () => database.prepare('insert into items values (?)').run(name);
  return {
    database,
    group,
    insert,
    add: (name: string) => group.write(insert(name)),
    list: () =>
      database
        .prepare('select name from items order by name')
        .all()
        .map(({ name }) => name),
    listOutside: () =>
      other
        .prepare('select name from items order by name')
        .all()
        .map(({ name }) => name),
    commits: () => commits,
    failCommits: (error: Error | undefined) => {
      failing = error;
    },
  };
}

test('what is written at once is committed once, and nobody hears of it before', async (context) => {
  const { add, listOutside, commits } = openCounted(context);
  const heard: string[] = [];
  const writes = ['a', 'b', 'c'].map((name) => add(name).then(() => heard.push(name)));
  await Promise.resolve();
  assert.deepEqual([heard, listOutside(), commits()], [[], [], 0]);
  await Promise.all(writes);
  assert.deepEqual([heard, listOutside(), commits()], [['a', 'b', 'c'], ['a', 'b', 'c'], 1]);
});

test('a resolved write is there for everybody, each time', async (context) => {
  const { add, listOutside } = openCounted(context);
  for (const name of ['a', 'b', 'c']) {
    await add(name);
    assert.ok(listOutside().includes(name));
  }
});

test('a statement that fails takes nothing of the others with it', async (context) => {
  const { add, listOutside, commits } = openCounted(context);
  const [first, second, third] = await Promise.allSettled([add('a'), add('a'), add('b')]);
  assert.deepEqual([first?.status, second?.status, third?.status], ['fulfilled', 'rejected', 'fulfilled']);
  assert.deepEqual([listOutside(), commits()], [['a', 'b'], 1]);
});

test('a statement that fails alone leaves no transaction open', async (context) => {
  const { database, add } = openCounted(context);
  await add('a');
  await assert.rejects(add('a'), /UNIQUE/);
  await nextTurn();
  assert.equal(database.isTransaction, false);
});

test('a commit that fails is reported to everybody in it, and the next ones start anew', async (context) => {
  const { add, failCommits, listOutside } = openCounted(context);
  failCommits(new Error('the disk is full'));
  const failed = await Promise.allSettled([add('a'), add('b')]);
  assert.deepEqual(
    failed.map((each) => each.status === 'rejected' && each.reason.message),
    ['the disk is full', 'the disk is full'],
  );
  failCommits(undefined);
  await add('c');
  assert.deepEqual(listOutside(), ['c']);
});

/** As `openCounted`, with a disk on which a COMMIT fails as SQLite's do: what it was about is taken back before it throws. */
function openOnDisk(context: TestContext) {
  const opened = openCounted(context);
  const { database } = opened;
  let errcode: number | undefined;
  let overwrites = 0;
  const exec = database.exec.bind(database);
  database.exec = (sql) => {
    const isOverwriting = sql.startsWith('pragma user_version');
    if (isOverwriting) overwrites += 1;
    if (errcode !== undefined && (sql === 'commit' || isOverwriting)) {
      if (database.isTransaction) exec('rollback');
      throw Object.assign(new Error('disk I/O error'), { errcode });
    }
    exec(sql);
  };
  return {
    ...opened,
    overwrites: () => overwrites,
    breakDisk: (code: number | undefined) => {
      errcode = code;
    },
  };
}

const FSYNC_FAILED = 1034;
const DISK_FULL = 13;
const WRITE_FAILED = 778;

test('a commit that may be in the log all the same is overwritten before anybody hears that it failed', async (context) => {
  const { database, add, breakDisk, overwrites, listOutside } = openOnDisk(context);
  breakDisk(FSYNC_FAILED);
  const { exec } = database;
  database.exec = (sql) => {
    // The disk recovers right after the commit.
    if (sql.startsWith('pragma')) breakDisk(undefined);
    exec(sql);
  };
  const heard = await add('a').catch((error: unknown) => ({ error, overwrites: overwrites() }));
  assert.deepEqual(heard, {
    error: Object.assign(new Error('disk I/O error'), { errcode: FSYNC_FAILED }),
    overwrites: 1,
  });
  database.exec = exec;
  await add('b');
  assert.deepEqual([overwrites(), listOutside()], [1, ['b']]);
});

test('until it could be overwritten nobody can know, whatever they ask', async (context) => {
  const { group, add, breakDisk, list } = openOnDisk(context);
  breakDisk(FSYNC_FAILED);
  const read = add('a').catch(() => group.read(list));
  await assert.rejects(read, CommitInDoubtError);
  await assert.rejects(add('b'), CommitInDoubtError);
  await assert.rejects(group.begin(), CommitInDoubtError);
  breakDisk(undefined);
  assert.deepEqual(await group.read(list), []);
});

test('what found no room or could not be written is not in the log, and everything can still be read', async (context) => {
  const { group, add, breakDisk, list, overwrites } = openOnDisk(context);
  for (const errcode of [DISK_FULL, WRITE_FAILED]) {
    breakDisk(errcode);
    await assert.rejects(add('a'), (error) => !(error instanceof CommitInDoubtError));
    assert.deepEqual([await group.read(list), overwrites()], [[], 0]);
  }
});

test('a group that SQLite took back as a whole is reported to everybody in it, and nothing follows in it', async (context) => {
  const { database, group, add, insert, listOutside } = openCounted(context);
  const first = add('a');
  const transaction = await group.begin();
  transaction.run(insert('b'));
  assert.throws(() =>
    transaction.run(() => {
      database.exec('rollback');
      throw new Error('the disk is full');
    }),
  );
  assert.throws(() => transaction.run(insert('c')), /rolled back/);
  await assert.rejects(transaction.commit(), /rolled back/);
  transaction.rollback();
  await assert.rejects(first, /the disk is full/);
  await add('d');
  assert.deepEqual(listOutside(), ['d']);
});

test('a transaction has nobody between its statements, and is undone alone', async (context) => {
  const { group, add, insert, listOutside, commits } = openCounted(context);
  const before = add('a');
  const transaction = await group.begin();
  transaction.run(insert('b'));
  const between = add('c');
  await nextTurn();
  assert.deepEqual([listOutside(), commits()], [[], 0], 'the group waits for the transaction');
  transaction.rollback();
  await Promise.all([before, between]);
  assert.deepEqual(listOutside(), ['a', 'c']);
});

test('transactions come one after the other, and each commit is heard of once it is on disk', async (context) => {
  const { group, insert, listOutside } = openCounted(context);
  const work = async (name: string) => {
    const transaction = await group.begin();
    transaction.run(insert(name));
    await Promise.resolve();
    transaction.run(insert(`${name}2`));
    await transaction.commit();
    assert.ok(listOutside().includes(`${name}2`));
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  assert.deepEqual(listOutside(), ['a', 'a2', 'b', 'b2', 'c', 'c2']);
});

test('what was read is on disk when it is heard of', async (context) => {
  const { group, add, list, listOutside, failCommits } = openCounted(context);
  const write = add('a');
  assert.deepEqual(await group.read(list), ['a']);
  assert.deepEqual(listOutside(), ['a']);
  await write;
  failCommits(new Error('the disk is full'));
  const refused = add('b');
  await assert.rejects(group.read(list), /the disk is full/);
  await assert.rejects(refused);
});

test('closing commits what is open; of a transaction that is half-way nothing stays', async (context) => {
  const { group, add, listOutside } = openCounted(context);
  const write = add('a');
  await Promise.resolve();
  group.close();
  await write;
  assert.deepEqual(listOutside(), ['a']);
  group.close();

  const other = openCounted(context);
  const transaction = await other.group.begin();
  transaction.run(other.insert('b'));
  other.group.close();
  await assert.rejects(transaction.commit(), /rolled back/);
  assert.deepEqual(other.listOutside(), []);
});
