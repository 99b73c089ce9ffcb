import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Dialect } from 'kysely';
import { CommitInDoubtError } from '../../add-inbox/request/commit-in-doubt-error.ts';
import { DatabaseUnusableError, StorageError } from '../database.ts';
import { createPrivateFile } from './private-file.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { isSqliteError, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_NOTADB } from './sqlite-errors.ts';
import { holdSqliteLock } from './sqlite-lock.ts';

/** SQLite works in this thread: while it waits for the operators' commands, nothing else runs, and Slack gives us 3 s. */
const BUSY_TIMEOUT_MS = 1_000;

/** The pragmas that have to be in force, and the number or word SQLite reports for each. */
const REQUIRED_PRAGMAS = [
  { name: 'journal_mode', set: 'wal', reported: 'wal' },
  { name: 'synchronous', set: 'full', reported: 2 },
  { name: 'secure_delete', set: 'on', reported: 1 },
  { name: 'foreign_keys', set: 'on', reported: 1 },
  // No sealed value in a temporary file.
  { name: 'temp_store', set: 'memory', reported: 2 },
];

/** Up to this size a look through the whole file takes a few milliseconds at start. */
const CHECKED_UP_TO_BYTES = 16 * 1024 * 1024;

export type SqliteStore = {
  dialect: Dialect;
  close(): void;
};

export class CorruptDatabaseError extends StorageError {
  constructor(path: string, cause: unknown) {
    super(
      'corrupt_database',
      `The database ${path} is damaged or is not an SQLite database. Restore a backup of it. ` +
        'Or move it away to start with an empty one, and add the API key again.',
      cause,
    );
  }
}

/**
 * Opens the file, creating it and its folder. With `lock` it is refused to a second bot; the operators' commands open it without.
 *
 * @param path without symbolic links, so that the lock and SQLite's own files stand beside the file itself
 * @throws DatabaseInUseError, CorruptDatabaseError, DatabaseUnusableError
 */
export function openSqlite(path: string, { lock }: { lock: boolean }): SqliteStore {
  const held = translateErrors(`${path}.lock`, () => (lock ? holdSqliteLock(path) : undefined));
  let database: DatabaseSync | undefined;
  try {
    database = translateErrors(path, () => {
      createPrivateFile(path);
      refuseHardLinks(path);
      database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
      setPragmas(database);
      checkPages(path, database);
      if (lock) saveFoundChanges(database);
      return database;
    });
  } catch (error) {
    database?.close();
    held?.release();
    throw error;
  }

  const opened = database;
  const { dialect, group } = createSqliteDialect(opened);
  return {
    dialect,

    close() {
      group.close();
      held?.release();
    },
  };
}

/** Says in one sentence what is wrong with the file when `work` throws SQLite's or the file system's error. */
export function translateErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStorageError(path, error);
  }
}

export function toStorageError(path: string, error: unknown): unknown {
  if (error instanceof StorageError) return error;
  if (error instanceof CommitInDoubtError) return toStorageError(path, error.cause);
  if (isSqliteError(error, SQLITE_CORRUPT, SQLITE_NOTADB)) return new CorruptDatabaseError(path, error);
  const isExternal = error instanceof Error && ('errcode' in error || 'syscall' in error);
  return isExternal ? new DatabaseUnusableError(`The database ${path} can't be used: ${error.message}.`, error) : error;
}

/** By each name SQLite would keep a log of changes beside it, which the others do not see, and damage the file. */
function refuseHardLinks(path: string) {
  const file = statSync(path);
  if (!file.isFile() || file.nlink === 1) return;
  throw new DatabaseUnusableError(
    `The database ${path} has a second name (a hard link), and SQLite would damage it. Stop every bot that uses it, then ` +
      'delete the other name. To keep a copy, run: npm run admin -- backup FILE.',
  );
}

function setPragmas(database: DatabaseSync) {
  for (const { name, set, reported } of REQUIRED_PRAGMAS) {
    database.exec(`pragma ${name} = ${set}`);
    const inForce = database.prepare(`pragma ${name}`).get()?.[name];
    if (inForce !== reported) {
      throw new DatabaseUnusableError(
        `SQLite can't keep the database safe here: ${name} is ${inForce} instead of ${set}. ` +
          'Put the file on a local disk; network file systems often do not work.',
      );
    }
  }
}

/**
 * What a process that was killed left in the log may be there in the system's memory only, and will stay so where its fsync
 * has failed: the next one that works does not save it too. Copied into the database's file, it is written anew.
 */
function saveFoundChanges(database: DatabaseSync) {
  try {
    database.exec('pragma wal_checkpoint(truncate)');
  } catch (error) {
    // Without room nothing can be committed on top of it either, and the bot says so until there is.
    if (!isSqliteError(error, SQLITE_FULL)) throw error;
  }
}

/** A file that was cut or overwritten is found here and not by the first person whose request is in the damaged part. */
function checkPages(path: string, database: DatabaseSync) {
  database.prepare('select count(*) from sqlite_schema').get();
  if (statSync(path).size > CHECKED_UP_TO_BYTES) return;
  const found = database.prepare('pragma quick_check(1)').get()?.quick_check;
  if (found !== 'ok') throw new CorruptDatabaseError(path, new Error(String(found)));
}
