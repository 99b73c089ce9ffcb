import { DatabaseSync } from 'node:sqlite';
import { StorageError } from '../database.ts';
import { createPrivateFile } from './private-file.ts';
import { isSqliteError, SQLITE_BUSY } from './sqlite-errors.ts';

export class DatabaseInUseError extends StorageError {
  constructor(path: string) {
    super(
      'database_in_use',
      `Another bot is running on the database ${path}. Stop that bot, or give this one another DATABASE_URL. ` +
        'Several bots can share a PostgreSQL database.',
    );
  }
}

/**
 * Holds `<path>.lock` until it is closed or the process ends in any way, because the operating system holds the lock. The lock is
 * a separate database, so that the operators' commands can open the real one while a bot is running.
 *
 * @throws DatabaseInUseError if another process holds the lock
 */
export function holdSqliteLock(path: string): { release(): void } {
  const lockPath = `${path}.lock`;
  createPrivateFile(lockPath);
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive;');
  } catch (error) {
    lock.close();
    if (isSqliteError(error, SQLITE_BUSY)) throw new DatabaseInUseError(path);
    throw error;
  }
  return {
    release() {
      if (lock.isOpen) lock.close();
    },
  };
}
