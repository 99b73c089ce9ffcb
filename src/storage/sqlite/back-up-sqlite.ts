import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseUnusableError } from '../database.ts';
import { openDatabase } from '../open-database.ts';
import { settleRestored } from '../requests/settle-restored.ts';
import type { Sealer } from '../sealing/sealing.ts';
import { createPrivateFile } from './private-file.ts';
import { translateErrors } from './sqlite-database.ts';

/**
 * Writes a consistent copy of the database `from` while a bot may be writing to it. `to` appears only when it is complete, and
 * only this user can read it. A bot that starts from the copy sends nothing again.
 *
 * @returns the number of requests that were unfinished
 * @throws StorageError if the copy can't be written or the file already exists
 */
export async function backUpSqlite(from: string, to: string, sealer: Sealer, now: () => number): Promise<number> {
  const part = `${to}.${process.pid}.part`;
  const mustNotExist = () => {
    if (existsSync(to)) throw new DatabaseUnusableError(`${to} already exists. Choose another name for the backup.`);
  };
  mustNotExist();
  translateErrors(to, () => createPrivateFile(part));
  const removePart = () => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${part}${suffix}`, { force: true });
  };
  process.on('exit', removePart);
  try {
    translateErrors(to, () => copy(from, part));
    const unfinished = await settleCopy(part, sealer, now);
    translateErrors(to, () => {
      sync(part);
      mustNotExist();
      renameSync(part, to);
      sync(dirname(to));
    });
    return unfinished;
  } finally {
    process.off('exit', removePart);
    removePart();
  }
}

/** Uses VACUUM. SQLite's backup functions would restart whenever the bot writes, and would copy freed bytes. */
function copy(from: string, to: string): void {
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    source.prepare('vacuum into ?').run(to);
  } finally {
    source.close();
  }
}

async function settleCopy(path: string, sealer: Sealer, now: () => number): Promise<number> {
  const database = await openDatabase(`sqlite:${path}`, { sealer, role: 'tool' });
  let unfinished: number;
  try {
    unfinished = await settleRestored(database, sealer, now);
  } finally {
    await database.close();
  }
  // The last connection that closes copies the log into the file and deletes the log.
  if (existsSync(`${path}-wal`)) throw new DatabaseUnusableError(`The backup ${path} is not complete. Run this again.`);
  return unfinished;
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
