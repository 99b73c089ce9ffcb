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
 * Writes a copy of the database `from` as it is at one moment, beside a bot that goes on writing. `to` is there once it is
 * complete, readable for this user alone; a bot can start from it, and sends nothing again.
 *
 * @returns how many requests were unfinished
 * @throws StorageError where it can't be written, or something is there already
 */
export async function backUpSqlite(from: string, to: string, sealer: Sealer, now: () => number): Promise<number> {
  const part = `${to}.${process.pid}.part`;
  const mustNotExist = () => {
    if (existsSync(to)) throw new DatabaseUnusableError(`${to} already exists. Choose another name for the backup.`);
  };
  mustNotExist();
  translateErrors(to, () => createPrivateFile(part));
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
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${part}${suffix}`, { force: true });
  }
}

/** By VACUUM: SQLite's backup functions would begin anew whenever the bot writes, and take freed bytes along. */
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
  // The last one to close it copies the log into the file and deletes the log.
  if (existsSync(`${path}-wal`)) throw new DatabaseUnusableError(`The backup ${path} is not complete. Run this again.`);
  return unfinished;
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
