/** Primary result codes, https://www.sqlite.org/rescode.html */
export const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
export const SQLITE_CORRUPT = 11;
export const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
export const SQLITE_NOTADB = 26;

/** Whether node:sqlite threw `error` for one of `codes`. The detail in the upper bits of a code is ignored. */
export function isSqliteError(error: unknown, ...codes: number[]): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return codes.includes(error.errcode & 0xff);
}

/**
 * Whether SQLite could not write to a file (SQLITE_IOERR_WRITE). Unlike a failed fsync, this leaves no complete changes in the
 * log.
 */
export function isWriteError(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 778;
}

const NO_SPACE = ['ENOSPC', 'EDQUOT'];

const WRONG_PATH = ['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'ENOENT', 'ELOOP'];

/** What an operator can do about an error of SQLite or the file system; undefined for other errors. */
export function findAdvice(error: Error): string | undefined {
  const isOneOf = (codes: string[]) => 'code' in error && codes.includes(String(error.code));
  if (isSqliteError(error, SQLITE_FULL) || isOneOf(NO_SPACE)) return 'Make room on its disk.';
  if (isSqliteError(error, SQLITE_IOERR)) return 'Its disk is full or has faults. Make room on it, or replace it.';
  if (isSqliteError(error, SQLITE_BUSY))
    return 'Another program is working on it. End that program or wait, then try again.';
  const isWrongPath = isSqliteError(error, SQLITE_READONLY, SQLITE_CANTOPEN) || isOneOf(WRONG_PATH);
  return isWrongPath ? 'The user who runs this must be able to write the file and its folder.' : undefined;
}

/** Whether SQLite itself says that the file or its disk is the cause, and not the statement. */
export function isSqliteFault(error: unknown): boolean {
  const codes = [
    SQLITE_BUSY,
    SQLITE_READONLY,
    SQLITE_IOERR,
    SQLITE_CORRUPT,
    SQLITE_FULL,
    SQLITE_CANTOPEN,
    SQLITE_NOTADB,
  ];
  return isSqliteError(error, ...codes);
}
