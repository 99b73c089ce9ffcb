import { type OperationNodeSource, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Executor } from '../database.ts';
import type { Tables } from '../tables.ts';

/** A change that is made only with another one. `isMade`: whether that one changed a row. */
export type Consequence = (isMade: RawBuilder<SqlBool>) => RawBuilder<unknown>;

/**
 * Makes a change and, only if it changed a row, its consequences, in one commit. On PostgreSQL, where each statement costs a round
 * trip, they are one statement: its consequences do not see what others commit while it waits for the row.
 *
 * @param change an insert, update or delete of one row
 * @returns whether it changed a row
 */
export async function changeTogether(
  db: Executor,
  change: OperationNodeSource,
  consequences: readonly Consequence[],
): Promise<boolean> {
  if (consequences.length === 0) return (await sql`${change}`.execute(db.kysely)).numAffectedRows === 1n;
  if (db.kind === 'postgres') {
    const isMade = sql<SqlBool>`exists (select from made)`;
    const parts = consequences.map((each, index) => sql`${sql.ref(`also_${index}`)} as (${each(isMade)})`);
    const whole = sql`with made as (${change} returning 1), ${sql.join(parts)} select 1 from made`;
    return (await whole.execute(db.kysely)).rows.length === 1;
  }
  return db.atomically(async (within) => {
    if (!(await changeTogether(within, change, []))) return false;
    for (const each of consequences) await each(sql`true`).execute(within.kysely);
    return true;
  });
}

/** The insert of a row as a consequence. */
export function inserting<Table extends keyof Tables>(
  table: Table,
  row: Partial<Record<keyof Tables[Table], string | number | null>>,
): Consequence {
  const into = sql.raw(`${table} (${Object.keys(row).join(', ')})`);
  return (isMade) => sql`insert into ${into} select ${sql.join(Object.values(row))} where ${isMade}`;
}
