import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** Links to the secure page. Only a hash of each token is stored. */
export const secureLinks: Migration = {
  name: '0008-secure-links',
  async up({ kysely }) {
    await sql`
      create table secure_links (
        token_hash text not null primary key,
        team_id text not null,
        user_id text not null,
        purpose text not null,
        subject_id text not null,
        created_at bigint not null,
        expires_at bigint not null,
        wrong_tries integer not null,
        spent_at bigint,
        spent_by text
      )`.execute(kysely);
    await sql`create index secure_links_of on secure_links (team_id, user_id, purpose, subject_id)`.execute(kysely);
    await sql`create index secure_links_oldest on secure_links (expires_at)`.execute(kysely);
  },
};
