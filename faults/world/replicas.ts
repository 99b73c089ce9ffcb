import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import type { FaultPoint } from './fault-points.ts';
import type { FaultWorld } from './fault-world.ts';
import { type FaultyBot, prepareBot } from './faulty-bot.ts';
import { type CommittedRow, readRows } from './read-committed.ts';

export type Replica = { bot: FaultyBot; url: string; name: string };

/** Several bots on one PostgreSQL database, and a look into it beside them. */
export type Replicas = {
  list: Replica[];
  /** All that were ever started, and the next one. */
  bots: FaultyBot[];
  /** Starts another one in the place of one that died. */
  replace(index: number, fault?: FaultPoint): Promise<Replica>;
  /** What is committed now. */
  read(): Promise<Map<string, CommittedRow>>;
  /** Resolves when the server has no connection of a dead replica (or none in a transaction, of a frozen one) any more. */
  waitUntilSilent(replica: Replica, state?: 'gone' | 'not active'): Promise<void>;
  /** The files of the database's tables, by the names of these. */
  readFiles(): Promise<{ name: string; bytes: Buffer }[]>;
  query(text: string): Promise<unknown[]>;
  close(): Promise<void>;
};

/** PostgreSQL says nothing by itself. */
const LOOK_EVERY_MS = 5;

const SILENT_WITHIN_MS = 10_000;

/** @param botUrl what the bots use instead of `databaseUrl`, where something stands between */
export async function startReplicas(
  world: FaultWorld,
  databaseUrl: string,
  { count = 3, botUrl = databaseUrl, env = {} }: { count?: number; botUrl?: string; env?: Record<string, string> } = {},
): Promise<Replicas> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, application_name: 'faults' });
  pool.on('error', () => {});
  const bots: FaultyBot[] = [];
  const prepare = () => {
    const name = `replica-${bots.length + 1}`;
    const url = new URL(botUrl);
    const ports = `${world.portNames},${url.port}=PostgreSQL`;
    url.searchParams.set('application_name', name);
    const bot = prepareBot({ ...world.env, ...env, FAULT_PORTS: ports, DATABASE_URL: url.href });
    bots.push(bot);
    return { name, bot };
  };
  let spare = prepare();
  const list: Replica[] = [];
  const begin = async (fault?: FaultPoint): Promise<Replica> => {
    const { name, bot } = spare;
    spare = prepare();
    const result = await bot.start(fault);
    if (result.kind === 'ended' && fault === undefined) throw new Error(`a replica did not start:\n${bot.output()}`);
    return { name, bot, url: result.kind === 'ready' ? result.url : '' };
  };
  while (list.length < count) list.push(await begin());
  const query = async (text: string, values: unknown[] = []): Promise<unknown[]> =>
    (await pool.query(text, values)).rows;

  return {
    list,
    bots,
    async replace(index, fault) {
      const replica = await begin(fault);
      list[index] = replica;
      return replica;
    },
    read: () => readRows(query),
    async waitUntilSilent({ name }, state = 'gone') {
      // One that logs in, or whose transaction was aborted, has no locks.
      const busy = state === 'gone' ? '' : "and state in ('active', 'idle in transaction')";
      const text = `select state, query from pg_stat_activity where application_name = $1 ${busy}`;
      for (const deadline = performance.now() + SILENT_WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
        const left = await query(text, [name]);
        if (left.length === 0) return;
        if (performance.now() > deadline) throw new Error(`${name} still has connections: ${JSON.stringify(left)}`);
      }
    },
    async readFiles() {
      await query('checkpoint');
      const folders = await query(
        `select current_setting('data_directory') || '/base/' || oid as folder from pg_database where datname = current_database()`,
      );
      const folder = z.tuple([z.object({ folder: z.string() })]).parse(folders)[0].folder;
      const tables = z
        .array(z.object({ file: z.string(), name: z.string() }))
        .parse(
          await query(
            'select pg_relation_filenode(oid)::text as file, relname as name from pg_class where pg_relation_filenode(oid) is not null',
          ),
        );
      const names = new Map(tables.map(({ file, name }) => [file, name]));
      return readdirSync(folder).map((file) => ({
        name: names.get(/^\d+/.exec(file)?.[0] ?? '') ?? file,
        bytes: readIfThere(join(folder, file)),
      }));
    },
    query: (text) => query(text),
    async close() {
      for (const bot of bots) bot.signal('SIGKILL');
      await Promise.all(bots.map(({ ended }) => ended));
      await pool.end();
    },
  };
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
