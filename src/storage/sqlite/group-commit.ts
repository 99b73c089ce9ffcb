import type { DatabaseSync } from 'node:sqlite';
import { CommitInDoubtError } from '../../add-inbox/request/commit-in-doubt-error.ts';
import { isSqliteError, isWriteError, SQLITE_FULL } from './sqlite-errors.ts';

export type GroupCommit = {
  /**
   * Runs a statement that reads. Resolves once every change that it may have seen is on disk, and every change that it has not
   * seen can't reappear. @throws CommitInDoubtError
   */
  read<T>(statement: () => T): Promise<T>;
  /** Runs a statement that writes. Resolves once the write is on disk, and rejects if it is not. @throws CommitInDoubtError */
  write<T>(statement: () => T): Promise<T>;
  /** A transaction of several statements, without other callers' statements in between. */
  begin(): Promise<GroupTransaction>;
  /** Commits the open group, or rolls it back if a transaction is unfinished, and closes the database. */
  close(): void;
};

export type GroupTransaction = {
  run<T>(statement: () => T): T;
  /** Resolves once all statements of the transaction are on disk. @throws CommitInDoubtError */
  commit(): Promise<void>;
  rollback(): void;
};

/** The statements of several callers in one SQLite transaction, so that all of them share one wait for the disk. */
type Group = { isOver: boolean; committed: Promise<void>; end(error?: unknown): void };

/**
 * Commits all writes of one event-loop iteration together. Waiting for the disk takes longer than everything else a statement
 * does, and blocks this thread. A write is reported as successful only after that wait, so it is as durable as a separate commit.
 * A failed statement undoes only its own changes, and a failed transaction only its own, by a savepoint inside the group. If
 * SQLite rolls back the whole group, as on a full disk, every caller in it gets the error.
 *
 * If the fsync of a COMMIT fails, its changes are complete in the log (WAL). This process doesn't see them, but a process that
 * opens the file after a crash treats them as committed. So the changes are overwritten before the failure is reported. If that
 * fails too, every caller in the group gets a CommitInDoubtError, and so do later callers until the changes are overwritten.
 */
export function createGroupCommit(database: DatabaseSync): GroupCommit {
  let group: Group | undefined;
  /** Resolves when the transaction that uses the group exclusively is over. */
  let occupied: Promise<void> | undefined;
  /** Whether the log may end in changes that were reported as failed. */
  let mayComeBack = false;

  return { read, write, begin, close };

  async function read<T>(statement: () => T): Promise<T> {
    while (occupied !== undefined) await occupied;
    overwriteFailed();
    const seen = group;
    const result = statement();
    await seen?.committed;
    return result;
  }

  async function write<T>(statement: () => T): Promise<T> {
    while (occupied !== undefined) await occupied;
    const joined = join();
    const result = runIn(joined, statement);
    await joined.committed;
    return result;
  }

  async function begin(): Promise<GroupTransaction> {
    while (occupied !== undefined) await occupied;
    const joined = join();
    const { promise, resolve } = Promise.withResolvers<void>();
    runIn(joined, () => database.exec('savepoint of_group'));
    occupied = promise;
    return {
      run: (statement) => runIn(joined, statement),
      async commit() {
        runIn(joined, () => database.exec('release of_group'));
        leave();
        await joined.committed;
      },
      rollback() {
        if (!joined.isOver) runIn(joined, () => database.exec('rollback to of_group; release of_group'));
        leave();
      },
    };

    function leave(): void {
      occupied = undefined;
      resolve();
    }
  }

  function close(): void {
    if (!database.isOpen) return;
    if (occupied !== undefined) group?.end(new Error('the database was closed'));
    else if (group !== undefined) commit(group);
    database.close();
  }

  function join(): Group {
    if (group !== undefined) return group;
    overwriteFailed();
    // Takes the write lock at the beginning. A transaction that reads first and then writes fails at once if another process has
    // written in between, without waiting for the busy timeout.
    database.exec('begin immediate');
    const opened = createGroup();
    group = opened;
    setImmediate(() => commitWhenFree(opened));
    return opened;
  }

  function runIn<T>(joined: Group, statement: () => T): T {
    if (joined.isOver) throw new Error('the transaction was rolled back');
    try {
      return statement();
    } catch (error) {
      if (!database.isTransaction) over(joined, error);
      throw error;
    }
  }

  async function commitWhenFree(opened: Group): Promise<void> {
    while (occupied !== undefined) await occupied;
    if (!opened.isOver) commit(opened);
  }

  function commit(closing: Group): void {
    try {
      database.exec('commit');
      over(closing);
    } catch (error) {
      over(closing, takeBack(error));
    }
  }

  /** The error for every caller in a group whose COMMIT failed. */
  function takeBack(error: unknown): unknown {
    // If the transaction is still open or could not be written, the log does not contain all of it.
    if (database.isTransaction) database.exec('rollback');
    else mayComeBack = !isSqliteError(error, SQLITE_FULL) && !isWriteError(error);
    try {
      overwriteFailed();
      return error;
    } catch (inDoubt) {
      return inDoubt;
    }
  }

  /**
   * Overwrites by a commit that changes nothing: the number stays the same, but its page is written. @throws CommitInDoubtError
   */
  function overwriteFailed(): void {
    if (!mayComeBack) return;
    try {
      const version = database.prepare('pragma user_version').get()?.user_version;
      database.exec(`pragma user_version = ${version}`);
    } catch (error) {
      throw new CommitInDoubtError(error);
    }
    mayComeBack = false;
  }

  function over(closing: Group, error?: unknown): void {
    if (group === closing) group = undefined;
    closing.end(error);
  }
}

function createGroup(): Group {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Every caller in the group awaits this promise. If the group's only statement failed, nothing awaits it.
  promise.catch(() => {});
  const created: Group = {
    isOver: false,
    committed: promise,
    end(error) {
      created.isOver = true;
      if (error === undefined) resolve();
      else reject(error);
    },
  };
  return created;
}
