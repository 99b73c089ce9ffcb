import { existsSync } from 'node:fs';
import { describeError } from '../../operations/log/log.ts';
import { findSqlitePath } from '../../storage/open-database.ts';
import { inspectSqlite, type SqliteFacts } from '../../storage/sqlite/inspect-sqlite.ts';
import type { DoctorContext, Finding } from '../command.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whoever runs `backup` at all does so each day or each week. */
const MAX_BACKUP_AGE_MS = 8 * DAY_MS;

/** Requests and their audit trail need about 2 KB each; SQLite's log and a backup need as much again. */
const MIN_FREE_BYTES = 200_000_000;

/** Checks the file of an SQLite database, its disk, and its last backup. */
export function checkSqlite({ config, now }: DoctorContext): Finding[] {
  const path = findSqlitePath(config.databaseUrl);
  if (path === undefined || !existsSync(path)) return [];
  const facts = inspectSqlite(path);
  return [checkDisk(path, facts), ...checkRights(facts), checkBackup(facts, now())];
}

function checkDisk(path: string, { bytes, freeBytes, isNetwork, writeError }: SqliteFacts): Finding {
  const free = `${megabytes(freeBytes)} are free on its disk`;
  if (writeError !== undefined) {
    const { code } = describeError(writeError);
    return {
      ok: false,
      says: `The folder of ${path} can't be written (${code}). Let the user of the bot write there, or free its disk.`,
    };
  }
  if (isNetwork) {
    return { ok: false, says: `${path} is on a network file system, where SQLite's locks can fail. Use a local disk.` };
  }
  if (freeBytes < MIN_FREE_BYTES) return { ok: false, says: `The database is ${path}, and only ${free}. Make room.` };
  return { ok: true, says: `The database is ${path} (${megabytes(bytes)}), and ${free}.` };
}

function checkRights({ openToOthers }: SqliteFacts): Finding[] {
  if (openToOthers.length === 0) return [];
  const files = openToOthers.join(' ');
  return [{ ok: false, says: `Other users of this machine can open the database. Run: chmod 600 ${files}` }];
}

function checkBackup({ backedUpAt }: SqliteFacts, now: number): Finding {
  if (backedUpAt === undefined) {
    return {
      ok: true,
      says: 'Nobody has run "backup FILE" yet. If nothing else backs up the database, run it each day.',
    };
  }
  const days = Math.floor((now - backedUpAt) / DAY_MS);
  const when = days < 1 ? 'less than a day' : days === 1 ? 'a day' : `${days} days`;
  return now - backedUpAt > MAX_BACKUP_AGE_MS
    ? { ok: false, says: `The last backup is ${when} old. Run "backup FILE" each day.` }
    : { ok: true, says: `The last backup is ${when} old.` };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000).toLocaleString('en-US')} MB`;
}
