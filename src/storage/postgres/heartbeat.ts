import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, StorageError } from '../database.ts';

/** Often enough that an operator who waits for one does not wait for long. */
const BEAT_MS = 2_000;

/** Longer than a beat that waits for a slow database. */
const WATCH_MS = 5_000;

const LOOK_MS = 250;

/** The same database, with a small write every two seconds until it is closed. On SQLite, the lock shows that a bot is running. */
export function withHeartbeat(database: Database): Database {
  if (database.kind === 'sqlite') return database;
  const timer = setInterval(() => void database.check().catch(() => {}), BEAT_MS).unref();
  return {
    ...database,
    close() {
      clearInterval(timer);
      return database.close();
    },
  };
}

/** Takes five seconds on PostgreSQL. @throws StorageError if a bot is running on the database, even one without any work */
export async function refuseRunningBot(database: Database): Promise<void> {
  if (database.kind === 'sqlite') return;
  const found = await readBeat(database);
  for (let watched = 0; watched < WATCH_MS; watched += LOOK_MS) {
    await sleep(LOOK_MS);
    if ((await readBeat(database)) === found) continue;
    throw new StorageError(
      'database_in_use',
      'A bot is running on this database. Stop every bot, then run this again.',
    );
  }
}

async function readBeat({ kysely }: Database): Promise<number | undefined> {
  const row = await kysely.selectFrom('write_check').select('written_at').where('id', '=', 1).executeTakeFirst();
  return row?.written_at;
}
