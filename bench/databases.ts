import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDatabases } from '../test/storage/postgres/start-postgres.ts';
import { type Fill, fillDatabase } from './fill-database.ts';
import { isBot, type Subject } from './subjects.ts';

const EMPTY: Fill = { workspaces: 1, finished: 0, batches: 0, rowsOfBatch: 0 };
const FULL: Fill = { ...EMPTY, workspaces: 10_000, finished: 1_000_000 };

const IN_POSTGRES: Subject[] = ['graphile-worker', 'pg-boss', 'postgres', 'postgres-again'];

export type Databases = {
  /** The URL of a new database for a subject, for the bot with the workspace's key in it. Empty for who stores nothing. */
  create(subject: Subject): Promise<string>;
  remove(): Promise<void>;
};

/** @param startServer starts a PostgreSQL, or shares one, when the first subject needs it */
export function createDatabases(startServer: () => Promise<TestDatabases>): Databases {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-bench-'));
  let count = 0;
  let postgres: Promise<TestDatabases> | undefined;
  return {
    async create(subject) {
      if (subject === 'floor' || subject === 'bolt') return '';
      count += 1;
      const url = IN_POSTGRES.includes(subject) ? await createInPostgres() : `sqlite:${folder}/${count}.db`;
      if (isBot(subject)) await fillDatabase(url, subject === 'full' ? FULL : EMPTY);
      return url;
    },
    async remove() {
      await (await postgres)?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function createInPostgres(): Promise<string> {
    postgres ??= startServer();
    return (await postgres).createDatabase();
  }
}
