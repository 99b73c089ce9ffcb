import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

const SEALED = [
  ['request_passwords', 'sealed'],
  ['requests', 'response_url'],
  ['coldsend_keys', 'sealed_key'],
  ['installations', 'sealed_token'],
] as const;

/**
 * PostgreSQL runs ANALYZE automatically. It copies samples of every column into `pg_statistic`, where they outlive the rows. This
 * turns statistics off for sealed columns, which no query searches by. Setting the type again drops the existing statistics.
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
