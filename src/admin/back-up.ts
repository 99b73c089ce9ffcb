import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { findSqlitePath } from '../storage/open-database.ts';
import { refuseRunningBot } from '../storage/postgres/heartbeat.ts';
import { settleRestored } from '../storage/requests/settle-restored.ts';
import { backUpSqlite } from '../storage/sqlite/back-up-sqlite.ts';
import { importSqlite } from '../storage/sqlite/import-sqlite.ts';
import { noteBackup } from '../storage/sqlite/last-backup.ts';
import { type AdminCommand, AdminError } from './command.ts';

/** Writes a copy of an SQLite database while a bot may be running. */
export const backUp: AdminCommand = async ({ config, sealer, print, now }, file) => {
  const from = findSqlitePath(config.databaseUrl);
  if (from === undefined) {
    throw new AdminError(
      'DATABASE_URL is a PostgreSQL database. Back it up with pg_dump. After you restore it, run "restored" before a bot starts.',
    );
  }
  const to = resolve(file);
  const unfinished = await backUpSqlite(from, to, sealer, now);
  print(
    `The backup ${to} is complete. To use it, set DATABASE_URL=sqlite:${to} or copy it to the place of the database.`,
  );
  try {
    noteBackup(from);
  } catch {
    print(`"doctor" will not know of it, because no file could be written beside ${from}.`);
  }
  if (unfinished > 0) {
    print(`It has ${countUnfinished(unfinished)}, without passwords.`);
    print("A bot that starts from it sends nothing again. It says in each thread that we don't know the result.");
  }
  return true;
};

/** For a copy made by another tool (`cp`, `pg_dump`), before a bot starts from it. */
export const settleRestoredCopy: AdminCommand = async ({ database, sealer, print, now }) => {
  await refuseRunningBot(database);
  const unfinished = await settleRestored(database, sealer, now);
  print(unfinished === 0 ? 'No request was unfinished. A bot can start now.' : sayNotSent(unfinished));
  return true;
};

/** Moves an SQLite installation into an empty PostgreSQL database, while no bot runs on either. */
export const importInstallation: AdminCommand = async ({ database, sealer, print, now }, url) => {
  if (database.kind === 'sqlite') {
    throw new AdminError('DATABASE_URL is an SQLite database. Set it to the empty PostgreSQL database to import into.');
  }
  const from = findSqlitePath(url);
  if (from === undefined) throw new AdminError('Only sqlite:FILE can be imported.');
  if (!existsSync(from)) throw new AdminError(`There is no file ${from}.`);
  const { rows, unfinished } = await importSqlite(from, database, sealer, now);
  print(`Imported ${rows} rows from ${from}. Start the bots on PostgreSQL now, and none on that file again.`);
  if (unfinished > 0) print(sayNotSent(unfinished));
  return true;
};

function sayNotSent(unfinished: number): string {
  return `${countUnfinished(unfinished)} will not be sent. Each thread says so once a bot starts, and people can try again.`;
}

function countUnfinished(count: number): string {
  return count === 1 ? '1 unfinished request' : `${count} unfinished requests`;
}
