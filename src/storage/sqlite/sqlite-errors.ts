/** Primary result codes, https://www.sqlite.org/rescode.html */
export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_FULL = 13;
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
