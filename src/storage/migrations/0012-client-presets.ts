import { sql } from 'kysely';
import type { Migration } from './migrate.ts';

/** What admins set for the inboxes of each client. */
export const clientPresets: Migration = {
  name: '0012-client-presets',
  async up({ kysely }) {
    await sql`
      create table client_presets (
        team_id text not null,
        client text not null,
        presets text not null,
        primary key (team_id, client)
      )`.execute(kysely);
  },
};
