import { sql } from 'kysely';
import type { Executor } from '../../../src/storage/database.ts';

/** The statements that are prepared in one of the sessions. */
export async function listPrepared({ kysely }: Executor): Promise<string[]> {
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(kysely);
  return rows.map(({ statement }) => statement);
}
