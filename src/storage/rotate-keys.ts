import { sql } from 'kysely';
import type { Database } from './database.ts';
import { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.ts';
import { SealError, type Sealer, sealedPrefix } from './sealing.ts';
import { isSqliteError, SQLITE_BUSY } from './sqlite-errors.ts';

const AT_ONCE = 100;

/** How often a value is tried again that the bot keeps SQLite from writing. */
const TRIES = 20;

export type Rotation = {
  /** Values that were sealed anew with the first key. */
  resealed: number;
  /** Values that none of the keys opens; they stay as they are. */
  unreadable: number;
  /** How many values are sealed with each key now. */
  left: Record<string, number>;
};

/**
 * Seals every sealed value of every table anew with the first of the sealer's keys, beside running bots: each value on its own,
 * and only where it is still the one that was read. Can be interrupted at any point and repeated.
 *
 * @param onBatch told about how many were sealed anew so far
 */
export async function rotateKeys(
  database: Database,
  sealer: Sealer,
  onBatch: (resealed: number) => void = () => {},
): Promise<Rotation> {
  let resealed = 0;
  let unreadable = 0;
  for (const column of SEALED_COLUMNS) {
    for (let after = ''; ; ) {
      const batch = await findBatch(database, sealer, column, after);
      for (const row of batch) {
        const opened = open(sealer, column, row);
        if (opened === undefined) unreadable += 1;
        else if (await replace(database, column, row, sealer.seal(opened, column.contextOf(row)))) resealed += 1;
      }
      onBatch(resealed);
      const last = batch.at(-1);
      if (last === undefined || batch.length < AT_ONCE) break;
      after = last.key;
    }
  }
  return { resealed, unreadable, left: await countByKey(database) };
}

/** How many values are sealed with each key. */
export async function countByKey({ kind, kysely }: Pick<Database, 'kind' | 'kysely'>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { table, column } of SEALED_COLUMNS) {
    const name = sql.ref(column);
    // `v1.<key id>.…`
    const keyId =
      kind === 'postgres'
        ? sql`split_part(${name}, '.', 2)`
        : sql`substr(${name}, 4, instr(substr(${name}, 4), '.') - 1)`;
    const { rows } = await sql<{ keyId: string; count: number }>`
      select ${keyId} as "keyId", count(*) as "count" from ${sql.table(table)}
      where ${name} is not null group by ${keyId}`.execute(kysely);
    for (const row of rows) counts[row.keyId] = (counts[row.keyId] ?? 0) + row.count;
  }
  return counts;
}

type Row = { key: string; teamId: string; sealed: string };

async function findBatch({ kysely }: Database, sealer: Sealer, of: SealedColumn, after: string): Promise<Row[]> {
  const prefix = sealedPrefix(sealer.primaryKeyId);
  const key = sql.ref(`sealed_in.${of.key}`);
  const value = sql.ref(`sealed_in.${of.column}`);
  const teamId = of.teamIn === undefined ? sql.ref('sealed_in.team_id') : sql.ref('owner.team_id');
  const join = of.teamIn === undefined ? sql`` : sql`join ${sql.table(of.teamIn)} as owner on owner.id = ${key}`;
  const { rows } = await sql<Row>`
    select ${key} as "key", ${teamId} as "teamId", ${value} as "sealed" from ${sql.table(of.table)} as sealed_in ${join}
    where ${value} is not null and substr(${value}, 1, ${sql.lit(prefix.length)}) <> ${prefix} and ${key} > ${after}
    order by ${key} limit ${sql.lit(AT_ONCE)}`.execute(kysely);
  return rows;
}

function open(sealer: Sealer, column: SealedColumn, row: Row): string | undefined {
  try {
    return sealer.open(row.sealed, column.contextOf(row));
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

/** False where the value was changed or wiped in between. */
async function replace({ kysely }: Database, of: SealedColumn, row: Row, sealed: string): Promise<boolean> {
  const value = sql.ref(of.column);
  const update = sql`
    update ${sql.table(of.table)} set ${value} = ${sealed}
    where ${sql.ref(of.key)} = ${row.key} and ${value} = ${row.sealed}`;
  for (let tries = 1; ; tries += 1) {
    try {
      return (await update.execute(kysely)).numAffectedRows === 1n;
    } catch (error) {
      if (tries === TRIES || !isSqliteError(error, SQLITE_BUSY)) throw error;
    }
  }
}
