import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { isSqliteError, SQLITE_BUSY } from '../sqlite/sqlite-errors.ts';
import type { Tables } from '../tables.ts';
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.ts';
import { SealError, type Sealer, sealedPrefix } from './sealing.ts';

/** The batch size. On SQLite, a batch needs one wait for the disk, and others can run between batches. */
const AT_ONCE = 50;

/** SQLite has no lock queue. Without a pause, others would hardly ever find the lock free. */
const PAUSE_MS = 40;

/** The number of retries of a batch while the bot holds SQLite's write lock. */
const TRIES = 20;

type Rotation = {
  /** The number of values that were resealed with the first key. */
  resealed: number;
  /** The number of values that no key opens. They stay as they are. */
  unreadable: number;
  /** The number of values that are now sealed with each key. */
  left: Record<string, number>;
};

/**
 * Reseals every sealed value of every table with the sealer's first key, in small batches, while bots may be running. A value is
 * replaced only if it hasn't changed since it was read. This can be interrupted at any point and repeated.
 *
 * @param onBatch called with the number of values resealed so far
 */
export async function resealAll(
  database: Database,
  sealer: Sealer,
  onBatch: (resealed: number) => void = () => {},
): Promise<Rotation> {
  let resealed = 0;
  let unreadable = 0;
  for (const column of SEALED_COLUMNS) {
    for await (const batch of findBatches(database, column, sealedPrefix(sealer.primaryKeyId))) {
      const opened = batch.flatMap((row) => open(sealer, column, row) ?? []);
      unreadable += batch.length - opened.length;
      resealed += await replaceAll(database, sealer, column, opened);
      onBatch(resealed);
    }
  }
  return { resealed, unreadable, left: await countByKey(database) };
}

/** The number of sealed values that no key opens, by table. Tables without such values are left out. */
export async function countClosed(database: Database, sealer: Sealer): Promise<Partial<Record<keyof Tables, number>>> {
  const counts: Partial<Record<keyof Tables, number>> = {};
  for (const column of SEALED_COLUMNS) {
    let closed = 0;
    for await (const batch of findBatches(database, column)) {
      closed += batch.filter((row) => open(sealer, column, row) === undefined).length;
    }
    if (closed > 0) counts[column.table] = closed;
  }
  return counts;
}

/** The number of values sealed with each key. */
export async function countByKey({ kind, kysely }: Pick<Database, 'kind' | 'kysely'>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { table, column } of SEALED_COLUMNS) {
    const name = sql.ref(column);
    // `v1.<key id>.…`
    const keyId =
      kind === 'postgres'
        ? sql`split_part(${name}, '.', 2)`
        : sql`substr(${name}, 4, instr(substr(${name}, 4), '.') - 1)`;
    const counted = sql<{ keyId: string; count: number }>`(
      select ${keyId} as "keyId", count(*) as "count" from ${sql.table(table)}
      where ${name} is not null group by ${keyId})`;
    for (const row of await kysely.selectFrom(counted.as('counted')).selectAll().execute())
      counts[row.keyId] = (counts[row.keyId] ?? 0) + row.count;
  }
  return counts;
}

type Row = { key: string; teamId: string; sealed: string };

type OpenedRow = Row & { opened: string };

/** @param prefix values that start with it are left out */
async function* findBatches(database: Database, of: SealedColumn, prefix?: string): AsyncGenerator<Row[]> {
  for (let after = ''; ; ) {
    const batch = await findBatch(database, of, after, prefix);
    yield batch;
    const last = batch.at(-1);
    if (last === undefined || batch.length < AT_ONCE) return;
    after = last.key;
  }
}

async function findBatch({ kysely }: Database, of: SealedColumn, after: string, prefix = ''): Promise<Row[]> {
  const key = sql.ref(`sealed_in.${of.key}`);
  const value = sql.ref(`sealed_in.${of.column}`);
  const teamId = of.teamIn === undefined ? sql.ref('sealed_in.team_id') : sql.ref('owner.team_id');
  const join = of.teamIn === undefined ? sql`` : sql`join ${sql.table(of.teamIn)} as owner on owner.id = ${key}`;
  const found = sql<Row>`(
    select ${key} as "key", ${teamId} as "teamId", ${value} as "sealed" from ${sql.table(of.table)} as sealed_in ${join}
    where ${value} is not null and ${key} > ${after}
    and (${prefix} = '' or substr(${value}, 1, ${sql.lit(prefix.length)}) <> ${prefix})
    order by ${key} limit ${sql.lit(AT_ONCE)})`;
  return kysely.selectFrom(found.as('found')).selectAll().orderBy('key').execute();
}

function open(sealer: Sealer, column: SealedColumn, row: Row): OpenedRow | undefined {
  try {
    return { ...row, opened: sealer.open(row.sealed, column.contextOf(row)) };
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

async function replaceAll(
  database: Database,
  sealer: Sealer,
  column: SealedColumn,
  rows: OpenedRow[],
): Promise<number> {
  const replaceWithin = async (executor: Pick<Database, 'kysely'>): Promise<number> => {
    let replaced = 0;
    for (const row of rows) {
      if (await replace(executor, column, row, sealer.seal(row.opened, column.contextOf(row)))) replaced += 1;
    }
    return replaced;
  };
  // On PostgreSQL, a transaction over several rows could lock them in a different order than the bot does, and deadlock.
  if (database.kind === 'postgres' || rows.length === 0) return replaceWithin(database);
  for (let tries = 1; ; tries += 1) {
    await sleep(PAUSE_MS);
    try {
      return await database.transaction(replaceWithin);
    } catch (error) {
      if (tries === TRIES || !isSqliteError(error, SQLITE_BUSY)) throw error;
    }
  }
}

/** False if the value was changed or deleted in the meantime. */
async function replace(
  { kysely }: Pick<Database, 'kysely'>,
  of: SealedColumn,
  row: Row,
  sealed: string,
): Promise<boolean> {
  const value = sql.ref(of.column);
  const updated = await sql`
    update ${sql.table(of.table)} set ${value} = ${sealed}
    where ${sql.ref(of.key)} = ${row.key} and ${value} = ${row.sealed}`.execute(kysely);
  return updated.numAffectedRows === 1n;
}
