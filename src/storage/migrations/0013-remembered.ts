import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** The servers and the limit of the inbox that was added last with each domain. */
export const remembered: Migration = {
  name: '0013-remembered',
  async up({ kysely }) {
    await sql`
      create table remembered (
        team_id text not null,
        client text not null,
        domain text not null,
        inbox text not null,
        added_at bigint not null,
        primary key (team_id, client, domain)
      )`.execute(kysely);
    await sql`create index remembered_last on remembered (team_id, client, added_at)`.execute(kysely);
  },
};
