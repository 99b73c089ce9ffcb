import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** For each link to the secure page: the code that a page shows now, and the page that the link's person has confirmed. */
export const matchingCodes: Migration = {
  name: '0011-matching-codes',
  async up({ kysely }) {
    await sql`alter table secure_links add column code text`.execute(kysely);
    await sql`alter table secure_links add column code_page text`.execute(kysely);
    await sql`alter table secure_links add column codes integer not null default 0`.execute(kysely);
    await sql`alter table secure_links add column confirmed_page text`.execute(kysely);
  },
};
