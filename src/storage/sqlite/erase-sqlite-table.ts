import { sql } from 'kysely';
import type { Database, ErasableTable } from '../database.ts';

/**
 * Writes a small table anew. SQLite's `secure_delete` overwrites what is deleted, but not the copies that are left behind in a
 * page whose rows were moved to another one. Deleting all rows without a condition overwrites whole pages.
 */
export async function eraseSqliteTable(database: Pick<Database, 'transaction'>, table: ErasableTable): Promise<void> {
  const name = sql.table(table);
  await database.transaction(async ({ kysely }) => {
    await sql`create temp table kept as select * from ${name}`.execute(kysely);
    await sql`delete from ${name}`.execute(kysely);
    await sql`insert into ${name} select * from temp.kept`.execute(kysely);
    await sql`drop table temp.kept`.execute(kysely);
  });
}
