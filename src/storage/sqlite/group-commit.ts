import type { DatabaseSync } from 'node:sqlite';
import { CommitInDoubtError } from '../../add-inbox/request/commit-in-doubt-error.ts';
import { isSqliteError, isWriteError, SQLITE_FULL } from './sqlite-errors.ts';

export type GroupCommit = {
  /**
   * Runs a statement that reads. Resolves once everything it can have seen is on disk, and nothing it has not seen can still
   * come back. @throws CommitInDoubtError
   */
  read<T>(statement: () => T): Promise<T>;
  /** Runs a statement that writes. Resolves once it is on disk, and rejects where it is not. @throws CommitInDoubtError */
  write<T>(statement: () => T): Promise<T>;
  /** A transaction of several statements, with nobody else's between them. */
  begin(): Promise<GroupTransaction>;
  /** Commits what is open, or rolls it back where a transaction is half-way, and closes the database. */
  close(): void;
};

export type GroupTransaction = {
  run<T>(statement: () => T): T;
  /** Resolves once all of it is on disk. @throws CommitInDoubtError */
  commit(): Promise<void>;
  rollback(): void;
};

/** Several callers' statements in one transaction of SQLite: one wait for the disk serves all of them. */
type Group = { isOver: boolean; committed: Promise<void>; end(error?: unknown): void };

/**
 * Commits together what is written in one turn of the event loop. Waiting for the disk costs more than all else that a
 * statement does, and stops this thread; nobody hears of success before that wait is over, so each commit lasts as if it
 * stood alone. A statement that fails takes back what it did itself, a transaction what it did (a savepoint inside the
 * group), and nothing else; where SQLite takes back the whole group, as on a full disk, everybody in it gets the error.
 *
 * A COMMIT whose fsync fails leaves its changes complete in the log (WAL). This process does not see them, but whoever opens
 * the file after a crash takes them for committed. So they are overwritten before anybody hears of the failure; where that
 * fails too, everybody gets a CommitInDoubtError, and so does who comes after them until it has been done.
 */
export function createGroupCommit(database: DatabaseSync): GroupCommit {
  let group: Group | undefined;
  /** Resolves when the transaction that has the group for itself is over. */
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
    // With the write lock from its beginning: a transaction that reads first and then writes fails at once when another
    // process has written in between, without waiting for the busy time-out.
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

  /** The error for everybody in a group whose COMMIT failed. */
  function takeBack(error: unknown): unknown {
    // Neither where the transaction is still open nor where it could not be written is it in the log as a whole.
    if (database.isTransaction) database.exec('rollback');
    else mayComeBack = !isSqliteError(error, SQLITE_FULL) && !isWriteError(error);
    try {
      overwriteFailed();
      return error;
    } catch (inDoubt) {
      return inDoubt;
    }
  }

  /** By a commit that changes nothing: the number stays as it is, but its page is written. @throws CommitInDoubtError */
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
  // Every caller that joined waits for it; after the only statement has failed, nobody does.
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
