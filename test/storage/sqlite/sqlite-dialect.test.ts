import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import { createSqliteDialect } from '../../../src/storage/sqlite/sqlite-dialect.ts';
import { createTransactions } from '../../../src/storage/transactions.ts';

const FSYNC_FAILED = 1034;
const DISK_FULL = 13;

/** A database whose commits fail as SQLite's do: what they are about is taken back before they throw. */
function openFailing() {
  const database = new DatabaseSync(':memory:');
  database.exec('create table write_check (id integer primary key, written_at integer not null)');
  let errcode: number | undefined;
  const exec = database.exec.bind(database);
  database.exec = (sql) => {
    if (errcode !== undefined && (sql === 'commit' || sql.startsWith('pragma user_version'))) {
      if (database.isTransaction) exec('rollback');
      throw Object.assign(new Error('disk I/O error'), { errcode });
    }
    exec(sql);
  };
  const { transaction } = createTransactions(createSqliteDialect(database).dialect, () => true);
  const write = (id: number) =>
    transaction((trx) => trx.insertInto('write_check').values({ id, written_at: 0 }).execute());
  return {
    write,
    count: () => database.prepare('select count(*) as count from write_check').get()?.count,
    fail: (code: number | undefined) => {
      errcode = code;
    },
  };
}

test('a transaction whose commit is in doubt says so, and the next ones go on', async () => {
  const { write, fail, count } = openFailing();
  fail(FSYNC_FAILED);
  await assert.rejects(write(1), CommitInDoubtError);
  await assert.rejects(write(2), CommitInDoubtError);
  fail(undefined);
  await write(3);
  assert.equal(count(), 1);
});

test('a transaction that could not be committed fails with what SQLite said', async () => {
  const { write, fail, count } = openFailing();
  fail(DISK_FULL);
  await assert.rejects(write(1), { message: 'disk I/O error', errcode: DISK_FULL });
  fail(undefined);
  await write(2);
  assert.equal(count(), 1);
});
