import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

const SEALED = [
  ['request_passwords', 'sealed'],
  ['requests', 'response_url'],
  ['coldsend_keys', 'sealed_key'],
  ['installations', 'sealed_token'],
] as const;

/**
 * PostgreSQL's ANALYZE, which it runs by itself, copies samples of every column into `pg_statistic`, where they outlive the rows.
 * No statistics are kept of what is sealed; nothing is ever looked up by it. Naming the type again drops those there are.
 */
export const noStatisticsOfSecrets: Migration = {
  name: '0005-no-statistics-of-secrets',
  async up({ kind, kysely }) {
    if (kind === 'sqlite') return;
    for (const [table, column] of SEALED) {
      await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} type text`.execute(kysely);
      await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} set statistics 0`.execute(kysely);
    }
  },
};
