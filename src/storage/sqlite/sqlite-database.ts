import { accessSync, constants, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Dialect } from 'kysely';
import { DatabaseUnusableError, StorageError } from '../database.ts';
import { createPrivateFile } from './private-file.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { findAdvice, isSqliteError, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_NOTADB } from './sqlite-errors.ts';
import { holdSqliteLock } from './sqlite-lock.ts';

/** SQLite runs in this thread. While it waits for an operators' command, nothing else runs, and Slack allows us 3 s. */
const BUSY_TIMEOUT_MS = 1_000;

/** The required pragmas, and the number or word that SQLite reports for each. */
const REQUIRED_PRAGMAS = [
  { name: 'journal_mode', set: 'wal', reported: 'wal' },
  { name: 'synchronous', set: 'full', reported: 2 },
  { name: 'secure_delete', set: 'on', reported: 1 },
  { name: 'foreign_keys', set: 'on', reported: 1 },
  // Keeps sealed values out of temporary files.
  { name: 'temp_store', set: 'memory', reported: 2 },
];

/** Up to this size, checking the whole file at start takes a few milliseconds. */
const CHECKED_UP_TO_BYTES = 16 * 1024 * 1024;

type SqliteStore = {
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
 * Opens the file and creates it and its folder if needed. With `lock`, a second bot can't open it. The operators' commands open
 * it without.
 *
 * @param path without symbolic links, so that the lock and SQLite's own files are beside the file itself
 * @throws DatabaseInUseError, CorruptDatabaseError, DatabaseUnusableError
 */
export function openSqlite(path: string, { lock }: { lock: boolean }): SqliteStore {
  const held = translateErrors(path, () => (lock ? holdSqliteLock(path) : undefined));
  let database: DatabaseSync | undefined;
  try {
    database = translateErrors(path, () => {
      createPrivateFile(path);
      if (lock) accessSync(path, constants.W_OK);
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

/** Converts errors of SQLite or the file system that `work` throws into one sentence about the problem. */
export function translateErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStorageError(path, error);
  }
}

/** The error in words for an operator, where the file or its disk is the cause; any other error unchanged. */
export function toStorageError(path: string, error: unknown): unknown {
  if (error instanceof StorageError) return error;
  if (isSqliteError(error, SQLITE_CORRUPT, SQLITE_NOTADB)) return new CorruptDatabaseError(path, error);
  if (!(error instanceof Error) || !('errcode' in error || 'syscall' in error)) return error;
  const sentences = [`The database ${path} can't be used: ${error.message}.`, findAdvice(error)];
  return new DatabaseUnusableError(sentences.filter((sentence) => sentence !== undefined).join(' '), error);
}

/**
 * SQLite would keep a separate log of changes for each name of the file. The logs don't see each other and would damage the file.
 */
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
 * The changes of a process that was killed may exist only in the system's memory. If their fsync failed, a later successful fsync
 * does not save them either. Copying the log into the database file writes them again.
 */
function saveFoundChanges(database: DatabaseSync) {
  try {
    database.exec('pragma wal_checkpoint(truncate)');
  } catch (error) {
    // On a full disk, nothing new can be committed either, and the bot reports that until there is space.
    if (!isSqliteError(error, SQLITE_FULL)) throw error;
  }
}

/** Finds a truncated or overwritten file at start, before a person's request hits the damaged part. */
function checkPages(path: string, database: DatabaseSync) {
  database.prepare('select count(*) from sqlite_schema').get();
  if (statSync(path).size > CHECKED_UP_TO_BYTES) return;
  const found = database.prepare('pragma quick_check(1)').get()?.quick_check;
  if (found !== 'ok') throw new CorruptDatabaseError(path, new Error(String(found)));
}
